import { expect, test } from 'vitest';
import { gram, meanDifference, perceptualLosses } from '../../quality/losses.ts';
import { type Planes } from '../../quality/planes.ts';

const planes = (channels: number, width: number, ...values: number[]): Planes => ({
  channels,
  width,
  height: values.length / channels / width,
  data: Float32Array.from(values),
});

test('the mean difference', () => {
  expect(meanDifference(planes(1, 4, 0, 0.5, 1, 1), planes(1, 4, 0.5, 0.5, 0, 1))).toBeCloseTo(0.375, 12);
});

test('a Gram matrix holds the mean products of channels', () => {
  expect([...gram(planes(2, 2, 1, 3, 2, -1))]).toEqual([5, -0.5, -0.5, 2.5]);
});

test('losses are 0 for equal features; style forgets where things are, content does not', () => {
  const maps = [planes(2, 2, 1, 3, 2, -1), planes(1, 2, 2, 0)];
  expect(perceptualLosses(maps, maps)).toEqual({ content: 0, style: 0 });
  const mirrored = [planes(2, 2, 3, 1, -1, 2), planes(1, 2, 0, 2)];
  const { content, style } = perceptualLosses(mirrored, maps);
  expect(style).toBeCloseTo(0, 12);
  // (2 - 0)^2 + (0 - 2)^2 over 2^2 + 0^2
  expect(content).toBeCloseTo(2, 6);
});

test('features of twice the strength: content is off by its own energy, style by 3 squared', () => {
  const wanted = [planes(1, 2, 1, 2)];
  const got = [planes(1, 2, 2, 4)];
  const { content, style } = perceptualLosses(got, wanted);
  expect(content).toBeCloseTo(1, 6);
  expect(style).toBeCloseTo(9, 6);
});
