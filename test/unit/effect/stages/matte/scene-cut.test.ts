import { expect, test } from 'vitest';
import { SceneCutFinder } from '../../../../../src/effect/stages/matte/scene-cut.ts';

/** A picture of 64 pixels, [3,8,8], with this value of green. */
const picture = (green: number) =>
  Float32Array.from({ length: 3 * 64 }, (_, i) => (i >= 64 && i < 128 ? green : 0.5));

test('a picture begins another scene where its green is far from that of the one before', () => {
  const cuts = new SceneCutFinder();
  expect([0.2, 0.25, 0.5, 0.5].map((green) => cuts.next(picture(green)))).toEqual([
    false,
    false,
    true,
    false,
  ]);
});

test('nothing is compared with a picture that was forgotten or had another size', () => {
  const cuts = new SceneCutFinder();
  cuts.next(picture(0.2));
  cuts.reset();
  expect(cuts.next(picture(0.9))).toBe(false);
  expect(cuts.next(new Float32Array(3 * 16))).toBe(false);
});
