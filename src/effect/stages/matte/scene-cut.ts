/**
 * A frame begins another scene where the mean change of its green from the frame before is larger
 * than this, of 1. What the matte stage remembers would mislead it then. On the GPU the prepare
 * stage measures that change.
 */
export const SCENE_CUT_CHANGE = 0.1;

/** Every eighth pixel is compared. */
const STRIDE = 8;

/** Finds cuts between scenes in frames that are in main memory. */
export class SceneCutFinder {
  private lastGreens = new Float32Array(0);

  /**
   * Compares a frame with the one before.
   * @param picture - [3,H,W], the R, G and B planes, 0..1.
   * @returns whether it begins another scene; false for the first frame, and after another size.
   */
  next(picture: Float32Array): boolean {
    const pixels = picture.length / 3;
    const count = Math.floor(pixels / STRIDE);
    const isFirst = this.lastGreens.length !== count;
    if (isFirst) this.lastGreens = new Float32Array(count);
    const { lastGreens } = this;
    let change = 0;
    for (let i = 0; i < count; i++) {
      const green = picture[pixels + STRIDE * i]!;
      change += Math.abs(green - lastGreens[i]!);
      lastGreens[i] = green;
    }
    return !isFirst && change > SCENE_CUT_CHANGE * count;
  }

  /** Forgets the frame before, which showed another region. */
  reset(): void {
    this.lastGreens = new Float32Array(0);
  }
}
