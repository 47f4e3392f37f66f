import { expect, test } from 'vitest';
import { unpremultiply } from '../../../../src/record/picture/unpremultiplier.ts';

test('colours that alpha was multiplied into are their own again, and nothing else changes', () => {
  const pixels = Uint8ClampedArray.of(200, 100, 40, 255, 100, 50, 20, 128, 0, 0, 0, 0, 9, 8, 0, 8);
  expect(unpremultiply(pixels)).toBe(true);
  expect([...pixels]).toEqual([200, 100, 40, 255, 199, 100, 40, 128, 0, 0, 0, 0, 255, 255, 0, 8]);
  expect(unpremultiply(Uint8ClampedArray.of(1, 2, 3, 255))).toBe(false);
});
