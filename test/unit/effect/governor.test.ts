import { describe, expect, test } from 'vitest';
import { Governor, matteSize, quantile, styleSize } from '../../../src/effect/governor.ts';

const BUDGET = 1000 / 30;

/** Drives the governor on a machine where the style takes `cost` ms at 192 and the rest takes `rest` ms. */
function settle(governor: Governor, cost: number, rest: number, frames = 2000): number[] {
  return Array.from({ length: frames }, () => {
    const style = cost * (governor.shortSide / 192) ** 2;
    governor.measure(style + rest, style, BUDGET);
    return governor.shortSide;
  });
}

describe('the governor', () => {
  test('climbs on a quick machine and stays', () => {
    const sides = settle(new Governor(), 2, 3);
    expect(sides.at(-1)).toBe(384);
  });

  test('descends on a slow machine to what keeps the rate, or to the lowest rung', () => {
    expect(settle(new Governor(), 50, 15).at(-1)).toBeLessThan(192);
    expect(settle(new Governor(), 500, 100).at(-1)).toBe(160);
  });

  test('does not swing between two rungs', () => {
    for (let cost = 5; cost < 80; cost += 5) {
      const sides = settle(new Governor(), cost, 8, 60_000);
      // In more than half an hour at 30 fps it tries a finer rung a few times, and less and less often.
      const changes = (from: number, to: number) =>
        sides.slice(from, to).filter((side, i, all) => i > 0 && side !== all[i - 1]).length;
      expect(changes(1000, 60_000)).toBeLessThanOrEqual(10);
      expect(changes(31_000, 60_000)).toBeLessThanOrEqual(4);
    }
  });

  test('rides a slow-down down, says why, and comes back up when it is over', () => {
    const governor = new Governor();
    const before = settle(governor, 8, 8).at(-1)!;
    expect(settle(governor, 24, 24, 600).at(-1)).toBeLessThan(before);
    expect(governor.reason).toBe('too slow');
    expect(settle(governor, 8, 8, 20_000).at(-1)).toBe(before);
    expect(governor.reason).not.toBe('too slow');
  });

  test('gives a film the finest style that it has pixels for, whatever the time', () => {
    const governor = new Governor();
    for (let i = 0; i < 200; i++) governor.measure(500, 400, 33);
    expect(governor.finest(1080)).toBe(384);
    expect(governor.finest(360)).toBe(360);
    expect(governor.finest(90)).toBe(160);
    governor.quality = 192;
    expect(governor.finest(1080)).toBe(192);
  });

  test('keeps its hands off a pinned quality', () => {
    const governor = new Governor();
    governor.quality = 256;
    expect(new Set(settle(governor, 500, 100))).toEqual(new Set([256]));
  });
});

test('net sizes are multiples of 32 and near the camera’s shape', () => {
  expect(styleSize(192, 16 / 9)).toEqual([352, 192]);
  expect(styleSize(192, 9 / 16)).toEqual([192, 352]);
  expect(matteSize(16 / 9)).toEqual([288, 160]);
  for (const aspect of [16 / 9, 4 / 3, 1, 3 / 4, 9 / 16, 21 / 9])
    for (const size of [styleSize(200, aspect), matteSize(aspect)]) {
      expect(size[0] % 32).toBe(0);
      expect(size[1] % 32).toBe(0);
      expect(Math.abs(size[0] / size[1] / aspect - 1)).toBeLessThan(0.13);
    }
});

test('a quantile is the value that the share stays under, and 0 of nothing', () => {
  expect(quantile([9, 1, 5], 0.5)).toBe(5);
  expect(quantile([3, 1, 2], 1)).toBe(3);
  expect(quantile([], 0.5)).toBe(0);
});
