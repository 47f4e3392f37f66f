import type { Size } from '../../../common/size.ts';

/** Where the source range of every destination column or row begins and ends. */
interface Spans {
  from: Uint16Array;
  to: Uint16Array;
}

/** A part of the frame: where it begins in the grid of the whole. */
export interface Part {
  readonly grid: Size;
  readonly x: number;
  readonly y: number;
}

/** So many equal frames the matte's memory and the guard, which holds back and fades in, are given to come to rest. */
export const REST = 60;

/** The first stage, wherever it runs. */
export interface FramePreparer {
  /** How many frames before the taken one were the same as it: 0 for one that is new. */
  readonly repeats: number;
  /** Width / height of the taken frame. */
  readonly aspect: number;
  /** Makes the frame the taken one. It stays the caller's, to draw and to close when it has been through the stages. */
  take(frame: VideoFrame): Promise<void>;
  /** The taken frame as planes R, G, B, the caller's own, for what is shown once. */
  planes(size: Size): Promise<Float32Array>;
  close(): void;
}

/** R'G'B' from Y'CbCr: how much Cr adds to red, Cb and Cr take from green, Cb adds to blue. ITU-R BT.601-7 and BT.709-6. */
const matrices = {
  bt601: { redCr: 1.402, greenCb: 0.344136, greenCr: 0.714136, blueCb: 1.772 },
  bt709: { redCr: 1.5748, greenCb: 0.187324, greenCr: 0.468124, blueCb: 1.8556 },
};

/**
 * Shrinks camera frames to what the nets take: float32 planes R, G, B, 0..1, averaged over each pixel's whole area.
 *
 * I420 and NV12 (what cameras and decoders give) are read plane by plane, only where a pixel is wanted; every other format
 * takes the way over a 2D canvas. Nothing is allocated per frame.
 */
export class Preparer implements FramePreparer {
  private bytes = new Uint8Array(0);
  /** The planes of the frame before. */
  private before = new Uint8Array(0);
  /** How many frames before the taken one were the same as it, pixel for pixel: 0 for one that is new. */
  repeats = 0;
  private layout: PlaneLayout[] = [];
  private pixelFormat: VideoPixelFormat | null = null;
  private fullRange = false;
  private matrix = matrices.bt601;
  private width = 0;
  private height = 0;
  private readonly spans = new Map<string, Spans>();
  private canvas: OffscreenCanvasRenderingContext2D | null = null;

  /** Copies the frame's planes out of it. The frame stays the caller's, to draw and to close. */
  async take(frame: VideoFrame): Promise<void> {
    // A phone's camera or film may lie on its side or be mirrored; its planes are as they were taken.
    const { rotation = 0, flip = false } = frame as { rotation?: number; flip?: boolean };
    const rect = rotation === 0 && !flip ? frame.visibleRect : null;
    this.width = rect?.width ?? frame.displayWidth;
    this.height = rect?.height ?? frame.displayHeight;
    this.matrix = frame.colorSpace.matrix === 'bt709' ? matrices.bt709 : matrices.bt601;
    this.fullRange = frame.colorSpace.fullRange === true;
    this.pixelFormat = rect ? frame.format : null;
    if (this.pixelFormat !== 'I420' && this.pixelFormat !== 'NV12') {
      this.draw(frame);
      this.repeats = 0;
      return;
    }
    const size = frame.allocationSize();
    const last = this.bytes;
    this.bytes = this.before.length === size ? this.before : new Uint8Array(size);
    this.before = last;
    this.layout = await frame.copyTo(this.bytes);
    this.repeats = same(this.bytes, last) ? this.repeats + 1 : 0;
  }

  /** Width / height of the taken frame. */
  get aspect(): number {
    return this.width / this.height;
  }

  planes(size: Size): Promise<Float32Array> {
    const planes = new Float32Array(3 * size[0] * size[1]);
    this.scale(size, planes);
    return Promise.resolve(planes);
  }

  close(): void {
    this.bytes = this.before = new Uint8Array(0);
  }

  /**
   * Writes the taken frame into `planes` ([3,H,W]).
   * @param size - of the whole frame, or of the `part` of a whole that is as large as its `grid`.
   */
  scale(size: Size, planes: Float32Array, part: Part = { grid: size, x: 0, y: 0 }): void {
    if (this.pixelFormat === 'I420') this.scaleYuv(size, planes, part, 1);
    else if (this.pixelFormat === 'NV12') this.scaleYuv(size, planes, part, 2);
    else this.scaleRgba(size, planes, part);
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

  /** @param chromaStep - bytes from one chroma sample to the next: 1 for planar, 2 for interleaved Cb Cr. */
  private scaleYuv([width, height]: Size, out: Float32Array, part: Part, chromaStep: 1 | 2): void {
    const { bytes, matrix } = this;
    const luma = this.layout[0]!;
    const cb = this.layout[1]!;
    const cbOffset = cb.offset;
    const crOffset = chromaStep === 2 ? cb.offset + 1 : this.layout[2]!.offset;
    const columns = this.spansOf(this.width, part.grid[0]);
    const rows = this.spansOf(this.height, part.grid[1]);
    const { x: firstX, y: firstY } = part;
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
        // Chroma is at half resolution: the sample under the middle of the range will do.
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

  private scaleRgba([width, height]: Size, out: Float32Array, part: Part): void {
    const { bytes } = this;
    const stride = this.layout[0]!.stride;
    const columns = this.spansOf(this.width, part.grid[0]);
    const rows = this.spansOf(this.height, part.grid[1]);
    const { x: firstX, y: firstY } = part;
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

/** Frames differ early: the whole is only read where they do not. */
function same(a: Uint8Array<ArrayBuffer>, b: Uint8Array<ArrayBuffer>): boolean {
  if (a.length !== b.length) return false;
  const words = a.length >> 2;
  const wordsOfA = new Uint32Array(a.buffer, 0, words);
  const wordsOfB = new Uint32Array(b.buffer, 0, words);
  for (let i = 0; i < words; i++) if (wordsOfA[i] !== wordsOfB[i]) return false;
  return true;
}
