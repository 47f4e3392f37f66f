import { afterAll, beforeAll, expect, test } from 'vitest';
import { demoFrame } from '../../../scripts/demo/frame.ts';
import { fromRgba, meanDifference, type Planes } from '../../quality/planes.ts';
import { Product } from '../../quality/product.ts';

let product: Product;
beforeAll(async () => {
  product = await Product.open([320, 180]);
}, 120_000);
afterAll(() => product.close());

function frame(index: number): Planes {
  const { width, height, rgba } = demoFrame(index, 320, 180);
  return fromRgba(new Uint8Array(rgba.buffer), [width, height]);
}

test('whole frames go through the effect, and come back in order', async () => {
  const frames = [frame(0), frame(20)];
  await product.choose({ id: 'none', grade: 'live' });
  const plain = await product.film(frames);
  for (const [n, picture] of plain.entries()) {
    expect([picture.width, picture.height]).toEqual([320, 180]);
    expect(meanDifference(picture, frames[n]!)).toBeLessThan(0.01);
  }
  await product.choose({ id: 'toon', grade: 'live' });
  const [first, second] = await product.film(frames);
  expect(meanDifference(first!, frames[0]!)).toBeGreaterThan(0.02);
  // A film does not depend on the films before it.
  const [again] = await product.film([frames[1]!]);
  expect(meanDifference(again!, second!)).toBe(0);
});

test('a style that is not shipped is refused by name', async () => {
  await expect(product.choose({ id: 'nobody', grade: 'live' })).rejects.toThrow('There is no style "nobody"');
});
