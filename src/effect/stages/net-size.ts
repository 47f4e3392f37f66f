import type { Size } from '../../common/size.ts';

/** Pixels of the matte net's input unless the governor decides otherwise: 288x160 at 16:9. */
export const USUAL_MATTE_PIXELS = 288 * 160;

/**
 * The input size of a net for a frame of some shape.
 * @param shortSide - in pixels; rounded to a multiple of 32, and at least 32.
 * @param aspect - width / height of the frame.
 * @returns multiples of 32, as close to the shape as they can be.
 */
export function netSize(shortSide: number, aspect: number): Size {
  const short = Math.max(32, toMultiple(shortSide));
  return aspect >= 1 ? [toMultiple(short * aspect), short] : [short, toMultiple(short / aspect)];
}

/**
 * The input size of the matte net: about the same number of pixels for every shape.
 * @param aspect - width / height of the frame.
 * @param pixels - of the input. Default: {@link USUAL_MATTE_PIXELS}.
 */
export function matteSize(aspect: number, pixels = USUAL_MATTE_PIXELS): Size {
  return netSize(Math.sqrt(pixels / Math.max(aspect, 1 / aspect)), aspect);
}

function toMultiple(pixels: number): number {
  return Math.max(32, Math.round(pixels / 32) * 32);
}
