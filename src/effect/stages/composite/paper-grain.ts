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
  const at = (column: number, row: number) => hash(column % period, row % period);
  const above = at(left, top) + right * (at(left + 1, top) - at(left, top));
  const below = at(left, top + 1) + right * (at(left + 1, top + 1) - at(left, top + 1));
  return above + down * (below - above);
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

function hash(x: number, y: number): number {
  let h = Math.imul(x, 374761393) + Math.imul(y, 668265263);
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  return ((h ^ (h >>> 16)) & 0xffff) / 65535;
}

/**
 * The roughness at a place of a picture, bilinear between texels as a texture is.
 * @param unit - the picture's lines over 360.
 * @returns -0.5..0.5.
 */
export function roughnessAt(x: number, y: number, unit: number): number {
  const column = x / (GRAIN_SIZE * unit) - 0.5;
  const row = y / (GRAIN_SIZE * unit) - 0.5;
  const [left, top] = [Math.floor(column), Math.floor(row)];
  const [right, down] = [column - left, row - top];
  const at = (c: number, r: number) => PAPER_GRAIN[wrap(r) * GRAIN_TILE + wrap(c)]! / 255;
  const above = at(left, top) + right * (at(left + 1, top) - at(left, top));
  const below = at(left, top + 1) + right * (at(left + 1, top + 1) - at(left, top + 1));
  return above + down * (below - above) - 0.5;
}

function wrap(index: number): number {
  return ((index % GRAIN_TILE) + GRAIN_TILE) % GRAIN_TILE;
}
