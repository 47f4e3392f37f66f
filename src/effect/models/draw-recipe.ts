import * as v from 'valibot';

/** A number of a recipe. */
const from = (low: number, high: number) => {
  const must = `must be a number from ${low} to ${high}`;
  return v.pipe(v.number(must), v.minValue(low, must), v.maxValue(high, must));
};
const share = from(0, 1);
const FIELDS = 'must be an object, and hold nothing but what the recipe knows';

const COLOUR = 'must be red, green and blue, each from 0 to 1';
const channel = v.pipe(v.number(COLOUR), v.minValue(0, COLOUR), v.maxValue(1, COLOUR));
const colour = v.strictTuple([channel, channel, channel], COLOUR);

const STEPS = 'must be a whole number from 0 to 16';

const screenSchema = v.pipe(
  v.strictObject(
    {
      kind: v.optional(
        v.picklist(['none', 'dots', 'lines', 'hatching'], 'must be none, dots, lines or hatching'),
        'none',
      ),
      pitch: v.optional(from(2, 20), 6),
      angle: v.optional(from(-180, 180), 45),
      from: v.optional(share, 0.6),
      to: v.optional(share, 0.1),
      strength: v.optional(share, 1),
      follow: v.optional(from(0, 8), 0),
    },
    FIELDS,
  ),
  v.check(({ from, to }) => from > to, 'must have "from" above "to"'),
);

const RAMP = 'must be five colours, of black, dark, middle, light and white';
const RAMPS = 'must be one to four ramps of five colours';
const rampSchema = v.strictTuple([colour, colour, colour, colour, colour], RAMP);

const pigmentsSchema = v.pipe(
  v.strictObject(
    {
      ramps: v.pipe(v.array(rampSchema, RAMPS), v.minLength(1, RAMPS), v.maxLength(4, RAMPS)),
      warm: v.optional(v.pipe(from(0, 3), v.integer('must be the index of a ramp')), 0),
    },
    FIELDS,
  ),
  v.check(({ ramps, warm }) => warm < ramps.length, 'must have in "warm" the index of one of its ramps'),
);

const brushworkSchema = v.strictObject(
  {
    kind: v.picklist(['facets', 'drums', 'waves'], 'must be facets, drums or waves'),
    size: v.optional(from(0.25, 4), 1),
    depth: v.optional(share, 0.3),
    follow: v.optional(share, 0),
    contour: v.optional(share, 0),
    sparesSkin: v.optional(share, 0),
    sparesLight: v.optional(share, 0),
  },
  FIELDS,
);

/** The recipe in an entry of the manifest; see {@link DrawRecipe}. */
export const drawRecipeSchema = v.strictObject(
  {
    steps: v.optional(v.pipe(from(0, 16), v.integer(STEPS)), 0),
    softness: v.optional(share, 0.15),
    colour: v.optional(from(0, 2), 1),
    detail: v.optional(from(0, 2), 1),
    ink: v.optional(
      v.strictObject(
        {
          colour: v.optional(colour, [0.07, 0.05, 0.09]),
          width: v.optional(from(-3, 6), 0),
          strength: v.optional(share, 1),
          silhouette: v.optional(from(0, 6), 0),
        },
        FIELDS,
      ),
      {},
    ),
    lift: v.optional(share, 0),
    shading: v.optional(share, 0),
    shadow: v.optional(share, 0),
    screen: v.optional(screenSchema, {}),
    paper: v.optional(
      v.strictObject(
        {
          colour: v.optional(colour, [1, 1, 1]),
          grain: v.optional(share, 0),
          tone: v.optional(share, 1),
          tooth: v.optional(share, 0),
        },
        FIELDS,
      ),
      {},
    ),
    tidemark: v.optional(share, 0),
    pigments: v.optional(pigmentsSchema),
    brushwork: v.optional(brushworkSchema),
  },
  FIELDS,
);

/**
 * How the compositor draws a style from the fields that its net gives: the tone (`styled`) and the
 * distance to the nearest ink line (`ink`). Lightness is luma (Rec. 601), 0..1; lengths are pixels
 * of a picture of 360 lines, and grow with the picture.
 *
 * - `steps`: from black to white in so many steps of lightness, so that there is one tone more than
 *   steps, and borders half-way between the tones. 0, the default, keeps the tone as it is.
 * - `softness`: share of a step that its border takes. Default 0.15.
 * - `lift`: how much brighter middle tones are before the steps; black and white stay. Default 0.
 * - `shading`: share of the tone's own lightness that stays between the steps. Default 0.
 * - `colour`: factor on chroma, 0..2. Default 1.
 * - `detail`: how much of the frame's finer luminance is added to the tone's lightness before the
 *   steps, 0..2. Default 1, as in styles without a recipe.
 * - `ink.colour`: of all lines, screens and shadows. Default near black.
 * - `ink.width`: added to the lines' width as the net drew it, -3..6. Default 0.
 * - `ink.strength`: opacity of the lines and the silhouette. Default 1. At 0 the net need not give
 *   `ink`.
 * - `ink.silhouette`: width of a line along the inside of the person's outline, 0..6. Default 0.
 * - `shadow`: lightness below which all is ink. Default 0.
 * - `screen`: a pattern of ink that begins below the lightness `from` (default 0.6) and is densest
 *   at `to` (0.1); `pitch` 2..20 (6), `angle` in degrees (45), `strength` its opacity (1).
 *   It bends along the form: from black to white it shifts by `follow` pitches, 0..8 (0).
 *   Default kind: `none`. Hatching crosses its lines in the darker half.
 * - `paper`: `tone` says how much of the tone covers the paper `colour` (default 1, all), `grain`
 *   how much the roughness of the paper shows by itself (default 0), and `tooth` how much it breaks
 *   up ink, as graphite leaves the hollows free (default 0).
 * - `tidemark`: darkening at the borders of the steps, as dried watercolour has it. Default 0.
 * - `pigments`: a painting's colours in place of the tone's. Each of the one to four `ramps` has
 *   the colours for black, dark, middle, light and white. Tones are painted with the first ramp,
 *   warm ones, such as skin, with the ramp of index `warm` (default 0).
 * - `brushwork`: what a painter adds: `facets`, `drums` with contours, or strokes in `waves`. It
 *   lightens and darkens the tone before the steps by up to `depth` (default 0.3), paints some
 *   places with the other ramps of the pigments, and draws its contours with the opacity `contour`
 *   (0). `size` is a factor on its own size, 0.25..4 (1). It bends along the form: from black to
 *   white it shifts by `follow` of its tile (0). `sparesSkin` and `sparesLight` say how much less
 *   of it skin and light tones have (0), so that a face stays one.
 */
export type DrawRecipe = v.InferOutput<typeof drawRecipeSchema>;
