/** Milliseconds after which an estimate is made anew, so that clocks may drift. */
const WINDOW = 10_000;

/** Milliseconds since 1970, finely, and the same in pages and workers. */
export function wallClock(): number {
  return performance.timeOrigin + performance.now();
}

/**
 * Where a source's own clock stands against the wall's. A camera's timestamps, a canvas's and a microphone's begin at different moments,
 * so that only their arrival tells what belongs together. Whatever delays an arrival makes it late and never early: the least difference
 * of the last seconds is nearest to the truth.
 */
export class Anchor {
  private least = Infinity;
  private former = Infinity;
  private since = 0;
  private last = -Infinity;

  /**
   * Takes note of something that has just arrived.
   * @param timestamp - its own, in microseconds.
   * @returns the offset.
   */
  note(timestamp: number, now = wallClock()): number {
    // Time does not go back: that is another clock, and what the one before said would hold this one early for seconds.
    if (timestamp < this.last) this.reset();
    this.last = timestamp;
    if (now - this.since > WINDOW) {
      this.former = this.least;
      this.least = Infinity;
      this.since = now;
    }
    this.least = Math.min(this.least, now - timestamp / 1000);
    return this.offset;
  }

  /** Milliseconds to add to the source's timestamps to have the wall's, as the arrivals so far tell. */
  get offset(): number {
    return Math.min(this.least, this.former);
  }

  /** Another source, another clock. */
  reset(): void {
    this.least = this.former = Infinity;
    this.since = 0;
    this.last = -Infinity;
  }
}
