import { describe, expect, test } from 'vitest';
import { CameraNoise } from '../../quality/noise.ts';
import { emptyPlanes, type Planes, type Size } from '../../quality/planes.ts';
import { flow, Motion, render, warpingError } from '../../quality/warp.ts';

const SIZE: Size = [96, 64];

/** A picture of any size whose value at each place of a 96x64 frame is `value(x, y)`. */
function picture(value: (x: number, y: number) => number, [width, height] = SIZE, channels = 1): Planes {
  const planes = emptyPlanes(channels, width, height);
  for (let channel = 0; channel < channels; channel++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        planes.data[(channel * height + y) * width + x] = value(
          ((x + 0.5) * SIZE[0]) / width - 0.5,
          ((y + 0.5) * SIZE[1]) / height - 0.5,
        );
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

describe('the warping error', () => {
  const ramp = (dx: number) => picture((x) => 0.01 * (x - dx), SIZE, 3);

  test('is 0 where the flow has the whole motion, between pixels too', () => {
    for (const dx of [0, 2, 1.25]) expect(warpingError(ramp(0), ramp(dx), shift(dx))).toBeCloseTo(0, 12);
  });

  test('of a ramp of 0.01 a pixel that moved two pixels further than the flow says is 0.02 squared', () => {
    expect(warpingError(ramp(0), ramp(3), shift(1))).toBeCloseTo(0.0004, 9);
  });

  test('of a picture that got brighter by 0.1 is 0.01, and what comes into sight does not count', () => {
    const before = picture(() => 0.4);
    const after = picture((x) => (x < 4 ? 1 : 0.5));
    expect(warpingError(before, after, shift(4))).toBeCloseTo(0.01, 6);
  });
});

describe('the motion', () => {
  test('is known both ways', () => {
    const motion = new Motion(5, SIZE);
    for (const t of [0, 3])
      for (const [x, y] of [
        [0, 0],
        [40.3, 20.7],
        [95, 63],
      ] as const) {
        const [u, v] = motion.where(t, motion.seen(t, [x, y]));
        expect(u).toBeCloseTo(x, 5);
        expect(v).toBeCloseTo(y, 5);
      }
  });

  test('moves by a part of a pixel to a few, and differs from place to place', () => {
    const places = flow(new Motion(5, SIZE), 0, SIZE);
    const ways: number[] = [];
    for (let i = 0; i < places.length / 2; i++) {
      const way = Math.hypot(places[2 * i]! - (i % SIZE[0]), places[2 * i + 1]! - Math.floor(i / SIZE[0]));
      if (!Number.isNaN(way)) ways.push(way);
    }
    expect(Math.max(...ways)).toBeLessThan(4);
    expect(Math.max(...ways)).toBeGreaterThan(0.5);
    expect(Math.max(...ways) - Math.min(...ways)).toBeGreaterThan(0.2);
  });

  test('a clip of a smooth picture follows its own flow; without the flow it does not', () => {
    const smooth = picture((x, y) => 0.5 + 0.25 * Math.sin(x / 6) + 0.25 * Math.cos(y / 7), [192, 128]);
    const motion = new Motion(5, SIZE);
    const [before, after] = [render(smooth, motion, 0, SIZE), render(smooth, motion, 1, SIZE)];
    const followed = warpingError(before, after, flow(motion, 0, SIZE));
    expect(Math.sqrt(followed)).toBeLessThan(0.003);
    expect(Math.sqrt(warpingError(before, after, shift(0)))).toBeGreaterThan(0.02);
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
