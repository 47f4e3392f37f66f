/**
 * Steadies the matte in time by disagreement: where two frames nearly agree the change is camera noise and is mostly held back;
 * where they disagree something moved, and the new frame is taken as it is. So a still edge does not shimmer and a moving one
 * does not drag.
 */
export class MatteSmoother {
  /** Share of the new matte that is taken where the two agree. */
  private static readonly calm = 0.3;
  /** Below the first disagreement all is noise, above the second all is motion. */
  private static readonly noise = 0.08;
  private static readonly motion = 0.35;

  private past = new Float32Array(0);

  /** @param matte - 0..1, steadied in place. */
  smooth(matte: Float32Array): void {
    if (this.past.length !== matte.length) {
      this.past = matte.slice();
      return;
    }
    const { past } = this;
    const { calm, noise, motion } = MatteSmoother;
    for (let i = 0; i < matte.length; i++) {
      const change = matte[i]! - past[i]!;
      const disagreement = change < 0 ? -change : change;
      let share = calm;
      if (disagreement >= motion) share = 1;
      else if (disagreement > noise) {
        const t = (disagreement - noise) / (motion - noise);
        share = calm + (1 - calm) * t * t * (3 - 2 * t);
      }
      past[i] = matte[i] = past[i]! + share * change;
    }
  }

  /** The next matte starts afresh: another source, another scene. */
  forget(): void {
    this.past = new Float32Array(0);
  }
}
