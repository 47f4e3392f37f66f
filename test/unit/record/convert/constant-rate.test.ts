import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { atRate, momentsOf } from '../../../../src/record/convert/constant-rate.ts';
import type { FilmFrame } from '../../../../src/record/film/film-reader.ts';

/** Counts those that are open. */
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

/** The number of the frame that each moment of the rate shows. */
async function shown(times: readonly number[], rate: number, last = 1 / rate): Promise<number[]> {
  const numbers: number[] = [];
  // eslint-disable-next-line @typescript-eslint/require-await -- a reader's frames come one by one
  async function* frames() {
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
  for await (const { frame } of atRate(frames() as unknown as AsyncIterable<FilmFrame>, rate)) {
    for (const moment of momentsOf(frame, rate)) {
      expect(moment).toBeCloseTo(numbers.length / rate, 9);
      numbers.push((frame as unknown as Frame).number);
    }
    frame.close();
  }
  expect(open).toBe(0);
  return numbers;
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

  test('has something at the beginning where the first frame comes late', async () => {
    expect(await shown([0.2, 0.3], 10)).toEqual([0, 0, 0, 1]);
  });
});
