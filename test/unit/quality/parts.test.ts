import { expect, test } from 'vitest';
import { likeliest, PartsScore } from '../../quality/parts.ts';

test('the likeliest part of each pixel has its number', () => {
  const data = new Float32Array(6 * 3);
  data[0 * 3 + 0] = 0.9;
  data[5 * 3 + 1] = 0.4;
  data[2 * 3 + 1] = 0.3;
  data[3 * 3 + 2] = 1;
  expect([...likeliest({ channels: 6, width: 3, height: 1, data })]).toEqual([0, 5, 3]);
});

test('IoU of each part over all pictures, and their mean over the parts that occur', () => {
  const score = new PartsScore();
  score.add(Uint8Array.of(0, 0, 1, 1), Uint8Array.of(0, 0, 0, 1));
  score.add(Uint8Array.of(1, 3, 3, 0), Uint8Array.of(1, 3, 1, 255));
  const { each, mean } = score.figures();
  expect(each[0]).toBeCloseTo(2 / 3, 12);
  expect(each[1]).toBeCloseTo(2 / 4, 12);
  expect(each[3]).toBeCloseTo(1 / 2, 12);
  expect([each[2], each[4], each[5]]).toEqual([NaN, NaN, NaN]);
  expect(mean).toBeCloseTo((2 / 3 + 1 / 2 + 1 / 2) / 3, 12);
});
