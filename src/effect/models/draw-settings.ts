import type { ResolvedLook } from '../protocol.ts';
import type { DrawSetting } from '../look.ts';
import type { DrawRecipe } from './draw-recipe.ts';

/** What a person has set of a drawn style; 1 is the style's own. */
export type DrawSettings = Readonly<Pick<ResolvedLook, DrawSetting>>;

/** Pixels of the net for the width that the drawn net itself gives a line. */
const NET_LINE = 1.1;

/**
 * Pixels of the net below which a line is lost, because the ink field is too coarse for its middle.
 */
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
  { line, colour }: DrawSettings,
  netPixel: number,
): DrawRecipe {
  if (line === 1 && colour === 1) return draw;
  const { ink } = draw;
  const net = NET_LINE * netPixel;
  return {
    ...draw,
    colour: draw.colour * colour,
    ink: {
      ...ink,
      width: line * (net + ink.width) - net + Math.max(0, 1 - line) * VANISHING * netPixel,
      strength: line > 0 ? ink.strength : 0,
      silhouette: line * ink.silhouette,
    },
  };
}
