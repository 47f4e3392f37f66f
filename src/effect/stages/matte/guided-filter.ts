import { boxFilter } from '../box-filter.ts';

/** A line is fitted over (2 RADIUS + 1)² matte pixels. */
const RADIUS = 3;
/** Regularisation: a variance of luminance below this is taken for noise, not for an edge. */
const EPSILON = 2e-4;
/** Slopes are stored in 8 bits that span -SLOPE_RANGE..SLOPE_RANGE. */
export const SLOPE_RANGE = 8;

/** The numbers that guided-filter.wgsl shares with this file. */
export const GUIDED_FILTER_CONSTANTS = { RADIUS, EPSILON, SLOPE_RANGE };

/**
 * Fits the matte to the picture with the fast guided filter (He and Sun, "Fast Guided Filter",
 * 2015).
 *
 * Around every matte pixel alpha is modelled as a line over luminance, fitted at the small size of
 * the matte. The compositing shader evaluates the same line with the luminance of the full-size
 * frame, so the edge follows hair and shoulders at full resolution.
 */
export class GuidedFilter {
  private width = 0;
  private height = 0;
  private luma = new Float32Array(0);
  private scratch = new Float32Array(0);
  private meanLuma = new Float32Array(0);
  private meanAlpha = new Float32Array(0);
  private slope = new Float32Array(0);
  private variance = new Float32Array(0);
  /**
   * The result, RGBA with 8 bits each and not premultiplied: fitted alpha, luminance,
   * slope / (2 SLOPE_RANGE) + 0.5, and the matte as it was.
   */
  texels = new Uint8Array(0);

  /**
   * Fits one matte and leaves the result in `texels`.
   * @param matte - [height,width], 0..1.
   * @param picture - [3,height,width], the R, G and B planes of the same frame, 0..1.
   */
  fit(matte: Float32Array, picture: Float32Array, width: number, height: number): void {
    if (this.width !== width || this.height !== height) this.allocate(width, height);
    const { luma, scratch, meanLuma, meanAlpha, slope, variance, texels } = this;
    const pixels = width * height;
    for (let i = 0; i < pixels; i++) {
      const light = 0.299 * picture[i]! + 0.587 * picture[i + pixels]! + 0.114 * picture[i + 2 * pixels]!;
      const alpha = matte[i]!;
      luma[i] = light;
      meanLuma[i] = light;
      meanAlpha[i] = alpha;
      slope[i] = light * alpha;
      variance[i] = light * light;
    }
    for (const field of [meanLuma, meanAlpha, slope, variance])
      boxFilter(field, scratch, width, height, RADIUS);
    for (let i = 0; i < pixels; i++) {
      const mean = meanLuma[i]!;
      const covariance = slope[i]! - mean * meanAlpha[i]!;
      slope[i] = covariance / (variance[i]! - mean * mean + EPSILON);
      // From here on `meanAlpha` holds the offset of the line, and `variance` is not needed.
      meanAlpha[i] = meanAlpha[i]! - slope[i]! * mean;
    }
    boxFilter(slope, scratch, width, height, RADIUS);
    boxFilter(meanAlpha, scratch, width, height, RADIUS);
    for (let i = 0, t = 0; i < pixels; i++, t += 4) {
      const steepness = Math.max(-SLOPE_RANGE, Math.min(SLOPE_RANGE, slope[i]!));
      const alpha = meanAlpha[i]! + slope[i]! * luma[i]!;
      texels[t] = 255 * (alpha < 0 ? 0 : alpha > 1 ? 1 : alpha) + 0.5;
      texels[t + 1] = 255 * luma[i]! + 0.5;
      texels[t + 2] = 255 * (steepness / (2 * SLOPE_RANGE) + 0.5) + 0.5;
      texels[t + 3] = 255 * matte[i]! + 0.5;
    }
  }

  private allocate(width: number, height: number): void {
    this.width = width;
    this.height = height;
    const pixels = width * height;
    this.luma = new Float32Array(pixels);
    this.scratch = new Float32Array(pixels);
    this.meanLuma = new Float32Array(pixels);
    this.meanAlpha = new Float32Array(pixels);
    this.slope = new Float32Array(pixels);
    this.variance = new Float32Array(pixels);
    this.texels = new Uint8Array(pixels * 4);
  }
}
