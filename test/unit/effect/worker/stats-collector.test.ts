import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StatsCollector } from '../../../../src/effect/worker/stats-collector.ts';
import { randomField } from '../random-field.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/**
 * Runs an effect that takes `cost` milliseconds for each frame, on frames that arrive at these
 * times; the newest frame wins.
 */
function run(arrivals: number[], cost: number): StatsCollector {
  const stats = new StatsCollector('test');
  let next = 0;
  while (next < arrivals.length) {
    // The newest frame that has arrived, or else the next one.
    while (next + 1 < arrivals.length && arrivals[next + 1]! <= performance.now()) next++;
    vi.advanceTimersByTime(Math.max(0, arrivals[next]! - performance.now()));
    stats.begin({ timestamp: arrivals[next]! * 1000 } as VideoFrame, true);
    vi.advanceTimersByTime(cost);
    stats.end(
      { prepare: 0, matte: 0, style: cost, composite: 0, total: cost, delay: 0 },
      [32, 32],
      [32, 32],
      { reason: 'usual', held: 'nothing' },
      { ep: 'wasm', zeroCopy: false, half: false, detail: 'light' },
    );
    next++;
  }
  return stats;
}

const steady = (interval: number) => Array.from({ length: 300 }, (_, i) => i * interval);

test('a quick effect drops nothing and learns the rate of the source', () => {
  const stats = run(steady(1000 / 60), 4);
  expect(stats.read().dropped).toBe(0);
  expect(stats.frameInterval).toBeCloseTo(1000 / 60, 0);
});

test('a camera that slows down in the dark is not taken for dropped frames', () => {
  const stats = run(steady(66), 20);
  expect(stats.read().dropped).toBe(0);
  expect(stats.frameInterval).toBeCloseTo(66, 0);
});

test('a jittering camera that is kept up with drops nothing', () => {
  const jitter = randomField(300, 3);
  const arrivals = steady(1000 / 30).map((at, i) => at + 12 * (jitter[i]! - 0.5));
  expect(run(arrivals, 20).read().dropped).toBeLessThan(3);
});

test('an effect that takes two steps for a frame drops every second one', () => {
  const stats = run(steady(1000 / 30), 62);
  expect(stats.read().dropped).toBeGreaterThan(130);
  expect(stats.frameInterval).toBeCloseTo(1000 / 30, 0);
});

test('a pause of the source is no drop', () => {
  const stats = run([0, 33, 66, 99, 60_000, 60_033], 20);
  expect(stats.read().dropped).toBe(0);
});
