import type { ResolvedLook } from '../protocol.ts';
import type { DrawSetting, Rgb } from '../look.ts';
import type { DrawRecipe } from './draw-recipe.ts';

/** What a person has set of a drawn style; 1 is the style's own. */
export type DrawSettings = Readonly<Pick<ResolvedLook, DrawSetting | 'palette'>>;

/** A recipe as it is drawn in the end. */
export interface DrawnRecipe extends DrawRecipe {
  /** Colours in place of the tone's, from dark to light, and a factor on their chroma. */
  readonly palette?: { readonly colours: readonly Rgb[]; readonly colour: number };
}

/** Pixels of the net for the width that the drawn net itself gives a line. */
const NET_LINE = 1.1;

/** Line width, in net pixels, below which the ink field is too coarse to hold the line. */
const VANISHING = 0.3;

/** Which settings change a style: not all recipes have lines, or colour. */
export function settingsOf(draw: DrawRecipe | undefined): DrawSetting[] {
  if (!draw) return [];
  const hasLines = draw.ink.strength > 0;
  const hasColour = draw.colour > 0 && draw.paper.tone > 0;
  return [...(hasLines ? (['line'] as const) : []), ...(hasColour ? (['colour'] as const) : [])];
}

/**
 * A recipe with what a person has set. Lines are as wide as the net drew them, plus the recipe's
 * `width`: `line` is a factor on both together, so that 2 is twice as wide whatever the net's size.
 * @param netPixel - a pixel of the net in the recipe's unit, pixels of a picture of 360 lines.
 */
export function applySettings(
  draw: DrawRecipe,
  { line, colour, palette }: DrawSettings,
  netPixel: number,
): DrawnRecipe {
  const hasPalette = palette.length > 0 && settingsOf(draw).includes('colour');
  if (line === 1 && colour === 1 && !hasPalette) return draw;
  const { ink } = draw;
  const net = NET_LINE * netPixel;
  return {
    ...draw,
    ...(hasPalette && { palette: { colours: palette, colour } }),
    colour: draw.colour * colour,
    ink: {
      ...ink,
      width: line * (net + ink.width) - net + Math.max(0, 1 - line) * VANISHING * netPixel,
      strength: line > 0 ? ink.strength : 0,
      silhouette: line * ink.silhouette,
    },
  };
}
