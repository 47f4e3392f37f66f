import { matteSize } from '../../worker/governor.ts';
import type { Size } from '../../../common/size.ts';
import type { Bounds, Window } from '../style/window.ts';

/**
 * The matte net sees the frame enlarged so that its shorter side grows by so many times 32 pixels: then a
 * window can hold all of that side. Few sizes, so that few are new to the runtime.
 */
const ENLARGED = [10, 8, 6, 4, 3, 2, 1];
/** Shapes of a window, width / height. All have about as many pixels as the whole frame has without a zoom. */
const SHAPES = [16 / 9, 4 / 3, 1, 3 / 4, 9 / 16];
/**
 * Windows begin at multiples of this, the net's coarsest stride: a picture that moves by whole steps
 * is matted alike wherever the window stands.
 */
const STEP = 32;
/** Room on each side of the people, in shares of their own extent and of the frame. */
const MARGIN_OF_PEOPLE = 0.15;
const MARGIN_OF_FRAME = 0.04;
/** Who comes nearer to the window's border than this, in its pixels, gets a larger window at once. */
const LEAST_MARGIN = 10;
/** A window that could have been closer for this many frames becomes so. */
const PATIENCE = 60;

/** The window of the matte net that shows the whole frame. */
export function wholeFrame(size: Size): Window {
  return { grid: size, x: 0, y: 0, size };
}

export function isWhole({ grid, size }: Window): boolean {
  return grid[0] === size[0] && grid[1] === size[1];
}

export function sameWindow(a: Window, b: Window): boolean {
  const numbers = ({ grid, x, y, size }: Window) => [...grid, x, y, ...size].join();
  return numbers(a) === numbers(b);
}

/**
 * Keeps the matte net's window around the people in the frame, so that somebody small gets as many
 * pixels as somebody close. It grows at once and shrinks slowly.
 */
export class MatteWindow {
  private window: Window | null = null;
  private whole: Size = [0, 0];
  /** For how many frames it could have been closer, and everybody in them. */
  private roomy = 0;
  private reach: Bounds | null = null;

  /**
   * The window for the next frame.
   * @param people - bounds of everybody in the last frame; null where nobody was seen.
   * @param whole - the net's size for the whole frame.
   */
  around(people: Bounds | null, whole: Size): Window {
    const { window } = this;
    const sameFrame = this.whole[0] === whole[0] && this.whole[1] === whole[1];
    this.whole = whole;
    let seen = people;
    if (people && window && sameFrame && holds(window, people)) {
      this.reach = seen = union(this.reach, people)!;
      // Who gestures would be matted now from near, now from far, and their outline would breathe.
      const closer = closest(seen, whole).grid[0] > window.grid[0];
      this.roomy = closer ? this.roomy + 1 : 0;
      if (!closer) this.reach = null;
      if (this.roomy < PATIENCE) return window;
    }
    this.roomy = 0;
    this.reach = null;
    return (this.window = seen ? closest(seen, whole) : wholeFrame(whole));
  }

  /** The next window shows the whole frame. */
  forget(): void {
    this.window = null;
    this.roomy = 0;
    this.reach = null;
  }
}

/** The window that shows the people largest. */
function closest(people: Bounds, whole: Size): Window {
  const shapes = [whole, ...SHAPES.map((shape) => matteSize(shape, whole[0] * whole[1]))];
  const [left, right] = withMargin(people.left, people.right);
  const [top, bottom] = withMargin(people.top, people.bottom);
  const shorter = Math.min(...whole);
  for (const steps of ENLARGED) {
    const zoom = 1 + (32 * steps) / shorter;
    const grid: Size = [Math.round(whole[0] * zoom), Math.round(whole[1] * zoom)];
    for (const size of shapes) {
      if (size[0] > grid[0] || size[1] > grid[1]) continue;
      const x = begin(left * grid[0], right * grid[0], size[0], grid[0]);
      const y = begin(top * grid[1], bottom * grid[1], size[1], grid[1]);
      if (x !== null && y !== null) return { grid, x, y, size };
    }
  }
  return wholeFrame(whole);
}

function withMargin(from: number, to: number): [number, number] {
  const margin = MARGIN_OF_PEOPLE * (to - from) + MARGIN_OF_FRAME;
  return [Math.max(0, from - margin), Math.min(1, to + margin)];
}

/** Where a window of `length` begins that holds `from`..`to` of a side of `pixels`; null if none does. */
function begin(from: number, to: number, length: number, pixels: number): number | null {
  const last = pixels - length;
  const first = to - length;
  if (from < 0 || from < first) return null;
  const middle = Math.round((from + first) / 2 / STEP) * STEP;
  // A whole step where one fits; the frame's own end is as good as one.
  for (const start of [middle, middle - STEP, middle + STEP, last])
    if (start >= 0 && start <= last && start <= from && start >= first) return start;
  return null;
}

/** Whether the people are well inside the window; at the frame's own borders they may be cut. */
function holds({ grid, x, y, size }: Window, people: Bounds): boolean {
  const inside = (from: number, to: number, start: number, length: number, pixels: number) =>
    (start === 0 || from * pixels >= start + LEAST_MARGIN) &&
    (start + length === pixels || to * pixels <= start + length - LEAST_MARGIN);
  return (
    inside(people.left, people.right, x, size[0], grid[0]) &&
    inside(people.top, people.bottom, y, size[1], grid[1])
  );
}

/** A square of this many pixels counts as somebody where its mean alpha is over `SEEN`, and a neighbour's too. */
const CELL = 8;
const SEEN = 0.4;

/**
 * Where a matte shows people, in shares of the frame. What is smaller than two cells is nobody.
 * @param matte - alpha of the window, 0..1.
 */
export function boundsOfPeople(matte: Float32Array, { grid, x, y, size }: Window): Bounds | null {
  const [width, height] = size;
  const [columns, rows] = [width / CELL, height / CELL];
  const seen = new Uint8Array(columns * rows);
  for (let row = 0, cell = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, cell++) {
      let sum = 0;
      for (let dy = 0; dy < CELL; dy++) {
        const from = (row * CELL + dy) * width + column * CELL;
        for (let i = from; i < from + CELL; i++) sum += matte[i]!;
      }
      seen[cell] = sum > SEEN * CELL * CELL ? 1 : 0;
    }
  let [left, top, right, bottom] = [columns, rows, 0, 0];
  for (let row = 0, cell = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, cell++) {
      const neighbours =
        (column > 0 ? seen[cell - 1]! : 0) +
        (column + 1 < columns ? seen[cell + 1]! : 0) +
        (row > 0 ? seen[cell - columns]! : 0) +
        (row + 1 < rows ? seen[cell + columns]! : 0);
      if (seen[cell] === 0 || neighbours === 0) continue;
      left = Math.min(left, column);
      right = Math.max(right, column + 1);
      top = Math.min(top, row);
      bottom = Math.max(bottom, row + 1);
    }
  if (right === 0) return null;
  return {
    left: (x + left * CELL) / grid[0],
    top: (y + top * CELL) / grid[1],
    right: (x + right * CELL) / grid[0],
    bottom: (y + bottom * CELL) / grid[1],
  };
}

export function union(a: Bounds | null, b: Bounds | null): Bounds | null {
  if (!a || !b) return a ?? b;
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

/**
 * A field of one window as another window shows it, so that what is remembered stays where it was in
 * the frame. Bilinear; what the former window did not show is 0.
 */
export function carried(field: Float32Array, from: Window, to: Window): Float32Array<ArrayBuffer> {
  const [width, height] = to.size;
  const [fromWidth, fromHeight] = from.size;
  const result = new Float32Array(width * height);
  for (let row = 0, i = 0; row < height; row++) {
    const at = ((row + 0.5 + to.y) * from.grid[1]) / to.grid[1] - 0.5 - from.y;
    const above = Math.floor(at);
    const down = at - above;
    for (let column = 0; column < width; column++, i++) {
      const along = ((column + 0.5 + to.x) * from.grid[0]) / to.grid[0] - 0.5 - from.x;
      const before = Math.floor(along);
      const right = along - before;
      const value = (dx: number, dy: number) => {
        const [sx, sy] = [before + dx, above + dy];
        return sx < 0 || sy < 0 || sx >= fromWidth || sy >= fromHeight ? 0 : field[sy * fromWidth + sx]!;
      };
      result[i] =
        (1 - down) * ((1 - right) * value(0, 0) + right * value(1, 0)) +
        down * ((1 - right) * value(0, 1) + right * value(1, 1));
    }
  }
  return result;
}
