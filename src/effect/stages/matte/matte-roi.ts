import type { Size } from '../../../common/size.ts';
import { matteSize } from '../net-size.ts';
import { unionBox, wholeFrame, type BoundingBox, type Roi } from '../roi.ts';

/**
 * The frame can be enlarged for the net so that its shorter side grows by this many times 32
 * pixels; a region of interest can then hold all of that side. There are few sizes, because the
 * runtime prepares for each.
 */
const ENLARGEMENTS = [10, 8, 6, 4, 3, 2, 1];
/** Shapes of a region, width / height. All have about as many pixels as the frame not enlarged. */
const SHAPES = [16 / 9, 4 / 3, 1, 3 / 4, 9 / 16];
/**
 * A region begins at a multiple of this many pixels, the net's coarsest stride, so that a picture
 * that moves by whole steps is matted alike wherever the region is.
 */
const STEP = 32;
/** Room on each side of the people, as shares of their own size and of the frame. */
const MARGIN_OF_PEOPLE = 0.15;
const MARGIN_OF_FRAME = 0.04;
/** People who come closer to the region's border than this many pixels get a larger one at once. */
const MIN_MARGIN = 10;
/** A region that could be closer becomes closer after this many frames. */
const SHRINK_AFTER_FRAMES = 60;

/**
 * Keeps the matte net's region of interest around the people, so that somebody far away gets as
 * many pixels as somebody close. It grows at once and shrinks slowly.
 */
export class MatteRoi {
  private roi: Roi | null = null;
  private wholeSize: Size = [0, 0];
  /** For how many frames the region could have been closer. */
  private framesWithRoom = 0;
  /** Around everybody in those frames. */
  private reach: BoundingBox | null = null;

  /** @param shapes - that a region may have, width / height, besides the frame's own. */
  constructor(private readonly shapes: readonly number[] = SHAPES) {}

  /**
   * Chooses the region for the next frame.
   * @param people - box around everybody in the last frame; null if nobody was seen.
   * @param wholeSize - the net's input size for the whole frame.
   */
  around(people: BoundingBox | null, wholeSize: Size): Roi {
    const { roi } = this;
    const sameSize = this.wholeSize[0] === wholeSize[0] && this.wholeSize[1] === wholeSize[1];
    this.wholeSize = wholeSize;
    let seen = people;
    if (people && roi && sameSize && holds(roi, people)) {
      // All recent positions count. Otherwise the region would move closer and away again with
      // every gesture, and the outline would pulse.
      this.reach = seen = unionBox(this.reach, people)!;
      const closer = this.closest(seen, wholeSize).grid[0] > roi.grid[0];
      this.framesWithRoom = closer ? this.framesWithRoom + 1 : 0;
      if (!closer) this.reach = null;
      if (this.framesWithRoom < SHRINK_AFTER_FRAMES) return roi;
    }
    this.framesWithRoom = 0;
    this.reach = null;
    return (this.roi = seen ? this.closest(seen, wholeSize) : wholeFrame(wholeSize));
  }

  /** Makes the next region the whole frame. */
  reset(): void {
    this.roi = null;
    this.framesWithRoom = 0;
    this.reach = null;
  }

  /** The region that shows the people largest. */
  private closest(people: BoundingBox, wholeSize: Size): Roi {
    const pixels = wholeSize[0] * wholeSize[1];
    const sizes = [wholeSize, ...this.shapes.map((shape) => matteSize(shape, pixels))];
    const [left, right] = withMargin(people.left, people.right);
    const [top, bottom] = withMargin(people.top, people.bottom);
    const shorter = Math.min(...wholeSize);
    for (const steps of ENLARGEMENTS) {
      const zoom = 1 + (32 * steps) / shorter;
      const grid: Size = [Math.round(wholeSize[0] * zoom), Math.round(wholeSize[1] * zoom)];
      for (const size of sizes) {
        if (size[0] > grid[0] || size[1] > grid[1]) continue;
        const x = startOf(left * grid[0], right * grid[0], size[0], grid[0]);
        const y = startOf(top * grid[1], bottom * grid[1], size[1], grid[1]);
        if (x !== null && y !== null) return { grid, x, y, size };
      }
    }
    return wholeFrame(wholeSize);
  }
}

function withMargin(from: number, to: number): [number, number] {
  const margin = MARGIN_OF_PEOPLE * (to - from) + MARGIN_OF_FRAME;
  return [Math.max(0, from - margin), Math.min(1, to + margin)];
}

/**
 * Where a region of `length` pixels begins that holds `from`..`to` on a side of `pixels`; null if
 * none does.
 */
function startOf(from: number, to: number, length: number, pixels: number): number | null {
  const last = pixels - length;
  const first = to - length;
  if (from < 0 || from < first) return null;
  const middle = Math.round((from + first) / 2 / STEP) * STEP;
  // A multiple of the step where one fits; the end of the frame counts as one.
  for (const start of [middle, middle - STEP, middle + STEP, last])
    if (start >= 0 && start <= last && start <= from && start >= first) return start;
  return null;
}

/** Whether the people are well inside the region; the frame's own borders may cut them off. */
function holds({ grid, x, y, size }: Roi, people: BoundingBox): boolean {
  const inside = (from: number, to: number, start: number, length: number, pixels: number) =>
    (start === 0 || from * pixels >= start + MIN_MARGIN) &&
    (start + length === pixels || to * pixels <= start + length - MIN_MARGIN);
  return (
    inside(people.left, people.right, x, size[0], grid[0]) &&
    inside(people.top, people.bottom, y, size[1], grid[1])
  );
}
