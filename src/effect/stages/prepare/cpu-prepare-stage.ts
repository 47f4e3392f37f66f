import type { Size } from '../../../common/size.ts';
import type { GridOffset } from '../roi.ts';
import type { PrepareStage } from './prepare-stage.ts';

/** For every destination column or row, where its source range begins and ends. */
interface Spans {
  from: Uint16Array;
  to: Uint16Array;
}

/**
 * From Y'CbCr to R'G'B' by ITU-R BT.601-7 and BT.709-6: how much Cr adds to red, how much Cb and Cr
 * take from green, and how much Cb adds to blue.
 */
const matrices = {
  bt601: { redCr: 1.402, greenCb: 0.344136, greenCr: 0.714136, blueCb: 1.772 },
  bt709: { redCr: 1.5748, greenCb: 0.187324, greenCr: 0.468124, blueCb: 1.8556 },
};

/**
 * The prepare stage in main memory: scales frames to float32 planes R, G and B, 0..1, averaging
 * over the whole area of each pixel.
 *
 * I420 and NV12, which cameras and decoders give, are read plane by plane and only where a pixel is
 * needed. All other formats are drawn on a 2D canvas first. Nothing is allocated per frame.
 */
export class CpuPrepareStage implements PrepareStage {
  private bytes = new Uint8Array(0);
  /** The bytes of the frame before. */
  private previous = new Uint8Array(0);
  unchangedFrames = 0;
  private layout: PlaneLayout[] = [];
  private pixelFormat: VideoPixelFormat | null = null;
  private fullRange = false;
  private matrix = matrices.bt601;
  private width = 0;
  private height = 0;
  private readonly spans = new Map<string, Spans>();
  private canvas: OffscreenCanvasRenderingContext2D | null = null;

  async load(frame: VideoFrame): Promise<void> {
    // The planes of a phone's frame may be turned or mirrored; those are drawn upright first.
    const { rotation = 0, flip = false } = frame as { rotation?: number; flip?: boolean };
    const rect = rotation === 0 && !flip ? frame.visibleRect : null;
    this.width = rect?.width ?? frame.displayWidth;
    this.height = rect?.height ?? frame.displayHeight;
    this.matrix = frame.colorSpace.matrix === 'bt709' ? matrices.bt709 : matrices.bt601;
    this.fullRange = frame.colorSpace.fullRange === true;
    this.pixelFormat = rect ? frame.format : null;
    if (this.pixelFormat !== 'I420' && this.pixelFormat !== 'NV12') {
      this.draw(frame);
      this.unchangedFrames = 0;
      return;
    }
    const size = frame.allocationSize();
    const last = this.bytes;
    this.bytes = this.previous.length === size ? this.previous : new Uint8Array(size);
    this.previous = last;
    this.layout = await frame.copyTo(this.bytes);
    this.unchangedFrames = sameBytes(this.bytes, last) ? this.unchangedFrames + 1 : 0;
  }

  get aspect(): number {
    return this.width / this.height;
  }

  planes(size: Size): Promise<Float32Array> {
    const planes = new Float32Array(3 * size[0] * size[1]);
    this.scale(size, planes);
    return Promise.resolve(planes);
  }

  close(): void {
    this.bytes = this.previous = new Uint8Array(0);
  }

  /**
   * Scales the loaded frame, or a region of it.
   * @param size - of the output in pixels.
   * @param planes - [3,H,W] at `size`, filled with R, G and B, 0..1.
   * @param offset - where the region begins in the frame. Default: the region is the whole frame.
   */
  scale(size: Size, planes: Float32Array, offset: GridOffset = { grid: size, x: 0, y: 0 }): void {
    if (this.pixelFormat === 'I420') this.scaleYuv(size, planes, offset, 1);
    else if (this.pixelFormat === 'NV12') this.scaleYuv(size, planes, offset, 2);
    else this.scaleRgba(size, planes, offset);
  }

  private draw(frame: VideoFrame): void {
    this.canvas ??= new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true, alpha: false });
    if (!this.canvas) throw new Error('no 2D canvas in this worker');
    const { canvas } = this.canvas;
    if (canvas.width !== this.width || canvas.height !== this.height) {
      canvas.width = this.width;
      canvas.height = this.height;
    }
    this.canvas.drawImage(frame, 0, 0, this.width, this.height);
    const { data } = this.canvas.getImageData(0, 0, this.width, this.height);
    this.bytes = new Uint8Array(data.buffer);
    this.layout = [{ offset: 0, stride: this.width * 4 }];
  }

  /**
   * @param chromaStep - bytes from one chroma sample to the next: 1 for planar, 2 for interleaved
   * Cb Cr.
   */
  private scaleYuv([width, height]: Size, out: Float32Array, offset: GridOffset, chromaStep: 1 | 2): void {
    const { bytes, matrix } = this;
    const luma = this.layout[0]!;
    const cb = this.layout[1]!;
    const cbOffset = cb.offset;
    const crOffset = chromaStep === 2 ? cb.offset + 1 : this.layout[2]!.offset;
    const columns = this.spansOf(this.width, offset.grid[0]);
    const rows = this.spansOf(this.height, offset.grid[1]);
    const { x: firstX, y: firstY } = offset;
    const lumaZero = this.fullRange ? 0 : 16;
    const lumaScale = this.fullRange ? 1 / 255 : 1 / 219;
    const chromaScale = this.fullRange ? 1 / 255 : 1 / 224;
    const area = width * height;
    for (let y = 0, i = 0; y < height; y++) {
      const top = rows.from[firstY + y]!;
      const bottom = rows.to[firstY + y]!;
      for (let x = 0; x < width; x++, i++) {
        const left = columns.from[firstX + x]!;
        const right = columns.to[firstX + x]!;
        let sum = 0;
        for (let sy = top; sy < bottom; sy++) {
          const row = luma.offset + sy * luma.stride;
          for (let sx = left; sx < right; sx++) sum += bytes[row + sx]!;
        }
        // Chroma has half the resolution, so the sample under the middle of the range is enough.
        const chroma = ((top + bottom) >> 2) * cb.stride + ((left + right) >> 2) * chromaStep;
        const lightness = (sum / ((bottom - top) * (right - left)) - lumaZero) * lumaScale;
        const blueness = (bytes[cbOffset + chroma]! - 128) * chromaScale;
        const redness = (bytes[crOffset + chroma]! - 128) * chromaScale;
        const red = lightness + matrix.redCr * redness;
        const green = lightness - matrix.greenCb * blueness - matrix.greenCr * redness;
        const blue = lightness + matrix.blueCb * blueness;
        out[i] = red < 0 ? 0 : red > 1 ? 1 : red;
        out[i + area] = green < 0 ? 0 : green > 1 ? 1 : green;
        out[i + 2 * area] = blue < 0 ? 0 : blue > 1 ? 1 : blue;
      }
    }
  }

  private scaleRgba([width, height]: Size, out: Float32Array, offset: GridOffset): void {
    const { bytes } = this;
    const stride = this.layout[0]!.stride;
    const columns = this.spansOf(this.width, offset.grid[0]);
    const rows = this.spansOf(this.height, offset.grid[1]);
    const { x: firstX, y: firstY } = offset;
    const area = width * height;
    for (let y = 0, i = 0; y < height; y++) {
      const top = rows.from[firstY + y]!;
      const bottom = rows.to[firstY + y]!;
      for (let x = 0; x < width; x++, i++) {
        const left = columns.from[firstX + x]!;
        const right = columns.to[firstX + x]!;
        let red = 0;
        let green = 0;
        let blue = 0;
        for (let sy = top; sy < bottom; sy++) {
          for (let sx = left; sx < right; sx++) {
            const p = sy * stride + sx * 4;
            red += bytes[p]!;
            green += bytes[p + 1]!;
            blue += bytes[p + 2]!;
          }
        }
        const scale = 1 / (255 * (bottom - top) * (right - left));
        out[i] = red * scale;
        out[i + area] = green * scale;
        out[i + 2 * area] = blue * scale;
      }
    }
  }

  private spansOf(source: number, destination: number): Spans {
    const key = `${source}/${destination}`;
    let spans = this.spans.get(key);
    if (!spans) {
      const from = new Uint16Array(destination);
      const to = new Uint16Array(destination);
      for (let i = 0; i < destination; i++) {
        from[i] = Math.min(source - 1, Math.floor((i * source) / destination));
        to[i] = Math.max(from[i]! + 1, Math.min(source, Math.ceil(((i + 1) * source) / destination)));
      }
      spans = { from, to };
      this.spans.set(key, spans);
    }
    return spans;
  }
}

/** Different frames differ early, so only equal ones are read to the end. */
function sameBytes(a: Uint8Array<ArrayBuffer>, b: Uint8Array<ArrayBuffer>): boolean {
  if (a.length !== b.length) return false;
  const words = a.length >> 2;
  const wordsOfA = new Uint32Array(a.buffer, 0, words);
  const wordsOfB = new Uint32Array(b.buffer, 0, words);
  for (let i = 0; i < words; i++) if (wordsOfA[i] !== wordsOfB[i]) return false;
  return true;
}
