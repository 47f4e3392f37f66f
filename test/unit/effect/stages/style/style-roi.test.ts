import { expect, test } from 'vitest';
import { covers, StyleRoi } from '../../../../../src/effect/stages/style/style-roi.ts';
import type { BoundingBox, Roi } from '../../../../../src/effect/stages/roi.ts';

const GRID = [352, 192] as const;
const SITTER: BoundingBox = { left: 0.4, top: 0.3, right: 0.6, bottom: 1 };

const moved = ({ left, top, right, bottom }: BoundingBox, by: number): BoundingBox => ({
  left: left + by,
  top,
  right: right + by,
  bottom,
});
const corners = ({ x, y, size: [width, height] }: Roi) => [x, y, x + width, y + height];

test('holds all of the person, and what is near them, in less than the frame', () => {
  const window = new StyleRoi().around(SITTER, GRID)!;
  expect(covers(window, SITTER, 24)).toBe(true);
  expect(window.size[0]).toBeLessThan(GRID[0]);
  expect(window.size[0] % 32).toBe(0);
  expect(window.size[1] % 32).toBe(0);
  expect(window.x % 8).toBe(0);
});

test('never leaves the frame, wherever the person is and however large they are', () => {
  for (const left of [0, 0.1, 0.5, 0.9])
    for (const right of [0.05, 0.3, 0.7, 1])
      for (const top of [0, 0.5, 0.95]) {
        if (right <= left) continue;
        const bounds = { left, right, top, bottom: 1 };
        const window = new StyleRoi().around(bounds, GRID)!;
        const [fromX, fromY, toX, toY] = corners(window);
        expect(fromX).toBeGreaterThanOrEqual(0);
        expect(fromY).toBeGreaterThanOrEqual(0);
        expect(toX).toBeLessThanOrEqual(GRID[0]);
        expect(toY).toBeLessThanOrEqual(GRID[1]);
        expect(covers(window, bounds, 24), JSON.stringify({ bounds, window })).toBe(true);
      }
});

test('does not move while somebody sways, and follows somebody who walks', () => {
  const keeper = new StyleRoi();
  const first = keeper.around(SITTER, GRID)!;
  for (let frame = 0; frame < 200; frame++)
    expect(keeper.around(moved(SITTER, 0.015 * Math.sin(frame / 5)), GRID)).toBe(first);
  const walked = moved(SITTER, 0.3);
  expect(covers(keeper.around(walked, GRID)!, walked, 24)).toBe(true);
});

test('grows at once and shrinks only when the room has long been too much', () => {
  const keeper = new StyleRoi();
  const small = keeper.around(SITTER, GRID)!;
  const large = keeper.around({ ...SITTER, left: 0.1, right: 0.9 }, GRID)!;
  expect(large.size[0]).toBeGreaterThan(small.size[0]);
  expect(keeper.around(SITTER, GRID)).toBe(large);
  let frames = 1;
  while (keeper.around(SITTER, GRID) === large) frames++;
  expect(frames).toBeGreaterThan(30);
  expect(frames).toBeLessThan(90);
});

test('is null where nobody is, and chosen again on another grid', () => {
  const keeper = new StyleRoi();
  keeper.around(SITTER, GRID);
  expect(keeper.around(null, GRID)).toBeNull();
  const grid = [704, 384] as const;
  keeper.around(SITTER, GRID);
  expect(keeper.around(SITTER, grid)!.grid).toBe(grid);
});

const FAR_OFF: BoundingBox = { left: 0.45, top: 0.3, right: 0.55, bottom: 0.65 };

test('somebody far off is drawn on a finer grid, with no more pixels than the whole frame has', () => {
  const close = { ...SITTER, left: 0.2, right: 0.8 };
  const [near, far] = [close, FAR_OFF].map((box) => new StyleRoi().around(box, GRID, 720)!) as [Roi, Roi];
  expect(near.grid).toEqual(GRID);
  expect(far.grid).toEqual([704, 384]);
  expect(far.size[0] * far.size[1]).toBeLessThanOrEqual(GRID[0] * GRID[1]);
  expect(covers(far, FAR_OFF, 24)).toBe(true);
  // A small picture has no finer detail to show.
  expect(new StyleRoi().around(FAR_OFF, GRID, 300)!.grid).toEqual([544, 288]);
  expect(new StyleRoi().around(FAR_OFF, GRID)!.grid).toEqual(GRID);
});

test('somebody who comes nearer and leaves again changes the grid immediately, and back only after a while', () => {
  const keeper = new StyleRoi();
  const far = keeper.around(FAR_OFF, GRID, 720)!;
  expect(keeper.around({ ...SITTER, left: 0.1, right: 0.9 }, GRID, 720)!.grid).toEqual(GRID);
  let frames = 1;
  while (keeper.around(FAR_OFF, GRID, 720)!.grid[0] !== far.grid[0]) frames++;
  expect(frames).toBeGreaterThan(30);
  expect(frames).toBeLessThan(90);
});

test('somebody who walks far off stays on the same grid', () => {
  const keeper = new StyleRoi();
  const grids = new Set<number>();
  for (let frame = 0; frame < 300; frame++)
    grids.add(keeper.around(moved(FAR_OFF, 0.35 * Math.sin(frame / 20)), GRID, 720)!.grid[0]);
  expect(grids.size).toBe(1);
});
