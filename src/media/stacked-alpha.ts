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

/** More lines than these are scaled down: the encoders of many machines take no taller frame than two pictures of this height. */
const MOST_LINES = 1080;

/** How a picture is laid into a stacked frame. */
export interface StackedLayout {
  /** Columns of the frame, a multiple of 16. */
  width: number;
  /** Lines of the picture in each half. */
  lines: number;
  /** What of the source is shown, as shares of it: left, top, width, height. Never stretched; what is cut is cut above and at the sides. */
  window: [number, number, number, number];
}

/**
 * The stacked frame for a picture.
 * @param width - of the picture, in pixels, and its `height`.
 */
export function stackedLayout(width: number, height: number): StackedLayout {
  const fitting = 16 * Math.floor((Math.min(height, MOST_LINES) + GUARD_LINES) / 16) - GUARD_LINES;
  const lines = Math.max(16 - GUARD_LINES, fitting);
  const columns = Math.max(16, 16 * Math.round((width * lines) / height / 16));
  const scale = Math.min(width / columns, height / lines);
  const [shownX, shownY] = [(columns * scale) / width, (lines * scale) / height];
  return { width: columns, lines, window: [(1 - shownX) / 2, 1 - shownY, shownX, shownY] };
}
