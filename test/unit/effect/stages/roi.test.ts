import { expect, test } from 'vitest';
import {
  resampleField,
  unionBox,
  wholeFrame,
  type BoundingBox,
  type Roi,
} from '../../../../src/effect/stages/roi.ts';

const FAR_OFF: BoundingBox = { left: 0.45, top: 0.5, right: 0.52, bottom: 0.7 };
const STANDING: BoundingBox = { left: 0.4, top: 0.05, right: 0.6, bottom: 1 };

test('two boxes together hold everybody', () => {
  expect(unionBox(null, FAR_OFF)).toEqual(FAR_OFF);
  expect(unionBox(FAR_OFF, STANDING)).toEqual({ left: 0.4, top: 0.05, right: 0.6, bottom: 1 });
  expect(unionBox(null, null)).toBeNull();
});

test('a resampled field keeps each value at its place in the frame', () => {
  const whole = wholeFrame([64, 32]);
  const closer: Roi = { grid: [128, 64], x: 32, y: 0, size: [64, 64] };
  // The field is linear, so enlarging it is exact except for rounding.
  const place = (x: number, y: number) => 0.25 + 0.005 * x + 0.01 * y;
  const field = Float32Array.from({ length: 64 * 32 }, (_, i) =>
    place((i % 64) + 0.5, Math.floor(i / 64) + 0.5),
  );
  const there = resampleField(field, whole, closer);
  for (const [x, y] of [
    [2, 3],
    [30, 40],
    [61, 61],
  ] as const)
    expect(there[y * 64 + x]).toBeCloseTo(place((x + 0.5 + 32) / 2, (y + 0.5) / 2), 5);
  const back = resampleField(there, closer, whole);
  expect(back[16 * 64 + 30]).toBeCloseTo(field[16 * 64 + 30]!, 2);
  // The closer region does not reach the left edge of the frame.
  expect(back[16 * 64 + 2]).toBe(0);
});
