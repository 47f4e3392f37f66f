import { expect } from 'vitest';
import type { Effect } from '../../src/effect/effect.ts';

const SIZE = 128;
const BANDS = ['#00ff00', '#0000ff', '#ff0000', '#ffffff'];
const FRAME_MS = 40;

interface Processor {
  readonly readable: ReadableStream<VideoFrame>;
}
type ProcessorConstructor = new (init: { track: MediaStreamTrack; maxBufferSize: number }) => Processor;

/** A camera before which stand four upright bands, green, blue, red and white, and what the effect makes of them. */
export class ColourBands {
  private readonly generator = new MediaStreamTrackGenerator({ kind: 'video' });
  private readonly writer = this.generator.writable.getWriter();
  private readonly canvas = new OffscreenCanvas(SIZE, SIZE);
  private reader: ReadableStreamDefaultReader<VideoFrame> | null = null;
  private timer = 0;

  constructor() {
    const context = this.canvas.getContext('2d')!;
    for (const [band, colour] of BANDS.entries()) {
      context.fillStyle = colour;
      context.fillRect((band * SIZE) / 4, 0, SIZE / 4, SIZE);
    }
  }

  async through(effect: Effect): Promise<void> {
    const track = await effect.process(this.generator);
    const { MediaStreamTrackProcessor } = globalThis as unknown as {
      MediaStreamTrackProcessor: ProcessorConstructor;
    };
    this.reader = new MediaStreamTrackProcessor({ track, maxBufferSize: 1 }).readable.getReader();
    this.timer = self.setInterval(() => {
      const timestamp = Math.round(performance.now() * 1000);
      const frame = new VideoFrame(this.canvas, { timestamp, duration: FRAME_MS * 1000 });
      this.writer.write(frame).catch(() => {
        frame.close();
      });
    }, FRAME_MS);
  }

  /** Gives no more frames. */
  pause(): void {
    self.clearInterval(this.timer);
  }

  /** Reads what comes out until the bands have these colours; after a hundred frames it says which they had. */
  async become(expected: readonly (readonly number[])[]): Promise<void> {
    let seen: number[][] = [];
    for (let frames = 0; frames < 100; frames++) {
      const { value: frame } = await this.reader!.read();
      if (!frame) break;
      const rgba = new Uint8Array(frame.allocationSize({ format: 'RGBA' }));
      await frame.copyTo(rgba, { format: 'RGBA' });
      frame.close();
      seen = BANDS.map((_, band) => {
        const pixel = (SIZE / 2) * SIZE + (band + 0.5) * (SIZE / 4);
        return [...rgba.subarray(pixel * 4, pixel * 4 + 3)];
      });
      if (
        seen.every((colour, band) => colour.every((value, c) => Math.abs(value - expected[band]![c]!) < 12))
      )
        return;
    }
    expect(seen).toEqual(expected);
  }

  close(): void {
    this.pause();
    void this.reader?.cancel().catch(() => undefined);
    this.generator.stop();
  }
}
