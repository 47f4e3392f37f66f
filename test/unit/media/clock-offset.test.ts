import { expect, test } from 'vitest';
import { ClockOffset } from '../../../src/media/clock-offset.ts';

const SECOND = 1e6;

test('the fastest arrival gives the offset of two clocks', () => {
  const clock = new ClockOffset();
  expect(clock.observe(1 * SECOND, 101_040)).toBe(100_040);
  expect(clock.observe(2 * SECOND, 102_005)).toBe(100_005);
  expect(clock.observe(3 * SECOND, 103_400)).toBe(100_005);
  expect(clock.offset).toBe(100_005);
});

test('a clock that drifts is followed', () => {
  const clock = new ClockOffset();
  for (let second = 0; second <= 40; second++)
    clock.observe(second * SECOND, 100_000 + second * 1000 + second * 5);
  // The smallest offset of the last ten to twenty seconds.
  expect(clock.observe(41 * SECOND, 141_205)).toBeGreaterThan(100_100);
});

test('timestamps that go back belong to another clock, and the old estimate is dropped', () => {
  const clock = new ClockOffset();
  clock.observe(9 * SECOND, 109_000);
  expect(clock.observe(0.5 * SECOND, 109_010)).toBe(108_510);
});
