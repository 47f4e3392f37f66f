/**
 * A block that is off by more seconds is laid at its own time: sound was missing, or came twice.
 */
const JUMP = 0.1;
/**
 * A lasting offset of this many seconds is corrected: two clocks have drifted apart. Smaller ones
 * are jitter.
 */
const TOLERANCE = 0.008;
/** Weight of a block's offset in the running mean; blocks are 10 ms long. */
const EASE = 0.01;

/** Lays blocks of sound end to end and keeps them in step with the picture. */
export class SoundClock {
  /** Samples laid so far. */
  laid = 0;
  private drift = 0;
  private begun = false;

  constructor(
    /** Samples a second. */
    readonly rate: number,
  ) {}

  /**
   * Says how a block is laid.
   * @param at - seconds of the clip at which it should sound.
   * @param samples - its length.
   * @returns samples of silence to put before it, and how many of its own first ones to leave out.
   */
  lay(at: number, samples: number): { silence: number; skip: number } {
    const off = at * this.rate - this.laid;
    let shift = 0;
    if (!this.begun || Math.abs(off) > JUMP * this.rate) {
      shift = Math.round(off);
      this.drift = 0;
    } else {
      this.drift += (off - this.drift) * EASE;
      if (Math.abs(this.drift) > TOLERANCE * this.rate) {
        shift = Math.round(this.drift);
        this.drift = 0;
      }
    }
    const silence = Math.max(0, shift);
    const skip = Math.min(samples, Math.max(0, -shift));
    this.laid += silence + samples - skip;
    if (skip < samples) this.begun = true;
    return { silence, skip };
  }

  /** Sound does not come: how much silence must be laid so that the clip has sound up to `at`. */
  fill(at: number): number {
    const silence = Math.max(0, Math.round(at * this.rate) - this.laid);
    this.laid += silence;
    return silence;
  }

  /** After a pause: the next block is laid where it belongs, to the sample. */
  restart(): void {
    this.begun = false;
  }
}
