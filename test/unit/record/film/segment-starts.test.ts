import { describe, expect, test } from 'vitest';
import { segmentStarts, type FrameIndex } from '../../../../src/record/film/segment-starts.ts';

/** A film with these frames, of which some are key frames. */
function film(frames: readonly number[], keys: readonly number[]): FrameIndex {
  return {
    keyAt: (at) => Promise.resolve(keys.findLast((key) => key <= at) ?? null),
    keyAfter: (at) => Promise.resolve(keys.find((key) => key > at) ?? null),
    frameAt: (at) => Promise.resolve(frames.findLast((frame) => frame <= at) ?? null),
  };
}

const steps = (from: number, to: number, step: number) =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, index) => from + index * step);

describe('a film is cut', () => {
  test('at the key frames nearest before the wanted length', async () => {
    const index = film(steps(0, 60, 0.5), steps(0, 60, 4));
    expect(await segmentStarts(index, 0, 60, 10)).toEqual([0, 8, 16, 24, 32, 40, 48]);
  });

  test('at a later key frame where the one before is too near', async () => {
    const index = film(steps(0, 30, 0.5), [0, 4, 13, 25]);
    expect(await segmentStarts(index, 0, 30, 10)).toEqual([0, 13, 25]);
  });

  test('at any frame where key frames are rare, so that one key frame makes no endless segment', async () => {
    const index = film(steps(0, 35, 0.4), [0]);
    const cuts = await segmentStarts(index, 0, 35, 10);
    expect(cuts).toHaveLength(4);
    for (const [at, cut] of cuts.slice(1).entries()) expect(cut - cuts[at]!).toBeCloseTo(10, 0);
  });

  test('never twice at one frame, and not before a last piece shorter than half', async () => {
    // A picture each 25 s: each begins a segment.
    expect(await segmentStarts(film([0, 25, 50], [0, 25, 50]), 0, 75, 10)).toEqual([0, 25, 50]);
    expect(await segmentStarts(film(steps(0, 14, 1), steps(0, 14, 1)), 0, 14, 10)).toEqual([0]);
    expect(await segmentStarts(film([0], [0]), 0, 0.04, 10)).toEqual([0]);
  });

  test('not at all where no length is wanted', async () => {
    expect(await segmentStarts(film(steps(0, 60, 1), steps(0, 60, 4)), 2, 60, 0)).toEqual([2]);
  });

  test('from where a stretch begins, which need not be a frame', async () => {
    const index = film(steps(0, 60, 0.5), steps(0, 60, 5));
    expect(await segmentStarts(index, 3.3, 30, 10)).toEqual([3.3, 10, 20]);
  });
});
