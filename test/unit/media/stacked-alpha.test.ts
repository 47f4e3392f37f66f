import { expect, test } from 'vitest';
import { GUARD_LINES, pictureHeight, stackedLayout } from '../../../src/media/stacked-alpha.ts';

test.each([
  [640, 360, 640, 360],
  [1920, 1080, 1920, 1080],
  [1280, 720, 1264, 712],
  [360, 640, 352, 632],
  [3840, 2160, 1920, 1080],
  [20, 11, 16, 8],
])('%i x %i is laid out in blocks of 16, unstretched', (width, height, columns, lines) => {
  const layout = stackedLayout(width, height);
  expect(layout).toMatchObject({ width: columns, lines });
  expect([layout.width % 16, (lines + GUARD_LINES) % 16]).toEqual([0, 0]);
  expect(pictureHeight(2 * (lines + GUARD_LINES))).toBe(lines);
  const [left, top, shownX, shownY] = layout.window;
  expect((shownX * width) / columns).toBeCloseTo((shownY * height) / lines, 9);
  // Cropped equally at the sides, and at the top only: a person who touches the lower edge still
  // does.
  expect([2 * left + shownX, top + shownY]).toEqual([expect.closeTo(1, 9), expect.closeTo(1, 9)]);
  expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
});
