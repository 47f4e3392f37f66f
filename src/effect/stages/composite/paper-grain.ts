import { chanceOf, sampleTile } from './tile.ts';

/** Sides of the tile in texels; it repeats without a seam. */
export const GRAIN_TILE = 128;
/** A texel's side in pixels of a picture of 360 lines. */
export const GRAIN_SIZE = 1.3;

/** Texels between two values of the coarse noise. */
const COARSE = 4;
/** Share of the fine noise. */
const FINE_SHARE = 0.6;

/** The roughness of drawing paper: [GRAIN_TILE,GRAIN_TILE], 0..255, about 128 in the mean. */
export const PAPER_GRAIN = Uint8Array.from({ length: GRAIN_TILE * GRAIN_TILE }, (_, i) => {
  const [x, y] = [i % GRAIN_TILE, Math.floor(i / GRAIN_TILE)];
  const coarse = noiseAt(x / COARSE, y / COARSE, GRAIN_TILE / COARSE);
  return 255 * (coarse + FINE_SHARE * (noiseAt(x, y, GRAIN_TILE) - coarse));
});

/** Value noise that repeats after `period` cells, 0..1. */
function noiseAt(x: number, y: number, period: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, down] = [smooth(x - left), smooth(y - top)];
  const at = (column: number, row: number) => chanceOf(column % period, row % period);
  const above = at(left, top) + right * (at(left + 1, top) - at(left, top));
  const below = at(left, top + 1) + right * (at(left + 1, top + 1) - at(left, top + 1));
  return above + down * (below - above);
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

/**
 * The roughness at a place of a picture, bilinear between texels as a texture is.
 * @param unit - the picture's lines over 360.
 * @returns -0.5..0.5.
 */
export function roughnessAt(x: number, y: number, unit: number): number {
  const texel = GRAIN_SIZE * unit;
  return sampleTile(GRAIN, x / texel, y / texel) - 0.5;
}

const GRAIN = { texels: PAPER_GRAIN, side: GRAIN_TILE, channels: 1 };
