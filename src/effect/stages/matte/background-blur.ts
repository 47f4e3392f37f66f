import { boxFilter } from '../box-filter.ts';
import type { Size } from '../../../common/size.ts';

/** Box passes of this radius ... */
const RADIUS = 4;
/** ... so many times, come close to a Gaussian by the central limit theorem. */
export const PASSES = 3;

/** The numbers that background-blur.wgsl shares with this file. */
export const BLUR_CONSTANTS = { RADIUS };

/**
 * Blurs the frame's own background, at half the size of the matte. People are left out of the mean
 * (normalised convolution: Knutsson and Westin 1993), so that they get no halo of themselves.
 */
export class BackgroundBlur {
  private fields: Float32Array[] = [];
  private scratch = new Float32Array(0);
  /** The result, RGBA at `size`. */
  texels = new Uint8Array(0);
  size: Size = [0, 0];

  /**
   * Blurs one frame and leaves the result in `texels` and `size`.
   * @param picture - [3,height,width], the R, G and B planes, 0..1; both sides are even.
   * @param matte - [height,width], 0..1.
   */
  blur(picture: Float32Array, matte: Float32Array, [width, height]: Size): void {
    const halfWidth = width >> 1;
    const halfHeight = height >> 1;
    const pixels = halfWidth * halfHeight;
    if (this.scratch.length !== pixels) {
      this.fields = Array.from({ length: 4 }, () => new Float32Array(pixels));
      this.scratch = new Float32Array(pixels);
      this.texels = new Uint8Array(pixels * 4).fill(255);
    }
    this.size = [halfWidth, halfHeight];
    const [red, green, blue, weight] = this.fields as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const area = width * height;
    for (let y = 0, i = 0; y < halfHeight; y++) {
      for (let x = 0; x < halfWidth; x++, i++) {
        const from = 2 * y * width + 2 * x;
        // Never zero: far inside the person the mean needs some weight.
        const share =
          1.001 - Math.max(matte[from]!, matte[from + 1]!, matte[from + width]!, matte[from + width + 1]!);
        weight[i] = share;
        red[i] = share * picture[from]!;
        green[i] = share * picture[from + area]!;
        blue[i] = share * picture[from + 2 * area]!;
      }
    }
    for (const field of this.fields)
      for (let pass = 0; pass < PASSES; pass++) boxFilter(field, this.scratch, halfWidth, halfHeight, RADIUS);
    for (let i = 0, t = 0; i < pixels; i++, t += 4) {
      const scale = 255 / weight[i]!;
      this.texels[t] = Math.min(255, red[i]! * scale + 0.5);
      this.texels[t + 1] = Math.min(255, green[i]! * scale + 0.5);
      this.texels[t + 2] = Math.min(255, blue[i]! * scale + 0.5);
    }
  }
}
