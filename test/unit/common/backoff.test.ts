import { expect, test } from 'vitest';
import { pauseAfter } from '../../../src/common/backoff.ts';

test('pauses grow to half a minute, and no two pages come together', () => {
  const pauses = Array.from({ length: 40 }, (_, failures) => pauseAfter(failures, undefined, 0.5));
  expect(pauses[0]).toBe(500);
  expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
  expect(pauses.at(-1)).toBe(30_000);
  expect(pauseAfter(1000, undefined, 0)).toBe(24_000);
  expect(pauseAfter(1000, undefined, 1)).toBe(36_000);
});

test('pauses double where that is asked for, and are exact without chance', () => {
  const doubling = { first: 700, longest: 2000, growth: 2, random: 0 };
  expect([0, 1, 2, 3].map((failures) => pauseAfter(failures, doubling))).toEqual([700, 1400, 2000, 2000]);
});
