import { expect, test } from 'vitest';
import { ConstantRateWriter } from '../../../../src/record/clip/constant-rate-writer.ts';

/** The frame that is shown at each moment, and how many frames are open at the end. */
async function laid(times: readonly number[], rate: number) {
  let open = 0;
  const frame = (number: number) => ({
    number,
    clone: () => {
      open++;
      return frame(number);
    },
    close: () => {
      open--;
    },
  });
  const shown: number[] = [];
  const even = new ConstantRateWriter(rate, (written, seconds) => {
    expect(seconds).toBeCloseTo(shown.length / rate, 9);
    shown.push((written as unknown as { number: number }).number);
    return Promise.resolve();
  });
  for (const [number, time] of times.entries()) await even.add(frame(number) as unknown as VideoFrame, time);
  await even.finish();
  return { shown, open };
}

test('frames at the rate keep their moments, however late each is', async () => {
  const late = [0, 0.004, -0.004, 0.007, -0.006, 0.002];
  const times = late.map((by, n) => n / 30 + by);
  expect(await laid(times, 30)).toEqual({ shown: [0, 1, 2, 3, 4, 5], open: 0 });
});

test('a slow camera’s frames are shown for several moments, a fast one’s are left out', async () => {
  const slow = Array.from({ length: 4 }, (_, n) => n / 10);
  expect((await laid(slow, 30)).shown).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3]);
  const fast = Array.from({ length: 7 }, (_, n) => n / 60);
  expect(await laid(fast, 30)).toEqual({ shown: [0, 2, 4, 6], open: 0 });
});

test('a clip of one frame has one moment, and one that is given up has closed its frame', async () => {
  expect(await laid([0], 30)).toEqual({ shown: [0], open: 0 });
});
