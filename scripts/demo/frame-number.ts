/**
 * A number painted into a frame's top left corner as black and white blocks, so that a test can
 * tell which frame it sees.
 */

/** Side of a block at 360 lines. */
const BLOCK = 12;
const BITS = 8;
/** White, black, the bits from high to low, and their parity. */
const BLOCKS = BITS + 3;

/** The numbers that fit: 0 up to but not including this. */
export const FRAME_NUMBERS = 1 << BITS;

/** Paints `number` over the corner of a picture. */
export function writeFrameNumber(
  rgba: Uint8ClampedArray,
  width: number,
  height: number,
  number: number,
): void {
  const side = Math.round((BLOCK * height) / 360);
  for (const [block, white] of blocksOf(number).entries()) {
    for (let y = 0; y < side; y++) {
      for (let x = block * side; x < (block + 1) * side; x++) {
        rgba.fill(white ? 255 : 0, (y * width + x) * 4, (y * width + x) * 4 + 3);
      }
    }
  }
}

/**
 * Reads it back from a picture of any size; undefined where there is none to be read for certain.
 */
export function readFrameNumber(
  rgba: Uint8ClampedArray | Uint8Array,
  width: number,
  height: number,
): number | undefined {
  const side = (BLOCK * height) / 360;
  const seen: boolean[] = [];
  for (let block = 0; block < BLOCKS; block++) {
    const luma = meanLuma(rgba, width, (block + 0.3) * side, 0.3 * side, 0.4 * side);
    if (luma > 80 && luma < 175) return undefined;
    seen.push(luma >= 175);
  }
  const number = seen.slice(2, 2 + BITS).reduce((value, bit) => value * 2 + (bit ? 1 : 0), 0);
  return blocksOf(number).every((white, block) => white === seen[block]) ? number : undefined;
}

function blocksOf(number: number): boolean[] {
  const bits = Array.from({ length: BITS }, (_, bit) => ((number >> (BITS - 1 - bit)) & 1) === 1);
  const odd = bits.filter(Boolean).length % 2 === 1;
  return [true, false, ...bits, odd];
}

function meanLuma(rgba: ArrayLike<number>, width: number, left: number, top: number, side: number): number {
  let sum = 0;
  let count = 0;
  for (let y = Math.floor(top); y <= top + side; y++) {
    for (let x = Math.floor(left); x <= left + side; x++) {
      const at = (y * width + x) * 4;
      sum += 0.299 * rgba[at]! + 0.587 * rgba[at + 1]! + 0.114 * rgba[at + 2]!;
      count++;
    }
  }
  return sum / count;
}
