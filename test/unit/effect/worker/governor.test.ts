import { describe, expect, test } from 'vitest';
import { Governor } from '../../../../src/effect/worker/governor.ts';

const BUDGET = 1000 / 30;
/** Pixels of the matte net's input where there is no reason for fewer. */
const USUAL = 288 * 160;

/** What a frame takes, in milliseconds: the matte, the style at 192, and the rest. */
interface Machine {
  matte: number;
  style: number;
  rest: number;
  /** The nets run on two cores at once. */
  beside?: boolean;
  /** Extra milliseconds of every tenth frame. */
  hitch?: number;
}

/** How each frame was computed. */
interface Step {
  side: number;
  /** Pixels of the matte net's input. */
  pixels: number;
  held: string;
  busy: number;
}

/** Processes frames as the pipeline does, on a machine that may change with time (in seconds). */
function carry(
  governor: Governor,
  machine: Machine | ((seconds: number) => Machine),
  frames: number,
): Step[] {
  const fresh = { matte: true, style: true };
  let seconds = 0;
  return Array.from({ length: frames }, (_, n) => {
    const now = typeof machine === 'function' ? machine(seconds) : machine;
    const { matte, style, rest, beside, hitch = 0 } = now;
    const { held, shortSide: side, mattePixels: pixels } = governor;
    if (held !== 'nothing' && fresh.style) Object.assign(fresh, { style: false, matte: true });
    else if (held === 'style and matte' && fresh.matte) Object.assign(fresh, { style: true, matte: false });
    else Object.assign(fresh, { style: true, matte: true });
    const cost = { matte: (matte * pixels) / USUAL, style: style * (side / 192) ** 2 };
    const runs = [fresh.matte ? cost.matte : 0, fresh.style ? cost.style : 0];
    const busy = rest + (beside ? Math.max(...runs) : runs[0]! + runs[1]!);
    governor.measure(busy, { ...cost, delay: busy + (n % 10 === 9 ? hitch : 0) }, BUDGET);
    seconds += Math.max(busy, BUDGET) / 1000;
    return { side, pixels, held, busy };
  });
}

/** Orders the levels from fast to fine. */
const rank = ({ side, pixels, held }: Step) =>
  side - (pixels < USUAL ? 1 : 0) - (held === 'style' ? 1 : held === 'style and matte' ? 2 : 0);
const moves = (steps: Step[]) =>
  steps.filter((step, i) => i > 0 && rank(step) !== rank(steps[i - 1]!)).length;
const meanOf = (steps: Step[]) => steps.reduce((sum, { busy }) => sum + busy, 0) / steps.length;

describe('the governor', () => {
  test('climbs on a quick machine and stays', () => {
    const steps = carry(new Governor(), { matte: 2, style: 2, rest: 1 }, 2000);
    expect(steps.at(-1)).toMatchObject({ side: 384, held: 'nothing' });
  });

  test('descends on a slow machine to what keeps the rate', () => {
    const steps = carry(new Governor(), { matte: 10, style: 25, rest: 2 }, 2000);
    expect(steps.at(-1)).toMatchObject({ side: 160, pixels: USUAL, held: 'nothing' });
    expect(meanOf(steps.slice(-200))).toBeLessThan(BUDGET);
  });

  test('takes a smaller matte where the smaller style is not enough', () => {
    const steps = carry(new Governor(), { matte: 22, style: 22, rest: 2 }, 2000);
    expect(steps.at(-1)).toMatchObject({ side: 160, pixels: 224 * 128, held: 'nothing' });
    expect(meanOf(steps.slice(-200))).toBeLessThan(1.1 * BUDGET);
  });

  test('holds nothing as long as two thirds of the rate are kept', () => {
    const governor = new Governor();
    const steps = carry(governor, { matte: 26, style: 30, rest: 4 }, 5000);
    expect(meanOf(steps.slice(-200))).toBeGreaterThan(1.1 * BUDGET);
    expect(steps.at(-1)).toMatchObject({ side: 160, held: 'nothing' });
    expect(governor.reason).toBe('too slow');
  });

  test('goes down where frames keep the rate and come too late, holds nothing for it, and comes back', () => {
    const governor = new Governor();
    const steps = carry(governor, { matte: 14, style: 16, rest: 2, hitch: 50 }, 1000);
    expect(steps.at(-1)).toMatchObject({ side: 160, pixels: 224 * 128, held: 'nothing' });
    expect(governor.reason).toBe('too late');
    const after = carry(governor, { matte: 6, style: 8, rest: 2 }, 20_000);
    expect(after.at(-1)!.side).toBeGreaterThan(192);
  });

  test('stops reusing layers as soon as there is the time, however late frames come', () => {
    const governor = new Governor();
    carry(governor, { matte: 60, style: 90, rest: 5 }, 600);
    expect(governor.held).toBe('style and matte');
    const steps = carry(governor, { matte: 6, style: 8, rest: 2, hitch: 50 }, 10_000);
    expect(steps.at(-1)).toMatchObject({ side: 160, pixels: 224 * 128, held: 'nothing' });
  });

  test('ignores a late start', () => {
    const governor = new Governor();
    const steady = { matte: 14, style: 16, rest: 1 };
    const steps = [...carry(governor, { ...steady, hitch: 100 }, 130), ...carry(governor, steady, 300)];
    expect(moves(steps)).toBe(0);
  });

  test('is back soon where only the start was slow', () => {
    const quick: Machine = { matte: 10, style: 10, rest: 2, beside: true };
    const slow: Machine = { matte: 40, style: 60, rest: 10, beside: true };
    const steps = carry(new Governor(), (seconds) => (seconds < 4 ? slow : quick), 450);
    expect(Math.min(...steps.map(({ side }) => side))).toBe(160);
    expect(steps.at(-1)!.side).toBeGreaterThanOrEqual(192);
  });

  test('lets a single hitch pass', () => {
    const governor = new Governor();
    const steady = { matte: 14, style: 16, rest: 1 };
    const before = carry(governor, steady, 2000).at(-1)!;
    const steps = [...carry(governor, { ...steady, hitch: 100 }, 30), ...carry(governor, steady, 300)];
    expect(moves([before, ...steps])).toBe(0);
  });

  test('holds the style for every second frame on a slower machine, and the matte as well on a yet slower one', () => {
    const slower = carry(new Governor(), { matte: 25, style: 48, rest: 3 }, 2000);
    expect(slower.at(-1)).toMatchObject({ side: 160, held: 'style' });
    const slowest = carry(new Governor(), { matte: 60, style: 90, rest: 5 }, 2000);
    expect(slowest.at(-1)).toMatchObject({ side: 160, held: 'style and matte' });
    const first = meanOf(slowest.slice(0, 40));
    expect(meanOf(slowest.slice(-200))).toBeLessThan(first / 2);
  });

  test('does not swing between two levels, on any machine, its nets one after the other or side by side', () => {
    for (const beside of [false, true])
      for (let style = 5; style < 120; style += 15) {
        const steps = carry(new Governor(), { matte: 0.7 * style, style, rest: 8, beside }, 60_000);
        // In more than half an hour at 30 fps it tries a finer level a few times, less and less
        // often.
        expect(moves(steps.slice(1000)), `style ${style}`).toBeLessThanOrEqual(10);
        expect(moves(steps.slice(31_000)), `style ${style}`).toBeLessThanOrEqual(4);
      }
  }, 30_000);

  test('tries a level that turns out too slow less and less often', () => {
    // Finer styles do not fit into this machine's cache, so they take far longer than their number
    // of pixels suggests.
    const governor = new Governor();
    const tries: number[] = [];
    let before = 0;
    for (let second = 0; second < 3600; second++) {
      const fits = governor.shortSide <= 192;
      carry(governor, { matte: 6, style: fits ? 6 : 60, rest: 3 }, 30);
      if (governor.shortSide > 192 && before <= 192) tries.push(second);
      before = governor.shortSide;
    }
    const pauses = tries.slice(1).map((at, i) => at - tries[i]!);
    expect(pauses.length).toBeGreaterThanOrEqual(3);
    expect(pauses.length).toBeLessThanOrEqual(8);
    for (let i = 1; i < 4; i++) expect(pauses[i]!).toBeGreaterThan(1.5 * pauses[i - 1]!);
  });

  test('goes down during a slow-down, says why, and comes back up after it', () => {
    const governor = new Governor();
    const before = carry(governor, { matte: 6, style: 8, rest: 2 }, 2000).at(-1)!;
    const during = carry(governor, { matte: 60, style: 80, rest: 20 }, 600);
    expect(during.at(-1)!.held).toBe('style and matte');
    expect(governor.reason).toBe('too slow');
    const after = carry(governor, { matte: 6, style: 8, rest: 2 }, 20_000);
    expect(rank(after.at(-1)!)).toBe(rank(before));
    expect(governor.reason).not.toBe('too slow');
  });

  test('goes down with a machine that grows hot over minutes, and up again as it cools', () => {
    const governor = new Governor();
    // Five minutes to a sixth of its speed, five minutes so, and five minutes back.
    const heat = (seconds: number) => 1 + 5 * Math.min(1, seconds / 300, Math.max(0, (900 - seconds) / 300));
    const at = (seconds: number): Machine => {
      const slow = heat(seconds);
      return { matte: 8 * slow, style: 10 * slow, rest: 2 * slow };
    };
    let time = 0;
    const seconds = (count: number) => {
      const until = time + count;
      const steps: Step[] = [];
      while (time < until) {
        const from = time;
        const some = carry(governor, () => at(from), 15);
        time += some.reduce((sum, { busy }) => sum + Math.max(busy, BUDGET) / 1000, 0);
        steps.push(...some);
      }
      return steps;
    };
    const heating = seconds(300);
    expect(rank(heating.at(-1)!)).toBeLessThan(160);
    // It goes down step by step. A finer level is tried once or twice on the way, not again and
    // again.
    expect(moves(heating)).toBeLessThanOrEqual(8);
    const hot = seconds(300);
    expect(moves(hot)).toBeLessThanOrEqual(2);
    const cooling = seconds(900);
    expect(rank(cooling.at(-1)!)).toBeGreaterThanOrEqual(192);
    expect(moves(cooling)).toBeLessThanOrEqual(8);
  });

  test('gives a film the finest style that it has pixels for, however long that takes', () => {
    const governor = new Governor();
    carry(governor, { matte: 50, style: 400, rest: 50 }, 200);
    expect(governor.finestSide(1080)).toBe(384);
    expect(governor.finestSide(360)).toBe(360);
    expect(governor.finestSide(90)).toBe(160);
    governor.quality = 192;
    expect(governor.finestSide(1080)).toBe(192);
  });

  test('does not change a fixed quality', () => {
    const governor = new Governor();
    governor.quality = 256;
    const steps = carry(governor, { matte: 100, style: 500, rest: 20 }, 2000);
    expect(new Set(steps.map(({ side }) => side))).toEqual(new Set([256]));
    expect(new Set(steps.map(({ held }) => held))).toEqual(new Set(['nothing']));
    expect(governor.reason).toBe('pinned');
  });

  test('fine grades are for films and graphics processors, as long as they keep the rate', () => {
    const governor = new Governor();
    expect([governor.gradeFor(false, false), governor.gradeFor(false, true)]).toEqual(['live', 'fine']);
    expect(governor.gradeFor(true, false)).toBe('fine');
    carry(governor, { matte: 10, style: 40, rest: 5 }, 300);
    expect(governor.gradeFor(true, false)).toBe('live');
    governor.newSource();
    expect(governor.gradeFor(true, false)).toBe('fine');
    governor.detail = 'light';
    expect([governor.gradeFor(true, false), governor.gradeFor(true, true)]).toEqual(['live', 'live']);
    governor.detail = 'fine';
    expect(governor.gradeFor(false, false)).toBe('fine');
  });

  test('light styles stay at the usual sizes', () => {
    const governor = new Governor();
    const quick = { matte: 2, style: 1, rest: 2 };
    expect(carry(governor, quick, 600).at(-1)).toMatchObject({ side: 384 });
    governor.detail = 'light';
    expect(carry(governor, quick, 600).at(-1)).toMatchObject({ side: 256, pixels: USUAL });
    expect(governor.finestSide(1080)).toBe(256);
    governor.detail = 'auto';
    expect(carry(governor, quick, 600).at(-1)).toMatchObject({ side: 384 });
  });
});
