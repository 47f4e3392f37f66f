import { signal } from '@preact/signals';

/** Where in the window a picture stands, in CSS pixels. */
export interface Place {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Where the own picture stands while it does not fill the window; null when it does. */
export const stagePlace = signal<Place | null>(null);

/** Wider or taller than this cuts too much of a person. */
const WIDEST = 16 / 9;
const TALLEST = 4 / 5;

/**
 * Places `count` equal tiles in a box so that people are seen as large as can be: each way to arrange them in columns is tried, and the
 * last row is centred.
 * @param gap - between tiles, in CSS pixels.
 */
export function arrange(count: number, width: number, height: number, gap: number): Place[] {
  let best = { columns: 1, width: 0, height: 0, area: -1 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const wide = (width - gap * (columns - 1)) / columns;
    const tall = (height - gap * (rows - 1)) / rows;
    if (wide <= 0 || tall <= 0) continue;
    const tileWidth = Math.min(wide, tall * WIDEST);
    const tileHeight = Math.min(tall, tileWidth / TALLEST);
    // A face is as large as the shorter side lets it be.
    const area = tileWidth * tileHeight * Math.min(1, tileHeight / tileWidth + 0.4);
    if (area > best.area) best = { columns, width: tileWidth, height: tileHeight, area };
  }
  const rows = Math.ceil(count / best.columns);
  const top = (height - rows * best.height - gap * (rows - 1)) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / best.columns);
    const inRow = row === rows - 1 ? count - row * best.columns : best.columns;
    const left = (width - inRow * best.width - gap * (inRow - 1)) / 2;
    return {
      left: left + (index - row * best.columns) * (best.width + gap),
      top: top + row * (best.height + gap),
      width: best.width,
      height: best.height,
    };
  });
}
