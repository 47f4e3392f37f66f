import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toConstantRate, frameTimes } from '../../../../src/record/convert/constant-rate.ts';
import type { FilmFrame } from '../../../../src/record/film/film-reader.ts';

/** How many frames are open. */
let open = 0;
class Frame {
  readonly timestamp: number;
  readonly duration: number | null;
  readonly number: number;

  constructor(like: { number: number }, { timestamp, duration }: { timestamp: number; duration?: number }) {
    this.number = like.number;
    this.timestamp = timestamp;
    this.duration = duration ?? null;
    open++;
  }

  close(): void {
    open--;
  }
}

const real = (globalThis as { VideoFrame?: unknown }).VideoFrame;
beforeAll(() => Object.assign(globalThis, { VideoFrame: Frame }));
afterAll(() => Object.assign(globalThis, { VideoFrame: real }));

/** Yields frames one by one, as a reader does. */
async function* read(frames: Iterable<unknown>): AsyncGenerator<FilmFrame> {
  for (const frame of frames) yield await Promise.resolve(frame as FilmFrame);
}

/** The number of the frame that is shown at each moment of the constant rate. */
async function shown(times: readonly number[], rate: number, last = 1 / rate): Promise<number[]> {
  const numbers: number[] = [];
  function* frames() {
    for (const [number, time] of times.entries())
      yield {
        frame: new Frame(
          { number },
          {
            timestamp: Math.round(time * 1e6),
            duration: Math.round(((times[number + 1] ?? time + last) - time) * 1e6),
          },
        ),
        runUp: false,
      };
  }
  for await (const { frame } of toConstantRate(read(frames()), rate)) {
    for (const moment of frameTimes(frame, rate)) {
      expect(moment).toBeCloseTo(numbers.length / rate, 9);
      numbers.push((frame as unknown as Frame).number);
    }
    frame.close();
  }
  expect(open).toBe(0);
  return numbers;
}

/** Yields the frames of a part as a reader does: the run-up, the part, and the frame after it. */
function* part(times: readonly number[], [begin, end]: readonly [number, number], runUp: number) {
  for (let number = Math.max(0, begin - runUp); number < times.length; number++) {
    const duration = (times[number + 1] ?? times[number]! + 0.04) - times[number]!;
    yield {
      frame: new Frame(
        { number },
        { timestamp: Math.round(times[number]! * 1e6), duration: Math.round(duration * 1e6) },
      ),
      runUp: number < begin,
      after: number >= end,
    };
  }
}

/**
 * What is shown at each moment of the constant rate when a film is processed in parts that begin at
 * these frames.
 */
async function inParts(times: readonly number[], cuts: readonly number[], rate: number, runUp: number) {
  const moments: [moment: number, frame: number][] = [];
  for (const [index, begin] of cuts.entries()) {
    const given = read(part(times, [begin, cuts[index + 1] ?? times.length], runUp));
    for await (const { frame, runUp: before } of toConstantRate(given, rate, index === 0)) {
      if (!before)
        for (const moment of frameTimes(frame, rate))
          moments.push([Math.round(moment * rate), (frame as unknown as Frame).number]);
      frame.close();
    }
  }
  expect(open).toBe(0);
  return moments;
}

describe('a constant rate', () => {
  test('of the same rate changes nothing, however the times are rounded', async () => {
    const times = Array.from({ length: 30 }, (_, n) => Math.round((n * 1000) / 30) / 1000);
    expect(await shown(times, 30)).toEqual(times.map((_, n) => n));
  });

  test('shows every other frame of twice the rate, and each twice of half of it', async () => {
    const sixty = Array.from({ length: 8 }, (_, n) => n / 60);
    const half = await shown(sixty, 30, 1 / 60);
    expect(half).toHaveLength(4);
    expect(new Set(half).size).toBe(4);
    expect(await shown([0, 1 / 15, 2 / 15], 30, 1 / 15)).toEqual([0, 0, 1, 1, 2, 2]);
  });

  test('holds a frame for as long as nothing comes, and the last to its end', async () => {
    expect(await shown([0, 0.1, 0.5], 10, 0.3)).toEqual([0, 1, 1, 1, 1, 2, 2, 2]);
  });

  test.each([
    [1, 0],
    [7.5, 3],
    [23.976, 0],
    [25, 5],
    [30, 2],
    [120, 1],
  ])('of %d shows in parts what it shows in one piece, with a run-up of %d', async (rate, runUp) => {
    // Steady, then uneven, with a gap.
    const times = Array.from({ length: 60 }, (_, n) => n / 30 + (n > 30 ? ((n * 7) % 5) / 200 : 0)).map(
      (time, n) => time + (n > 45 ? 1.3 : 0),
    );
    const whole = await inParts(times, [0], rate, 0);
    expect(whole.map(([moment]) => moment)).toEqual(whole.map((_, index) => index));
    for (const cuts of [[0, 30], [0, 1, 2, 59], [0, 15, 31, 46], times.map((_, n) => n)])
      expect(await inParts(times, cuts, rate, runUp), cuts.join()).toEqual(whole);
  });

  test('fills the beginning with the first frame, also if that is in a later part', async () => {
    expect(await inParts([0.5, 0.6, 0.7], [-1, 0], 10, 0)).toEqual(
      await inParts([0.5, 0.6, 0.7], [0], 10, 0),
    );
  });

  test('fills the beginning with the first frame if that comes late', async () => {
    expect(await shown([0.2, 0.3], 10)).toEqual([0, 0, 0, 1]);
  });
});
