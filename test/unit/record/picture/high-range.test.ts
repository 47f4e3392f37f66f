import { expect, test } from 'vitest';
import { lightOf } from '../../../../src/record/picture/high-range.ts';

/** In nits. */
function light(transfer: 'hlg' | 'pq', signal: number): number {
  const table = lightOf(transfer);
  return table[Math.round(signal * (table.length - 1))]!;
}

test('signals mean the light that ITU-R BT.2408, table 1, gives for them', () => {
  // Grey card of 18 %, and the white of a page.
  expect(light('hlg', 0.38)).toBeCloseTo(26, -0.5);
  expect(light('hlg', 0.75)).toBeCloseTo(203, -0.5);
  expect(light('pq', 0.38)).toBeCloseTo(26, -0.5);
  expect(light('pq', 0.58)).toBeCloseTo(203, -0.5);
});

test('they end with the peak that each is made for', () => {
  expect(light('hlg', 1)).toBeCloseTo(1000, 0);
  expect(light('pq', 1)).toBeCloseTo(10_000, 0);
  expect([light('hlg', 0), light('pq', 0)]).toEqual([0, 0]);
});
