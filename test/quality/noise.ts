import type { Planes } from './planes.ts';

/** Standard deviation of a webcam's grain, in a picture 0..1. */
const GRAIN = 0.02;

/** Repeatable numbers 0..1 (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Camera noise that differs from frame to frame but can be repeated. Each frame takes normal
 * numbers from another place in one store.
 */
export class CameraNoise {
  private readonly random: () => number;
  private readonly store: Float32Array;

  /** @param sd - standard deviation of the noise. */
  constructor(
    seed: number,
    private readonly sd = GRAIN,
  ) {
    this.random = seeded(seed);
    // Box and Muller 1958.
    this.store = Float32Array.from(
      { length: 2 ** 20 },
      () => Math.sqrt(-2 * Math.log(1 - this.random())) * Math.cos(2 * Math.PI * this.random()),
    );
  }

  /** A new frame: `picture` with its own grain, within 0..1. */
  on(picture: Planes): Planes {
    const offset = Math.floor(this.random() * this.store.length);
    const data = picture.data.map((value, i) =>
      Math.min(1, Math.max(0, value + this.sd * this.store[(offset + i) % this.store.length]!)),
    );
    return { ...picture, data };
  }
}
