/**
 * `stacked-1`: a picture and its matte as one opaque video, for codecs drop alpha. The frame has two halves of the same size, multiples of
 * 16 lines and columns: above the colours (straight, not multiplied by alpha), below the matte as grey. The last 8 lines of each half are
 * no picture: those between the halves are a guard band, four lines that repeat the last of the colours and four that repeat the first of
 * the matte (and the first four below it repeat its last), so that nothing of one bleeds into the other. A frame that was scaled on its way still has its matte exactly half its height
 * below.
 */

/** Lines of each half that are no picture. */
export const GUARD_LINES = 8;

/**
 * The picture in a stacked frame.
 * @param height - of the whole frame, in lines.
 * @returns lines of the picture, from the top of each half; null where such a frame cannot be a stacked one.
 */
export function pictureLines(height: number): number | null {
  const lines = height / 2 - GUARD_LINES;
  return Number.isInteger(lines) && lines > 0 ? lines : null;
}
