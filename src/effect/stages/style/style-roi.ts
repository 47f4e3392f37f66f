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
/** A region that could be smaller or finer becomes so after this many frames. */
const SHRINK_AFTER_FRAMES = 45;

/**
 * How many times finer than the whole frame somebody small may be drawn, because their face would
 * have too few pixels for its features.
 */
const FINER = [2, 1.5] as const;
/** A finer grid is taken once its region has at most this share of the whole frame's pixels. */
const ROOM = 0.8;

/**
 * Keeps the style net's region of interest around the area where the style shows. Where that is
 * small its grid is finer, as far as the net has no more pixels than for the whole frame.
 */
export class StyleRoi {
  private roi: Roi | null = null;
  private base: Size = [0, 0];
  private framesWithRoom = 0;

  /**
   * Chooses the region for the next frame. It grows at once, and shrinks or gets finer slowly.
   * @param box - of the area where the style showed in the last frame; null if it showed nowhere.
   * @param grid - size of the style's pixel grid over the whole frame.
   * @param finest - short side of the finest grid in pixels. Default: the grid's own.
   * @returns null if no style will show.
   */
  around(box: BoundingBox | null, grid: Size, finest = Math.min(...grid)): Roi | null {
    if (!box) return (this.roi = null);
    const roi = this.base[0] === grid[0] && this.base[1] === grid[1] ? this.roi : null;
    this.base = grid;
    const fitted = [...finerGrids(grid, finest), grid].map((finer) => fitRoi(box, finer));
    const fits = (candidate: Roi, share: number) => pixelsOf(candidate) <= share * grid[0] * grid[1];
    const best = fitted.find((candidate) => fits(candidate, ROOM)) ?? fitted.at(-1)!;
    const same = fitted.find((candidate) => candidate.grid[0] === roi?.grid[0]);
    if (!roi || !same) return this.change(best);
    // Somebody who only moves keeps their grid as long as the net can take it.
    if (!covers(roi, box, MARGIN)) return this.change(fits(same, 1) ? same : best);
    const finer = best.grid[0] > roi.grid[0];
    const improves = finer || pixelsOf(same) < pixelsOf(roi);
    this.framesWithRoom = improves ? this.framesWithRoom + 1 : 0;
    return this.framesWithRoom < SHRINK_AFTER_FRAMES ? roi : this.change(finer ? best : same);
  }

  private change(roi: Roi): Roi {
    this.framesWithRoom = 0;
    return (this.roi = roi);
  }
}

function finerGrids(grid: Size, finest: number): Size[] {
  const finer = (side: number, factor: number) => Math.round((side * factor) / 32) * 32;
  return FINER.map((factor): Size => [finer(grid[0], factor), finer(grid[1], factor)]).filter(
    (size) => Math.min(...size) <= finest,
  );
}

function pixelsOf({ size: [width, height] }: Roi): number {
  return width * height;
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

/** Start and length, along one side, of a region that contains `from`..`to`. */
function span([from, to]: [number, number], pixels: number): [number, number] {
  const first = Math.floor(from / STEP) * STEP;
  const length = Math.min(pixels, Math.ceil((to - first) / SIDE) * SIDE);
  // Room that is left over goes to both ends alike.
  const start = Math.floor((first - (length - (to - first)) / 2) / STEP) * STEP;
  return [Math.max(0, Math.min(pixels - length, start)), length];
}
