import { expect, test } from 'vitest';
import { parsePalette } from '../../../../src/effect/look.ts';
import { paletteOf } from '../../../../src/studio/palette/picture-palette.ts';

/** Pixels of these colours, so many of each. */
function pixels(...colours: readonly (readonly [hex: string, count: number])[]): Uint8ClampedArray {
  const bytes = colours.flatMap(([hex, count]) => {
    const rgba = [0, 2, 4, 6].map((at) => parseInt(`${hex}ff`.slice(at, at + 2), 16));
    return Array.from({ length: count }, () => rgba).flat();
  });
  return new Uint8ClampedArray(bytes);
}

const FIVE = ['22304a', 'c8553d', '588b8b', 'f28f3b', 'ffd5c2'] as const;

test('a poster of five colours has these, from dark to light', () => {
  const poster = pixels(...FIVE.map((hex, n) => [hex, 100 + 50 * n] as const));
  expect(paletteOf(poster)).toBe('22304a-c8553d-588b8b-f28f3b-ffd5c2');
});

test('small differences do not count, and neither does the order of the pixels', () => {
  const noisy = FIVE.flatMap((hex) =>
    [0, 1, 2].map((more) => [(parseInt(hex, 16) + more).toString(16).padStart(6, '0'), 40] as const),
  );
  const palette = paletteOf(pixels(...noisy));
  expect(palette.split('-')).toHaveLength(5);
  expect(paletteOf(pixels(...noisy.toReversed()))).toBe(palette);
});

test('a photo has eight colours at most, which the effect can read', () => {
  const photo = new Uint8ClampedArray(4 * 4096);
  for (let i = 0; i < 4096; i++)
    photo.set([(i % 64) * 4, Math.floor(i / 64) * 4, ((i * 7) % 64) * 4, 255], 4 * i);
  const palette = paletteOf(photo);
  expect(palette.split('-').length).toBeGreaterThanOrEqual(5);
  expect(parsePalette(palette)).toHaveLength(palette.split('-').length);
});

test('a picture of one colour has one, and an empty one has none', () => {
  expect(paletteOf(pixels(['336699', 10]))).toBe('336699');
  expect(paletteOf(pixels(['33669900', 10]))).toBe('none');
});

test('palettes in links are read from dark to light', () => {
  expect(parsePalette('FFFFFF-000000')).toEqual([
    [0, 0, 0],
    [1, 1, 1],
  ]);
  expect(parsePalette('none')).toEqual([]);
  for (const wrong of ['', 'red', 'fff', '000000-', Array(9).fill('000000').join('-')])
    expect(parsePalette(wrong), wrong).toBeNull();
});
