import { applyPalette, GIFEncoder, quantize, type Palette } from 'gifenc';
import type { StreamTargetChunk } from 'mediabunny';
import { Unpremultiplier } from '../picture/unpremultiplier.ts';
import type { ClipWriter } from './clip-writer.ts';

/** Longest side in pixels: a GIF is shown small, and is large. */
const LONGEST_SIDE = 480;
/** Seconds between two pictures; a GIF counts in hundredths. */
const STEP = 0.08;
const COLOURS = 256;

/** A silent clip as a GIF: every picture with a palette of its own, written as it comes. */
export class MovingGif implements ClipWriter {
  readonly complete = false;
  private readonly encoder = GIFEncoder();
  private readonly unpremultiplier = new Unpremultiplier();
  private readonly sink: WritableStreamDefaultWriter<StreamTargetChunk>;
  private context: OffscreenCanvasRenderingContext2D | null = null;
  /** The last picture, whose length is known when the next comes. */
  private held: { pixels: Uint8ClampedArray; from: number } | null = null;
  private written = 0;

  constructor(sink: WritableStream<StreamTargetChunk>) {
    this.sink = sink.getWriter();
    this.sink.closed.catch(() => undefined);
  }

  get bytes(): number {
    return this.written;
  }

  async addFrame(frame: VideoFrame, seconds: number): Promise<void> {
    if (this.held && seconds < this.held.from + STEP - 0.01) return;
    const pixels = await this.read(frame);
    await this.writeHeld(seconds);
    this.held = { pixels, from: seconds };
  }

  addSound(): Promise<void> {
    return Promise.resolve();
  }

  resumed(): void {
    // Its pictures lie end to end anyway.
  }

  async finish(): Promise<void> {
    if (this.held) await this.writeHeld(this.held.from + STEP);
    this.encoder.finish();
    await this.flush();
    await this.sink.close();
  }

  async end(): Promise<void> {
    await this.sink.close();
  }

  async cancel(): Promise<void> {
    await this.sink.abort();
  }

  private async read(frame: VideoFrame): Promise<Uint8ClampedArray> {
    if (!this.context) {
      const { displayWidth, displayHeight } = frame;
      const scale = Math.min(1, LONGEST_SIDE / Math.max(displayWidth, displayHeight));
      const canvas = new OffscreenCanvas(
        Math.max(1, Math.round(displayWidth * scale)),
        Math.max(1, Math.round(displayHeight * scale)),
      );
      this.context = canvas.getContext('2d', { willReadFrequently: true })!;
      this.context.imageSmoothingQuality = 'medium';
    }
    const { width, height } = this.context.canvas;
    this.context.clearRect(0, 0, width, height);
    this.context.drawImage(await this.unpremultiplier.drawable(frame), 0, 0, width, height);
    return this.context.getImageData(0, 0, width, height).data;
  }

  private async writeHeld(until: number): Promise<void> {
    if (!this.held || !this.context) return;
    const { pixels, from } = this.held;
    this.held = null;
    const { width, height } = this.context.canvas;
    const clear = makesClear(pixels);
    const format = clear ? 'rgba4444' : 'rgb565';
    const palette = quantize(pixels, COLOURS, { format, ...(clear ? { oneBitAlpha: true } : {}) });
    const transparentIndex = clear ? clearIndex(palette) : -1;
    this.encoder.writeFrame(applyPalette(pixels, palette, format), width, height, {
      palette,
      delay: Math.round((until - from) * 100) * 10,
      ...(transparentIndex < 0 ? {} : { transparent: true, transparentIndex }),
    });
    await this.flush();
  }

  private async flush(): Promise<void> {
    const data = this.encoder.bytesView().slice(this.written);
    await this.sink.write({ type: 'write', data, position: this.written });
    this.written += data.byteLength;
  }
}

/**
 * A GIF's pixel is opaque or clear: from half alpha on it is opaque. Returns whether any is clear.
 */
function makesClear(pixels: Uint8ClampedArray): boolean {
  let clear = false;
  for (let i = 3; i < pixels.length; i += 4) {
    if (pixels[i]! >= 128) pixels[i] = 255;
    else {
      pixels.fill(0, i - 3, i + 1);
      clear = true;
    }
  }
  return clear;
}

function clearIndex(palette: Palette): number {
  return palette.findIndex((colour) => colour[3] === 0);
}
