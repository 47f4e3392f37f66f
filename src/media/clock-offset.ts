/** Milliseconds after which the estimate starts over, so that it follows a drifting clock. */
const WINDOW = 10_000;

/** Milliseconds since 1970 with fractions; pages and workers agree on it. */
export function wallClock(): number {
  return performance.timeOrigin + performance.now();
}

/**
 * Estimates how far the clock of a source is from the wall clock.
 *
 * The timestamps of a camera, a canvas and a microphone each begin at another moment, so only
 * arrival times show which picture and which sound belong together. A delay makes an arrival late
 * and never early, so the smallest difference of the last seconds is the best estimate.
 */
export class ClockOffset {
  private least = Infinity;
  private former = Infinity;
  private since = 0;
  private last = -Infinity;

  /**
   * Records that something has just arrived.
   * @param timestamp - what the source stamped on it, in microseconds.
   * @param now - the wall clock in milliseconds since 1970. Default: now.
   * @returns the offset as in {@link offset}.
   */
  observe(timestamp: number, now = wallClock()): number {
    // A timestamp that goes back is from another clock. The old estimate would be wrong for it.
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

  /** Milliseconds to add to a timestamp (in milliseconds) to get the wall clock's time. */
  get offset(): number {
    return Math.min(this.least, this.former);
  }

  /** Starts over, for another source with another clock. */
  reset(): void {
    this.least = this.former = Infinity;
    this.since = 0;
    this.last = -Infinity;
  }
}
