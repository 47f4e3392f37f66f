import { expect, test } from 'vitest';
import { quantile } from '../../../src/common/quantile.ts';

test('a quantile is the value that the share stays below, and 0 where there are no values', () => {
  expect(quantile([9, 1, 5], 0.5)).toBe(5);
  expect(quantile([3, 1, 2], 1)).toBe(3);
  expect(quantile([], 0.5)).toBe(0);
});

test('the values are left in their order', () => {
  const values = [3, 1, 2];
  quantile(values, 0.5);
  expect(values).toEqual([3, 1, 2]);
});
