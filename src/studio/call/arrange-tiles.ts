import type { TileBox } from '../stage/stage-layout-store.ts';

/** A tile that is wider or taller than this would cut off too much of a person. */
const WIDEST = 16 / 9;
const TALLEST = 4 / 5;

/**
 * Places `count` equal tiles in a box so that people are as large as possible. It tries every
 * number of columns, and centres a last row that is not full.
 * @param gap - between tiles, in CSS pixels.
 */
export function arrangeTiles(count: number, width: number, height: number, gap: number): TileBox[] {
  const grid = bestGrid(count, width, height, gap);
  const rows = Math.ceil(count / grid.columns);
  const top = (height - rows * grid.height - gap * (rows - 1)) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / grid.columns);
    const inRow = row === rows - 1 ? count - row * grid.columns : grid.columns;
    const left = (width - inRow * grid.width - gap * (inRow - 1)) / 2;
    return {
      left: left + (index - row * grid.columns) * (grid.width + gap),
      top: top + row * (grid.height + gap),
      width: grid.width,
      height: grid.height,
    };
  });
}

/** The number of columns that shows people largest, and the size of its tiles. */
function bestGrid(count: number, width: number, height: number, gap: number) {
  let best = { columns: 1, width: 0, height: 0, score: -1 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const widest = (width - gap * (columns - 1)) / columns;
    const tallest = (height - gap * (rows - 1)) / rows;
    if (widest <= 0 || tallest <= 0) continue;
    const tileWidth = Math.min(widest, tallest * WIDEST);
    const tileHeight = Math.min(tallest, tileWidth / TALLEST);
    // The shorter side limits how large a face is, so flat tiles count for less than their area.
    const score = tileWidth * tileHeight * Math.min(1, tileHeight / tileWidth + 0.4);
    if (score > best.score) best = { columns, width: tileWidth, height: tileHeight, score };
  }
  return best;
}

/** The style that puts a tile in its place; none until the place is known. */
export function tileStyle(box: TileBox | undefined): Record<string, string> | undefined {
  if (!box) return undefined;
  const { left, top, width, height } = box;
  return { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` };
}
