import { expect, test } from 'vitest';
import { Anchor } from '../../../src/media/clock-offset.ts';

const SECOND = 1e6;

test('the promptest arrival tells how two clocks stand', () => {
  const anchor = new Anchor();
  expect(anchor.note(1 * SECOND, 101_040)).toBe(100_040);
  expect(anchor.note(2 * SECOND, 102_005)).toBe(100_005);
  expect(anchor.note(3 * SECOND, 103_400)).toBe(100_005);
  expect(anchor.offset).toBe(100_005);
});

test('a clock that drifts is followed', () => {
  const anchor = new Anchor();
  for (let second = 0; second <= 40; second++)
    anchor.note(second * SECOND, 100_000 + second * 1000 + second * 5);
  // The least of the last ten to twenty seconds.
  expect(anchor.note(41 * SECOND, 141_205)).toBeGreaterThan(100_100);
});

test('timestamps that go back are of another clock, and are not held against the old one', () => {
  const anchor = new Anchor();
  anchor.note(9 * SECOND, 109_000);
  expect(anchor.note(0.5 * SECOND, 109_010)).toBe(108_510);
});
