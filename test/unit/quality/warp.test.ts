import { describe, expect, test } from 'vitest';
import { CameraNoise } from '../../quality/noise.ts';
import { emptyPlanes, type Planes, type Size } from '../../quality/planes.ts';
import { carriedChange } from '../../quality/warp.ts';

const SIZE: Size = [96, 64];

/** A picture whose value at each place is `value(x)`. */
function picture(value: (x: number) => number, channels = 1): Planes {
  const planes = emptyPlanes(channels, ...SIZE);
  for (let i = 0; i < planes.data.length; i++) planes.data[i] = value(i % SIZE[0]);
  return planes;
}

/** The flow of a picture that moves right by `dx`. */
function shift(dx: number): Float32Array {
  const places = new Float32Array(2 * SIZE[0] * SIZE[1]);
  for (let i = 0; i < SIZE[0] * SIZE[1]; i++) {
    const x = (i % SIZE[0]) - dx;
    const visible = x >= 0 && x <= SIZE[0] - 1;
    places[2 * i] = visible ? x : NaN;
    places[2 * i + 1] = visible ? Math.floor(i / SIZE[0]) : NaN;
  }
  return places;
}

describe('the change carried along a flow', () => {
  const ramp = (dx: number) => picture((x) => 0.01 * (x - dx), 3);

  test('is 0 where the flow has the whole motion, between pixels too', () => {
    for (const dx of [0, 2, 1.25]) expect(carriedChange(ramp(0), ramp(dx), shift(dx))).toBeCloseTo(0, 7);
  });

  test('of a ramp of 0.01 a pixel that moved two pixels further than the flow says is 0.02', () => {
    expect(carriedChange(ramp(0), ramp(3), shift(1))).toBeCloseTo(0.02, 7);
  });

  test('of a picture that got brighter by 0.1 is 0.1, and what comes into sight does not count', () => {
    const before = picture(() => 0.4);
    const after = picture((x) => (x < 4 ? 1 : 0.5));
    expect(carriedChange(before, after, shift(4))).toBeCloseTo(0.1, 6);
  });
});

test('camera noise has the spread asked for, is new in each frame, and the same in each run', () => {
  const grey = picture(() => 0.5);
  const noise = new CameraNoise(1, 0.05);
  const [a, b] = [noise.on(grey).data, noise.on(grey).data];
  const spread = Math.sqrt(a.reduce((sum, value) => sum + (value - 0.5) ** 2, 0) / a.length);
  expect(spread).toBeGreaterThan(0.048);
  expect(spread).toBeLessThan(0.052);
  const product = a.reduce((sum, value, i) => sum + (value - 0.5) * (b[i]! - 0.5), 0) / a.length;
  expect(Math.abs(product)).toBeLessThan(0.05 * 0.05 * 0.05);
  expect(new CameraNoise(1, 0.05).on(grey).data).toEqual(a);
});
