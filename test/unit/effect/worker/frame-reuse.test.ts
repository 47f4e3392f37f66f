import { expect, test } from 'vitest';
import type { Layers } from '../../../../src/effect/stages/layers.ts';
import { wholeFrame, type MaskExtent } from '../../../../src/effect/stages/roi.ts';
import { NO_TIMES } from '../../../../src/effect/stage-times.ts';
import { findReuse, reusedStyle, type FrameReuse } from '../../../../src/effect/worker/frame-reuse.ts';

const layers = {
  styled: { texels: null, roi: wholeFrame([320, 160]) },
  matte: { texels: null, size: [288, 160] },
} as unknown as Layers;
const times = { ...{ ...NO_TIMES }, style: 7 };
const at = (x: number, y: number): MaskExtent => ({ left: 0, top: 0, right: 1, bottom: 1, x, y });

/** What each of several frames in a row reuses. */
function sequence(held: Parameters<typeof findReuse>[1], frames: number) {
  const reused: (string | undefined)[] = [];
  let reuse: FrameReuse | null = null;
  for (let frame = 0; frame < frames; frame++) {
    reuse = findReuse({ reuse, layers, times }, held, at(0.5, 0.5));
    reused.push(reuse?.what);
  }
  return reused;
}

test('where nothing is held nothing is reused, and what is held is never reused twice in a row', () => {
  expect(sequence('nothing', 3)).toEqual([undefined, undefined, undefined]);
  expect(sequence('style', 4)).toEqual(['style', undefined, 'style', undefined]);
  expect(sequence('style and matte', 4)).toEqual(['style', 'matte', 'style', 'matte']);
});

test('a layer that is missing is not reused', () => {
  const none = { ...layers, styled: null, matte: null };
  expect(findReuse({ reuse: null, layers: none, times }, 'style and matte', null)).toBeNull();
});

test('a reused style moves with the person, over two frames half as far', () => {
  const reuse = findReuse({ reuse: null, layers, times }, 'style', at(0.5, 0.5))!;
  const moved = reusedStyle(reuse, at(0.52, 0.51));
  expect(moved.roi.x).toBeCloseTo(0.02 * 320, 6);
  expect(moved.roi.y).toBeCloseTo(0.01 * 160, 6);
  expect(moved.took).toBe(7);
  const older = { ...reuse, extentAge: 2 } as const;
  expect(reusedStyle(older, at(0.52, 0.51)).roi.x).toBeCloseTo(0.01 * 320, 6);
});

test('a reused style stays where it is when somebody comes in, or nobody is there', () => {
  const reuse = findReuse({ reuse: null, layers, times }, 'style', at(0.5, 0.5))!;
  expect(reusedStyle(reuse, at(0.6, 0.5)).roi).toEqual(wholeFrame([320, 160]));
  expect(reusedStyle(reuse, null).roi).toEqual(wholeFrame([320, 160]));
});
