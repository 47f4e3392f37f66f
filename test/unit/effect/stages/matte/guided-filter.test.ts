import { expect, test } from 'vitest';
import { GuidedFilter, SLOPE_RANGE } from '../../../../../src/effect/stages/matte/guided-filter.ts';

const SIZE = 32;

/** What the shader computes for a pixel of this luminance in the middle of texel (x, y). */
function alphaAt(texels: Uint8Array, x: number, y: number, luminance: number): number {
  const t = (y * SIZE + x) * 4;
  const slope = (texels[t + 2]! / 256 - 127.5 / 256) * 2 * SLOPE_RANGE;
  return texels[t]! / 255 + slope * (luminance - texels[t + 1]! / 255);
}

test('a blurred matte over a sharp edge of the picture follows the edge of the picture', () => {
  const pixels = SIZE * SIZE;
  const picture = new Float32Array(3 * pixels);
  const matte = new Float32Array(pixels);
  for (let y = 0; y < SIZE; y++)
    for (let x = 0; x < SIZE; x++) {
      const light = x < 16 ? 0.8 : 0.2;
      for (let channel = 0; channel < 3; channel++) picture[channel * pixels + y * SIZE + x] = light;
      matte[y * SIZE + x] = Math.min(1, Math.max(0, (x - 12) / 8));
    }
  const guide = new GuidedFilter();
  guide.fit(matte, picture, SIZE, SIZE);
  // At the edge the matte alone is 0.5 on both sides. The fit tells the dark person from the room.
  expect(alphaAt(guide.texels, 16, 16, 0.2)).toBeGreaterThan(0.65);
  expect(alphaAt(guide.texels, 15, 16, 0.8)).toBeLessThan(0.35);
});

test('a picture without edges leaves the matte as it is', () => {
  const pixels = SIZE * SIZE;
  const picture = new Float32Array(3 * pixels).fill(0.5);
  const matte = new Float32Array(pixels).fill(1);
  const guide = new GuidedFilter();
  guide.fit(matte, picture, SIZE, SIZE);
  for (let i = 0; i < pixels; i++) {
    expect(guide.texels[4 * i]).toBe(255);
    expect(guide.texels[4 * i + 3]).toBe(255);
    expect(Math.abs(guide.texels[4 * i + 2]! - 128)).toBeLessThanOrEqual(1);
  }
});
