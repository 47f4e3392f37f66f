import type { Size } from '../../common/size.ts';

/** A rectangle of the frame, as shares of its width and height, 0..1. */
export interface BoundingBox {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Where a mask shows something: its bounding box and its centre of mass. */
export interface MaskExtent extends BoundingBox {
  /** The centre of mass, as shares of the frame's width and height, 0..1. */
  readonly x: number;
  readonly y: number;
}

/** Where a rectangle begins in a grid of pixels that spans the whole frame. */
export interface GridOffset {
  /** Width and height of the grid. */
  readonly grid: Size;
  /** In pixels of the grid. A fraction after the region has been shifted. */
  readonly x: number;
  readonly y: number;
}

/** A region of interest: the rectangle of the grid that a net runs on. */
export interface Roi extends GridOffset {
  /** In pixels of the grid, multiples of 32. */
  readonly size: Size;
}

/** The region of interest that is the whole frame. */
export function wholeFrame(size: Size): Roi {
  return { grid: size, x: 0, y: 0, size };
}

export function isWholeFrame({ grid, size }: Roi): boolean {
  return grid[0] === size[0] && grid[1] === size[1];
}

export function sameRoi(a: Roi, b: Roi): boolean {
  const numbers = ({ grid, x, y, size }: Roi) => [...grid, x, y, ...size].join();
  return numbers(a) === numbers(b);
}

/**
 * The region after its picture has moved.
 * @param right - as a share of the frame's width.
 * @param down - as a share of the frame's height.
 */
export function shiftRoi(roi: Roi, right: number, down: number): Roi {
  const [width, height] = roi.grid;
  return { ...roi, x: roi.x + right * width, y: roi.y + down * height };
}

/** The smallest box around both; the other one where one is null. */
export function unionBox(a: BoundingBox | null, b: BoundingBox | null): BoundingBox | null {
  if (!a || !b) return a ?? b;
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

/**
 * Resamples a field of one region for another, so that each value stays at its place in the frame.
 * Bilinear.
 * @param field - [H,W] of `from`.
 * @returns [H,W] of `to`; 0 where `from` does not reach.
 */
export function resampleField(field: Float32Array, from: Roi, to: Roi): Float32Array<ArrayBuffer> {
  const [width, height] = to.size;
  const [fromWidth, fromHeight] = from.size;
  const result = new Float32Array(width * height);
  for (let row = 0, i = 0; row < height; row++) {
    const fromY = ((row + 0.5 + to.y) * from.grid[1]) / to.grid[1] - 0.5 - from.y;
    const top = Math.floor(fromY);
    const down = fromY - top;
    for (let column = 0; column < width; column++, i++) {
      const fromX = ((column + 0.5 + to.x) * from.grid[0]) / to.grid[0] - 0.5 - from.x;
      const left = Math.floor(fromX);
      const right = fromX - left;
      const value = (dx: number, dy: number) => {
        const [x, y] = [left + dx, top + dy];
        return x < 0 || y < 0 || x >= fromWidth || y >= fromHeight ? 0 : field[y * fromWidth + x]!;
      };
      result[i] =
        (1 - down) * ((1 - right) * value(0, 0) + right * value(1, 0)) +
        down * ((1 - right) * value(0, 1) + right * value(1, 1));
    }
  }
  return result;
}
