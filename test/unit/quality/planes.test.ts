import { expect, test } from 'vitest';
import { meanDifference, resize, rows, type Planes } from '../../quality/planes.ts';

const line = (...values: number[]): Planes => ({
  channels: 1,
  width: values.length,
  height: 1,
  data: Float32Array.from(values),
});

test('shrinking takes the mean over the area of each new pixel, parts of pixels too', () => {
  expect([...resize(line(0, 1, 1, 0), [2, 1]).data]).toEqual([0.5, 0.5]);
  const [left, right] = resize(line(0, 0.3, 0.9), [2, 1]).data;
  expect(left).toBeCloseTo((0 + 0.3 / 2) / 1.5, 6);
  expect(right).toBeCloseTo((0.3 / 2 + 0.9) / 1.5, 6);
});

test('enlarging is bilinear between pixel centres, and flat beyond the outermost', () => {
  expect([...resize(line(0, 1), [4, 1]).data]).toEqual([0, 0.25, 0.75, 1]);
});

test('both ways at once, channel by channel', () => {
  const square: Planes = { channels: 2, width: 2, height: 2, data: Float32Array.of(0, 1, 0, 1, 4, 4, 8, 8) };
  expect([...resize(square, [1, 4]).data]).toEqual([0.5, 0.5, 0.5, 0.5, 4, 5, 7, 8]);
});

test('rows are cut out of every channel', () => {
  const tall: Planes = { channels: 2, width: 1, height: 3, data: Float32Array.of(1, 2, 3, 4, 5, 6) };
  expect(rows(tall, 1, 2)).toEqual({ channels: 2, width: 1, height: 2, data: Float32Array.of(2, 3, 5, 6) });
});

test('the mean difference is that of all values, whichever is larger', () => {
  expect(meanDifference(line(0, 0.5, 1, 1), line(0.5, 0.5, 0, 1))).toBeCloseTo(0.375, 12);
});
