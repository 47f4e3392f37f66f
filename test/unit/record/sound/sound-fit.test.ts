import { expect, test } from 'vitest';
import { resample } from '../../../../src/record/sound/sound-fit.ts';

const tone = (rate: number) =>
  Float32Array.from({ length: rate / 100 }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / rate));

test.for([
  [16_000, 48_000],
  [44_100, 48_000],
  [48_000, 16_000],
] as const)('a tone at %i is the same tone at %i', ([from, to]) => {
  const fitted = resample(tone(from), from, to);
  const wanted = tone(to);
  expect(fitted).toHaveLength(wanted.length);
  // The last few samples have no input after them, so they are not compared.
  for (const [i, sample] of fitted.entries())
    if (i < fitted.length - 4) expect(Math.abs(sample - wanted[i]!)).toBeLessThan(0.02);
});

test('one sample alone lasts', () => {
  expect(Array.from(resample(Float32Array.of(0.5), 16_000, 48_000))).toEqual([0.5, 0.5, 0.5]);
});
