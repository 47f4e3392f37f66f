/**
 * `stacked-1`: a picture and its matte as one opaque video, because codecs drop alpha.
 *
 * The frame has two halves of the same size, whose sides are multiples of 16. The upper half holds
 * the colours (straight, not premultiplied), the lower half the matte as grey. The last 8 lines of
 * each half hold no picture. Those between the halves are a guard band: four lines repeat the last
 * line of the colours and four repeat the first line of the matte, so that neither bleeds into the
 * other. At the bottom the first four repeat the last line of the matte. In a frame that was scaled
 * on its way, the matte still begins exactly half the height further down.
 */

/** Lines at the end of each half that hold no picture. */
export const GUARD_LINES = 8;

/**
 * How tall the picture in a stacked frame is.
 * @param height - of the whole frame, in lines.
 * @returns lines of the picture in each half; null if a frame of this height cannot be stacked.
 */
export function pictureHeight(height: number): number | null {
  const lines = height / 2 - GUARD_LINES;
  return Number.isInteger(lines) && lines > 0 ? lines : null;
}

/** Taller pictures are scaled down: many encoders take no frame taller than two of these. */
const MAX_LINES = 1080;

/** How a picture is placed in a stacked frame. */
interface StackedLayout {
  /** Columns of the frame, a multiple of 16. */
  width: number;
  /** Lines of the picture in each half. */
  lines: number;
  /**
   * The part of the source that is shown: left, top, width and height as shares of it, 0..1. The
   * picture is never stretched; what does not fit is cut off at the top and at the sides.
   */
  window: [number, number, number, number];
}

/**
 * Computes the stacked frame for a picture.
 * @param width - of the picture, in pixels.
 * @param height - of the picture, in pixels.
 */
export function stackedLayout(width: number, height: number): StackedLayout {
  const fitting = 16 * Math.floor((Math.min(height, MAX_LINES) + GUARD_LINES) / 16) - GUARD_LINES;
  const lines = Math.max(16 - GUARD_LINES, fitting);
  const columns = Math.max(16, 16 * Math.round((width * lines) / height / 16));
  const scale = Math.min(width / columns, height / lines);
  const [shownX, shownY] = [(columns * scale) / width, (lines * scale) / height];
  return { width: columns, lines, window: [(1 - shownX) / 2, 1 - shownY, shownX, shownY] };
}
