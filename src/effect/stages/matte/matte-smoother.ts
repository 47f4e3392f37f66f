/** Share of the new value that is taken where two frames agree. */
const CALM = 0.3;
/** A smaller difference between two frames is noise ... */
const NOISE = 0.08;
/** ... and a larger one is motion. */
const MOTION = 0.35;

/** The numbers that matte-smoother.wgsl shares with this file. */
export const SMOOTHER_CONSTANTS = { CALM, NOISE, MOTION };

/**
 * Smooths a matte in time, where it does not move. Where two frames nearly agree the difference is
 * camera noise, and most of it is held back. Where they disagree something has moved, and the new
 * frame is taken as it is. So a still edge does not shimmer and a moving one does not lag.
 */
export class MatteSmoother {
  private past = new Float32Array(0);

  /** @param matte - [H,W], 0..1; changed in place. */
  smooth(matte: Float32Array): void {
    if (this.past.length !== matte.length) {
      this.past = matte.slice();
      return;
    }
    const { past } = this;
    for (let i = 0; i < matte.length; i++) {
      const change = matte[i]! - past[i]!;
      const disagreement = change < 0 ? -change : change;
      let share = CALM;
      if (disagreement >= MOTION) share = 1;
      else if (disagreement > NOISE) {
        const t = (disagreement - NOISE) / (MOTION - NOISE);
        share = CALM + (1 - CALM) * t * t * (3 - 2 * t);
      }
      past[i] = matte[i] = past[i]! + share * change;
    }
  }

  /** Forgets the last matte, for another source or another scene. */
  reset(): void {
    this.past = new Float32Array(0);
  }
}
