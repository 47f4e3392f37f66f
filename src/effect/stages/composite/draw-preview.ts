/**
 * What shaders/draw.glsl does, in main memory for previews. They have no detail, because their nets
 * see all of the small frame, and no silhouette.
 */
import type { Size } from '../../../common/size.ts';
import type { DrawnRecipe } from '../../models/draw-settings.ts';
import type { DrawRecipe } from '../../models/draw-recipe.ts';
import { INK_RANGE } from '../../runtime/net.ts';
import { BORDER, brushworkAt, BRUSHWORK_TILE, CONTOUR, LEVEL } from './brushwork.ts';
import { roughnessAt } from './paper-grain.ts';

/** Half the width of the sharpest border between two steps, as a share of a step. */
export const HARD_BORDER = 0.01;
/** A tidemark is this share of a step wide ... */
const TIDEMARK_WIDTH = 0.3;
/** ... and at most this dark. */
const TIDEMARK_DEPTH = 0.35;
/** Half the border of a shadow, in lightness. */
const SHADOW_BORDER = 0.012;
/** Lines of hatching cover at most this share of their pitch. */
const HATCH_WIDTH = 0.5;
/**
 * Crossing lines differ from the right angle by this much; otherwise dark tones would become a grid
 * of dots.
 */
const CROSSING = (35 * Math.PI) / 180;
const CROSS_COSINE = Math.cos(CROSSING);
const CROSS_SINE = Math.sin(CROSSING);
/** Dots touch their neighbours from this area on: then they are cut where they meet. */
const DOTS_TOUCH = Math.PI / 8;
/** How much the paper's grain lightens and darkens. */
const GRAIN_DEPTH = 0.5;
/** How much less ink lies in the paper's hollows at full tooth. */
const INK_GRAIN = 3;
/** How much narrower the strokes of a screen are in the hollows, in lightness. */
const STROKE_GRAIN = 1;
/** Chroma follows the lightness up to this factor ... */
const MAX_CHROMA = 2;
/** ... and lightness far below this has almost none. */
const DARKEST = 0.03;
/** How much of a palette's colour takes the place of the tone's own. */
const PALETTE_SHARE = 0.8;
/** Redness is how much more red than blue a tone has, as a share of its lightness and this. */
const REDNESS_ADDED = 0.2;
/** Tones are warm not below the first of these, and wholly from the second. */
const [WARM_FROM, WARM_TO] = [0.05, 0.18];
/** Skin is warm, of whatever colour, but not as red as orange clothes are. */
const [SKIN_UNTIL, NO_SKIN_FROM] = [0.6, 0.85];
/** Shares of ramps and contours show only where most of the brushwork is kept. */
const [HIDDEN_UNTIL, SHOWN_FROM] = [0.4, 0.6];
/** Tones are light, as brushwork may spare them, not below the first and wholly from the second. */
const [LIGHT_FROM, LIGHT_TO] = [0.35, 0.7];
/** An outline is soft where alpha changes by less than this in a pixel of 360 lines. */
export const SOFT_OUTLINE = 0.05;

/** The numbers that draw.glsl shares with this file. */
export const DRAW_CONSTANTS = {
  TIDEMARK_WIDTH,
  TIDEMARK_DEPTH,
  SHADOW_BORDER,
  HATCH_WIDTH,
  CROSS_COSINE,
  CROSS_SINE,
  DOTS_TOUCH,
  GRAIN_DEPTH,
  INK_GRAIN,
  STROKE_GRAIN,
  MAX_CHROMA,
  DARKEST,
  PALETTE_SHARE,
  ...{
    REDNESS_ADDED,
    WARM_FROM,
    WARM_TO,
    SKIN_UNTIL,
    NO_SKIN_FROM,
    LIGHT_FROM,
    LIGHT_TO,
    HIDDEN_UNTIL,
    SHOWN_FROM,
    BORDER,
    CONTOUR,
    LEVEL,
  },
  PI: Math.PI,
};

/** Lengths of recipes are pixels of a picture of this many lines. */
export const REFERENCE_HEIGHT = 360;

/**
 * Half the width that a recipe adds to lines.
 * @param lines - of the picture.
 * @param scale - pixels of the picture for one of the net.
 * @returns pixels of the picture; less than asked for where the ink field does not reach that far.
 */
export function addedHalfWidth({ ink }: DrawRecipe, lines: number, scale: number): number {
  return Math.min((0.5 * ink.width * lines) / REFERENCE_HEIGHT, (INK_RANGE - 0.5) * scale - 0.5);
}

/** Scales a length of a recipe to a picture of `lines` lines. */
export function scaledLength(length: number, lines: number): number {
  return (length * lines) / REFERENCE_HEIGHT;
}

/**
 * Draws a style by its recipe, as the shader does at full size.
 * @param styled - [3,H,W], the tone, 0..1; it is overwritten by the drawing.
 * @param ink - [H,W], pixels; null if the recipe draws none.
 * @param size - width and height of both.
 */
export function drawPreview(
  styled: Float32Array,
  ink: Float32Array | null,
  [width, height]: Size,
  draw: DrawnRecipe,
): void {
  const pixels = width * height;
  const { grain, tooth } = draw.paper;
  const added = addedHalfWidth(draw, height, 1);
  const colour: MutableRgb = [0, 0, 0];
  for (let i = 0; i < pixels; i++) {
    const tone: MutableRgb = [styled[i]!, styled[i + pixels]!, styled[i + 2 * pixels]!];
    const lightness = 0.299 * tone[0] + 0.587 * tone[1] + 0.114 * tone[2];
    const x = (i % width) + 0.5;
    const y = Math.floor(i / width) + 0.5;
    const redness = (tone[0] - tone[2]) / (lightness + REDNESS_ADDED);
    const lifted = lightness + draw.lift * lightness * (1 - lightness);
    const { fine, shares, contour } = brushed(lifted, x, y, { form: lightness, redness }, height, draw);
    const stepped = draw.steps > 0 ? steppedLight(fine, draw) : fine;
    const light = stepped + draw.shading * (fine - stepped);
    if (draw.pigments) paint(colour, light, warmthOf(redness), shares, draw);
    else recolour(colour, tone, { lightness, light, factor: draw.colour });
    if (draw.palette) mixPalette(colour, light, draw.palette);
    const rough = grain + tooth > 0 ? roughnessAt(x, y, height / REFERENCE_HEIGHT) : 0;
    layOnPaper(colour, rough, draw);
    let covered =
      draw.screen.kind === 'none'
        ? 0
        : draw.screen.strength *
          screenAt(x, y, { light: light + tooth * STROKE_GRAIN * rough, form: lightness }, height, draw);
    covered = Math.max(covered, draw.ink.strength * contour);
    if (ink) covered = Math.max(covered, draw.ink.strength * clamp(0.5 + added - ink[i]!));
    covered *= clamp(1 - tooth * INK_GRAIN * Math.max(rough, 0));
    if (draw.shadow > 0)
      covered = Math.max(
        covered,
        1 - smoothstep(draw.shadow - SHADOW_BORDER, draw.shadow + SHADOW_BORDER, fine),
      );
    for (let c = 0; c < 3; c++)
      styled[i + c * pixels] = colour[c]! + covered * (draw.ink.colour[c]! - colour[c]!);
  }
}

type MutableRgb = [number, number, number];

function steppedLight(light: number, { steps, softness, tidemark }: DrawRecipe): number {
  const scaled = light * steps;
  const within = scaled - Math.floor(scaled) - 0.5;
  const soft = Math.max(0.5 * softness, HARD_BORDER);
  const stepped = (Math.floor(scaled) + smoothstep(-soft, soft, within)) / steps;
  const rim = smoothstep(-TIDEMARK_WIDTH, 0, within) * (1 - smoothstep(0, soft, within));
  return stepped * (1 - tidemark * TIDEMARK_DEPTH * rim);
}

/** How warm a tone is, 0..1. */
function warmthOf(redness: number): number {
  return smoothstep(WARM_FROM, WARM_TO, redness);
}

const UNBRUSHED = { shares: [0, 0, 0], contour: 0 };

/** The lightness under the brushwork, the shares of the other ramps, and the contour's coverage. */
function brushed(
  light: number,
  x: number,
  y: number,
  { form, redness }: { form: number; redness: number },
  lines: number,
  { brushwork }: DrawRecipe,
): { fine: number; shares: readonly number[]; contour: number } {
  if (!brushwork) return { fine: light, ...UNBRUSHED };
  const { kind, size, depth, follow, sparesSkin, sparesLight } = brushwork;
  const texel = scaledLength(size, lines);
  const there = brushworkAt(kind, x / texel, y / texel + follow * form * BRUSHWORK_TILE);
  const skin = warmthOf(redness) * (1 - smoothstep(SKIN_UNTIL, NO_SKIN_FROM, redness));
  const kept = (1 - sparesSkin * skin) * (1 - sparesLight * smoothstep(LIGHT_FROM, LIGHT_TO, light));
  const shown = smoothstep(HIDDEN_UNTIL, SHOWN_FROM, kept);
  const relief = (Math.max(there[3]!, CONTOUR) - LEVEL) / (1 - LEVEL);
  return {
    fine: clamp(light + kept * depth * relief * 4 * light * (1 - light)),
    shares: there
      .slice(0, 3)
      .map((share) => shown * clamp((share - 0.5) * Math.max(1, BORDER * texel) + 0.5)),
    contour: brushwork.contour * shown * (1 - smoothstep(0.5 * CONTOUR, CONTOUR, there[3]!)),
  };
}

/** The pigments' colour for a lightness. */
function paint(
  to: MutableRgb,
  light: number,
  warmth: number,
  shares: readonly number[],
  { pigments, colour }: DrawRecipe,
): void {
  const { ramps, warm } = pigments!;
  const place = 4 * light;
  const darker = Math.min(3, Math.floor(place));
  const shade = (ramp: number, c: 0 | 1 | 2) => {
    const colours = ramps[ramp] ?? ramps[0]!;
    return colours[darker]![c] + (place - darker) * (colours[darker + 1]![c] - colours[darker]![c]);
  };
  for (const c of [0, 1, 2] as const) {
    let mixed = shade(0, c) + warmth * (shade(warm, c) - shade(0, c));
    for (const [i, share] of shares.entries()) mixed += share * (shade(i + 1, c) - mixed);
    to[c] = mixed;
  }
  const grey = 0.299 * to[0] + 0.587 * to[1] + 0.114 * to[2];
  for (const c of [0, 1, 2] as const) to[c] = clamp(grey + colour * (to[c] - grey));
}

/** Gives the tone another lightness, with the same hue. */
function recolour(
  to: MutableRgb,
  [red, green, blue]: MutableRgb,
  { lightness, light, factor }: { lightness: number; light: number; factor: number },
): void {
  const scale = factor * Math.min(MAX_CHROMA, (light + DARKEST) / (lightness + DARKEST));
  const highest = scale * (Math.max(red, green, blue) - lightness);
  const lowest = scale * (Math.min(red, green, blue) - lightness);
  const room = Math.min((1 - light) / Math.max(highest, 1e-4), light / Math.max(-lowest, 1e-4));
  const fitting = scale * Math.min(1, room);
  to[0] = light + (red - lightness) * fitting;
  to[1] = light + (green - lightness) * fitting;
  to[2] = light + (blue - lightness) * fitting;
}

function layOnPaper(colour: MutableRgb, rough: number, { paper }: DrawRecipe): void {
  const { grain, tone } = paper;
  for (let c = 0; c < 3; c++) {
    const mixed = paper.colour[c]! + tone * (colour[c]! - paper.colour[c]!);
    colour[c] = clamp(mixed * (1 + grain * GRAIN_DEPTH * rough));
  }
}

/** Mixes in the palette's colour for a lightness, at that lightness. */
function mixPalette(
  colour: MutableRgb,
  light: number,
  { colours, colour: factor }: NonNullable<DrawnRecipe['palette']>,
): void {
  const place = light * (colours.length - 1);
  const darker = Math.min(Math.floor(place), colours.length - 1);
  const [from, to] = [colours[darker]!, colours[Math.min(darker + 1, colours.length - 1)]!];
  const at = (c: 0 | 1 | 2) => from[c] + (place - darker) * (to[c] - from[c]);
  const own: MutableRgb = [at(0), at(1), at(2)];
  const taken: MutableRgb = [0, 0, 0];
  recolour(taken, own, { lightness: 0.299 * own[0] + 0.587 * own[1] + 0.114 * own[2], light, factor });
  for (let c = 0; c < 3; c++) colour[c] = colour[c]! + PALETTE_SHARE * (taken[c]! - colour[c]!);
}

/** How much of a pixel the screen's pattern covers. */
function screenAt(
  x: number,
  y: number,
  { light, form }: { light: number; form: number },
  lines: number,
  { screen }: DrawRecipe,
): number {
  const { kind, from, to, angle, follow } = screen;
  const dark = clamp((from - light) / (from - to));
  const pitch = scaledLength(screen.pitch, lines);
  const [cosine, sine] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  const along = (x * cosine + y * sine) / pitch + follow * form;
  const across = (y * cosine - x * sine) / pitch + follow * form;
  if (kind === 'dots') {
    const cellX = 2 * fract(along) - 1;
    const cellY = 2 * fract(across) - 1;
    if (dark <= 0.5) return dotAt(cellX, cellY, dark, 0.5 * pitch);
    return 1 - dotAt(1 - Math.abs(cellX), 1 - Math.abs(cellY), 1 - dark, 0.5 * pitch);
  }
  if (kind === 'lines')
    return dark > 0.5 ? 1 - lineAt(across + 0.5, 1 - dark, pitch) : lineAt(across, dark, pitch);
  return Math.max(
    lineAt(across, HATCH_WIDTH * clamp(2 * dark), pitch),
    lineAt(CROSS_COSINE * along + CROSS_SINE * across, HATCH_WIDTH * clamp(2 * dark - 1), pitch),
  );
}

function dotAt(x: number, y: number, area: number, pixels: number): number {
  const radius = area < DOTS_TOUCH ? Math.sqrt((4 / Math.PI) * area) : 1 - Math.sqrt(0.4 * (1 - 2 * area));
  const cut = (1 - Math.abs(x) - Math.abs(y)) * Math.SQRT1_2;
  const inside = Math.min(radius - Math.hypot(x, y), cut);
  return clamp(0.5 + inside * pixels) * clamp(2 * radius * pixels);
}

function lineAt(along: number, width: number, pixels: number): number {
  return clamp(0.5 + (0.5 * width - Math.abs(fract(along) - 0.5)) * pixels) * clamp(width * pixels);
}

function fract(value: number): number {
  return value - Math.floor(value);
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function smoothstep(low: number, high: number, value: number): number {
  const t = clamp((value - low) / (high - low));
  return t * t * (3 - 2 * t);
}
