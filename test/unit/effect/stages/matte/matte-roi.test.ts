import { expect, test } from 'vitest';
import { MatteRoi } from '../../../../../src/effect/stages/matte/matte-roi.ts';
import {
  isWholeFrame,
  wholeFrame,
  type BoundingBox,
  type Roi,
} from '../../../../../src/effect/stages/roi.ts';

const WHOLE = [288, 160] as const;
const FAR_OFF: BoundingBox = { left: 0.45, top: 0.5, right: 0.52, bottom: 0.7 };
const STANDING: BoundingBox = { left: 0.4, top: 0.05, right: 0.6, bottom: 1 };

const moved = ({ left, top, right, bottom }: BoundingBox, by: number): BoundingBox => ({
  left: left + by,
  top,
  right: right + by,
  bottom,
});

/** Bounds of the window in shares of the frame. */
const frameOf = ({ grid, x, y, size }: Roi): BoundingBox => ({
  left: x / grid[0],
  top: y / grid[1],
  right: (x + size[0]) / grid[0],
  bottom: (y + size[1]) / grid[1],
});

function expectInside(people: BoundingBox, window: Roi): void {
  const frame = frameOf(window);
  expect(frame.left).toBeLessThanOrEqual(Math.max(0, people.left));
  expect(frame.top).toBeLessThanOrEqual(Math.max(0, people.top));
  expect(frame.right).toBeGreaterThanOrEqual(Math.min(1, people.right));
  expect(frame.bottom).toBeGreaterThanOrEqual(Math.min(1, people.bottom));
}

test('shows the whole frame where nobody is seen, and where somebody fills it', () => {
  const windows = new MatteRoi();
  expect(windows.around(null, WHOLE)).toEqual(wholeFrame(WHOLE));
  expect(isWholeFrame(windows.around({ left: 0.1, top: 0.1, right: 0.9, bottom: 1 }, WHOLE))).toBe(true);
});

test('shows somebody far off three times as large, with as many pixels as the whole frame', () => {
  const window = new MatteRoi().around(FAR_OFF, WHOLE);
  expect(window.grid).toEqual([864, 480]);
  expect(window.size[0] * window.size[1]).toBeLessThan(1.1 * WHOLE[0] * WHOLE[1]);
  expectInside(FAR_OFF, window);
});

test('is upright for somebody who stands', () => {
  const { size, grid } = new MatteRoi().around(STANDING, WHOLE);
  expect(size[1]).toBeGreaterThan(size[0] / 1.2);
  expect(grid[1]).toBeGreaterThanOrEqual(1.6 * WHOLE[1]);
});

test('holds everybody in the frame, inside the frame, on sides that the net takes', () => {
  for (const whole of [WHOLE, [160, 288] as const, [224, 224] as const])
    for (const left of [0, 0.13, 0.5, 0.87])
      for (const width of [0.04, 0.2, 0.6])
        for (const top of [0, 0.31, 0.8])
          for (const height of [0.1, 0.4, 1]) {
            const people = {
              left,
              top,
              right: Math.min(1, left + width),
              bottom: Math.min(1, top + height),
            };
            const window = new MatteRoi().around(people, whole);
            expectInside(people, window);
            expect(window.size[0] % 32).toBe(0);
            expect(window.size[1] % 32).toBe(0);
            expect(window.x + window.size[0]).toBeLessThanOrEqual(window.grid[0]);
            expect(window.y + window.size[1]).toBeLessThanOrEqual(window.grid[1]);
            expect(window.x).toBeGreaterThanOrEqual(0);
            expect(window.y).toBeGreaterThanOrEqual(0);
          }
});

test('does not move while somebody sways, and follows immediately somebody who leans out of it', () => {
  const windows = new MatteRoi();
  const first = windows.around(FAR_OFF, WHOLE);
  for (let frame = 0; frame < 100; frame++)
    expect(windows.around(moved(FAR_OFF, 0.01 * Math.sin(frame / 5)), WHOLE)).toBe(first);
  const away = moved(FAR_OFF, 0.3);
  expectInside(away, windows.around(away, WHOLE));
});

test('comes closer only when there has long been room', () => {
  const windows = new MatteRoi();
  const wide = windows.around({ ...FAR_OFF, left: 0.1 }, WHOLE);
  let frames = 1;
  while (windows.around(FAR_OFF, WHOLE) === wide) frames++;
  expect(frames).toBe(60);
});

test('stays where it is for somebody who stretches an arm out now and then', () => {
  const windows = new MatteRoi();
  const stretched = { ...FAR_OFF, right: 0.75 };
  const wide = windows.around(stretched, WHOLE);
  for (let frame = 0; frame < 400; frame++)
    expect(windows.around(frame % 50 === 0 ? stretched : FAR_OFF, WHOLE)).toBe(wide);
});

test('another size of the net gives another region', () => {
  const windows = new MatteRoi();
  windows.around(FAR_OFF, WHOLE);
  expect(windows.around(FAR_OFF, [224, 128]).grid).toEqual([784, 448]);
});
