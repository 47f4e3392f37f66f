import type { Size } from '../../../common/size.ts';
import type { BoundingBox, Roi } from '../roi.ts';

/**
 * A region begins at a multiple of this many pixels. The nets work at a quarter of their input's
 * size, so a picture that moves by whole steps is drawn alike wherever the region is, and the style
 * does not swim.
 */
const STEP = 8;
/** Its sides are multiples of this: there are few sizes, because the runtime prepares for each. */
const SIDE = 64;
/**
 * Pixels around the styled area that the net sees too: its zero padding spoils what lies beside.
 */
const MARGIN = 24;
/**
 * With fewer pixels around it the styled area would look different from how it looks in the middle
 * of a region: the mean difference is 1.3 of 255 at no margin, and 0.3 from 32 pixels on.
 */
const MIN_MARGIN = 8;
/** How far something may move until the next frame, as a share of the grid's short side. */
const MOTION = 0.06;
/** A region that could be smaller becomes smaller after this many frames. */
const PATIENCE = 45;

/** Keeps the style net's region of interest around the area where the style shows. */
export class StyleRoi {
  private roi: Roi | null = null;
  private framesWithRoom = 0;

  /**
   * Chooses the region for the next frame. It grows at once and shrinks slowly.
   * @param box - of the area where the style showed in the last frame; null if it showed nowhere.
   * @param grid - size of the style's pixel grid over the whole frame.
   * @returns null if no style will show.
   */
  around(box: BoundingBox | null, grid: Size): Roi | null {
    if (!box) return (this.roi = null);
    const { roi } = this;
    const fitted = fitRoi(box, grid);
    const sameGrid = roi?.grid[0] === grid[0] && roi.grid[1] === grid[1];
    if (sameGrid && covers(roi, box, MARGIN)) {
      const smaller = fitted.size[0] * fitted.size[1] < roi.size[0] * roi.size[1];
      this.framesWithRoom = smaller ? this.framesWithRoom + 1 : 0;
      if (this.framesWithRoom < PATIENCE) return roi;
    }
    this.framesWithRoom = 0;
    return (this.roi = fitted);
  }
}

/**
 * Whether a region holds the whole box and some pixels around it.
 * @param margin - pixels of the grid. Default: as many as the style needs to look right.
 */
export function covers(roi: Roi, box: BoundingBox, margin = MIN_MARGIN): boolean {
  const [left, right] = widened(box.left, box.right, roi.grid[0], margin);
  const [top, bottom] = widened(box.top, box.bottom, roi.grid[1], margin);
  return left >= roi.x && top >= roi.y && right <= roi.x + roi.size[0] && bottom <= roi.y + roi.size[1];
}

function fitRoi(box: BoundingBox, grid: Size): Roi {
  const margin = MARGIN + MOTION * Math.min(...grid);
  const [x, width] = span(widened(box.left, box.right, grid[0], margin), grid[0]);
  const [y, height] = span(widened(box.top, box.bottom, grid[1], margin), grid[1]);
  return { grid, x, y, size: [width, height] };
}

/** Converts shares of a side to pixels, and widens them by the margin as far as the side goes. */
function widened(from: number, to: number, pixels: number, margin: number): [number, number] {
  return [Math.max(0, from * pixels - margin), Math.min(pixels, to * pixels + margin)];
}

/** Start and length of a region's side that holds `from`..`to`. */
function span([from, to]: [number, number], pixels: number): [number, number] {
  const first = Math.floor(from / STEP) * STEP;
  const length = Math.min(pixels, Math.ceil((to - first) / SIDE) * SIDE);
  // Room that is left over goes to both ends alike.
  const start = Math.floor((first - (length - (to - first)) / 2) / STEP) * STEP;
  return [Math.max(0, Math.min(pixels - length, start)), length];
}
