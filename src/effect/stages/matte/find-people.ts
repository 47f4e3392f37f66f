import type { Size } from '../../../common/size.ts';
import type { BoundingBox, Roi } from '../roi.ts';

/** Side of the square cells, in pixels, that are looked at for people. */
const CELL = 8;
/** A cell shows somebody where its mean alpha is above this, and that of a neighbour too. */
const SEEN = 0.4;

/** The numbers that find-people.wgsl shares with this file. */
export const FIND_PEOPLE_CONSTANTS = { CELL, SEEN };

/**
 * Finds the people in a matte. Anything smaller than two cells of 8x8 pixels is ignored.
 * @param matte - [H,W] of the region, alpha 0..1.
 * @param roi - the region of the frame that the matte shows; its sides are multiples of 8.
 * @returns the box around everybody; null if there is nobody.
 */
export function findPeople(matte: Float32Array, roi: Roi): BoundingBox | null {
  const { size } = roi;
  const [columns, rows] = cellsOf(roi);
  const seen = denseCells(matte, size[0], columns, rows);
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
  return boxOfCells([left, top, right, bottom], roi);
}

/**
 * @param cells - left, top, right and bottom of a box in cells of the region; right is 0 if there
 * is none.
 */
export function boxOfCells(cells: ArrayLike<number>, { grid, x, y }: Roi): BoundingBox | null {
  const [left = 0, top = 0, right = 0, bottom = 0] = Array.from(cells, (cell) => cell * CELL);
  if (right === 0) return null;
  return {
    left: (x + left) / grid[0],
    top: (y + top) / grid[1],
    right: (x + right) / grid[0],
    bottom: (y + bottom) / grid[1],
  };
}

/** The cells of a region, in columns and rows. */
export function cellsOf({ size }: Roi): Size {
  return [size[0] / CELL, size[1] / CELL];
}

/** 1 for each cell whose mean alpha is above `SEEN`, else 0. */
function denseCells(matte: Float32Array, width: number, columns: number, rows: number): Uint8Array {
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
  return seen;
}
