import { expect, test } from 'vitest';
import { boxFilter } from '../../../../src/effect/stages/box-filter.ts';
import { randomField } from '../random-field.ts';

test('the running sums give the mean of every window, clamped at the borders', () => {
  const [width, height, radius] = [13, 9, 3];
  const field = randomField(width * height, 1);
  const expected = field.map((_, i) => {
    let sum = 0;
    for (let dy = -radius; dy <= radius; dy++)
      for (let dx = -radius; dx <= radius; dx++) {
        const y = Math.min(height - 1, Math.max(0, Math.floor(i / width) + dy));
        const x = Math.min(width - 1, Math.max(0, (i % width) + dx));
        sum += field[y * width + x]!;
      }
    return sum / (2 * radius + 1) ** 2;
  });
  boxFilter(field, new Float32Array(field.length), width, height, radius);
  for (const [i, value] of field.entries()) expect(value).toBeCloseTo(expected[i]!, 5);
});

test('a window larger than the picture is the mean of what is clamped into it, not an error', () => {
  const field = new Float32Array([1, 1, 1, 1]);
  boxFilter(field, new Float32Array(4), 2, 2, 5);
  for (const value of field) expect(value).toBeCloseTo(1, 6);
});
