import { describe, expect, it } from 'vitest';
import { SoundClock } from '../../../../src/record/sound/sound-clock.ts';

const RATE = 48_000;
const BLOCK = 480;

/** Places blocks that arrive at these moments, and returns how many seconds the last one is off. */
function layAll(clock: SoundClock, moments: number[]): { off: number; silence: number; skipped: number } {
  let silence = 0;
  let skipped = 0;
  let off = 0;
  for (const at of moments) {
    const laid = clock.lay(at, BLOCK);
    silence += laid.silence;
    skipped += laid.skip;
    off = (clock.laid - BLOCK) / RATE - at;
  }
  return { off, silence, skipped };
}

describe('sound', () => {
  it('is laid end to end, even if its timestamps jitter', () => {
    const clock = new SoundClock(RATE);
    const moments = Array.from({ length: 3000 }, (_, i) => i / 100 + (i === 0 ? 0 : 0.006 * Math.sin(i * 7)));
    const { silence, skipped } = layAll(clock, moments);
    expect([silence, skipped]).toEqual([0, 0]);
    expect(clock.laid).toBe(3000 * BLOCK);
  });

  it('begins where it belongs', () => {
    const clock = new SoundClock(RATE);
    expect(clock.lay(-0.02, BLOCK)).toEqual({ silence: 0, skip: BLOCK });
    expect(clock.lay(-0.005, BLOCK)).toEqual({ silence: 0, skip: 240 });
    const late = new SoundClock(RATE);
    expect(late.lay(0.05, BLOCK)).toEqual({ silence: 2400, skip: 0 });
  });

  it.each([1.0002, 0.9998])('stays in step with a clock that runs %f as fast, for an hour', (speed) => {
    const clock = new SoundClock(RATE);
    let worst = 0;
    for (let i = 0; i < 360_000; i++) {
      const at = (i / 100) * speed;
      clock.lay(at, BLOCK);
      worst = Math.max(worst, Math.abs((clock.laid - BLOCK) / RATE - at));
    }
    expect(worst).toBeLessThan(0.015);
  });

  it('has silence where blocks are missing, and drops what still comes', () => {
    const clock = new SoundClock(RATE);
    clock.lay(0, BLOCK);
    expect(clock.fill(0.5)).toBe(0.49 * RATE);
    expect(clock.lay(0.2, BLOCK)).toEqual({ silence: 0, skip: BLOCK });
    expect(clock.lay(0.8, BLOCK)).toEqual({ silence: 0.3 * RATE, skip: 0 });
    expect(clock.fill(0.1)).toBe(0);
  });
});
