import type { Size } from '../../common/size.ts';
import { REC_709 } from '../../media/rec709.ts';

/** Shares of red, green and blue in the luma of ITU-R BT.709. */
const [KR, KG, KB] = [0.2126, 0.7152, 0.0722];
/** Of luma and chroma in the limited range: the code of black, and how many codes there are. */
const [BLACK, LUMA_CODES] = [16, 219];
const [NO_CHROMA, CHROMA_CODES] = [128, 224];

/**
 * Brings frames with transparency into the form that files have: planes of BT.709 in the limited
 * range. An encoder that is given RGB with alpha takes the full range, which players may not expect
 * of a WebM.
 */
export class TransparentPlanes {
  private pixels = new Uint8ClampedArray(0);
  private planes = new Uint8ClampedArray(0);

  /**
   * @param frame - with colours that are multiplied by alpha, as those of a canvas.
   * @returns a frame with straight colours. The caller closes both.
   */
  async frame(frame: VideoFrame): Promise<VideoFrame> {
    const { format, timestamp, duration } = frame;
    if (format !== 'RGBA' && format !== 'BGRA') return frame.clone();
    const { width, height } = frame.visibleRect!;
    const bytes = frame.allocationSize();
    if (this.pixels.length !== bytes) {
      this.pixels = new Uint8ClampedArray(bytes);
      this.planes = new Uint8ClampedArray(
        2 * width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2),
      );
    }
    await frame.copyTo(this.pixels);
    fillPlanes(this.planes, this.pixels, [width, height], format === 'BGRA');
    return new VideoFrame(this.planes, {
      format: 'I420A',
      codedWidth: width,
      codedHeight: height,
      timestamp,
      colorSpace: REC_709,
      ...(duration === null ? {} : { duration }),
    });
  }
}

/**
 * Divides colours by alpha, and lays them into planes.
 * @param planes - luma, blue and red chroma of half the width and height, and alpha. What is wholly
 *   transparent becomes black.
 * @param pixels - four bytes each, alpha last.
 * @param blueFirst - whether they are BGRA rather than RGBA.
 */
export function fillPlanes(
  planes: Uint8ClampedArray,
  pixels: Uint8ClampedArray,
  [width, height]: Size,
  blueFirst: boolean,
): void {
  const across = Math.ceil(width / 2);
  const blues = width * height;
  const reds = blues + across * Math.ceil(height / 2);
  const alphas = 2 * reds - blues;
  const [redAt, blueAt] = blueFirst ? [2, 0] : [0, 2];
  for (let top = 0, chroma = 0; top < height; top += 2)
    for (let left = 0; left < width; left += 2, chroma++) {
      // Of the four pixels that share a chroma. What is more transparent counts less.
      let [lumas, red, blue, weight] = [0, 0, 0, 0];
      for (let y = top; y < Math.min(top + 2, height); y++)
        for (let x = left; x < Math.min(left + 2, width); x++) {
          const pixel = y * width + x;
          const at = 4 * pixel;
          const alpha = pixels[at + 3]!;
          const luma = KR * pixels[at + redAt]! + KG * pixels[at + 1]! + KB * pixels[at + blueAt]!;
          // Rounding may have left a colour that is larger than its alpha.
          planes[pixel] = BLACK + (alpha > 0 ? LUMA_CODES * Math.min(1, luma / alpha) : 0);
          planes[alphas + pixel] = alpha;
          lumas += luma;
          red += pixels[at + redAt]!;
          blue += pixels[at + blueAt]!;
          weight += alpha;
        }
      const codes = CHROMA_CODES / Math.max(1, weight);
      planes[blues + chroma] = NO_CHROMA + ((blue - lumas) / (2 - 2 * KB)) * codes;
      planes[reds + chroma] = NO_CHROMA + ((red - lumas) / (2 - 2 * KR)) * codes;
    }
}
