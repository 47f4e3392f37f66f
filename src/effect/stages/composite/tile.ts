/** A picture in main memory that repeats beyond its borders, as a texture with repeat does. */
export interface Tile {
  /** [side,side,channels] */
  readonly texels: Uint8Array;
  readonly side: number;
  readonly channels: number;
}

/**
 * One channel of a tile at a place, bilinear between texels as a texture is.
 * @param x, y - texels.
 * @returns 0..1.
 */
export function sampleTile({ texels, side, channels }: Tile, x: number, y: number, channel = 0): number {
  const [left, top] = [Math.floor(x - 0.5), Math.floor(y - 0.5)];
  const [right, down] = [x - 0.5 - left, y - 0.5 - top];
  const wrap = (index: number) => ((index % side) + side) % side;
  const at = (column: number, row: number) => texels[channels * (wrap(row) * side + wrap(column)) + channel]!;
  const above = at(left, top) + right * (at(left + 1, top) - at(left, top));
  const below = at(left, top + 1) + right * (at(left + 1, top + 1) - at(left, top + 1));
  return (above + down * (below - above)) / 255;
}

/** A number for a pair of whole numbers that looks random but is the same each time, 0..1. */
export function chanceOf(x: number, y: number): number {
  let h = Math.imul(x, 374761393) + Math.imul(y, 668265263);
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  return ((h ^ (h >>> 16)) & 0xffff) / 65535;
}
