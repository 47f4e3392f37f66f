import { expect } from 'vitest';
import type { Effect } from '../../src/effect/page/effect.ts';

const SIZE = 128;
const BANDS = ['#00ff00', '#0000ff', '#ff0000', '#ffffff'];
const FRAME_MS = 40;

interface Processor {
  readonly readable: ReadableStream<VideoFrame>;
}
type ProcessorConstructor = new (init: { track: MediaStreamTrack; maxBufferSize: number }) => Processor;

/** A colour of each band. */
export type Colours = readonly (readonly number[])[];

export function alike(seen: Colours, expected: Colours): boolean {
  return seen.every((colour, band) => colour.every((value, c) => Math.abs(value - expected[band]![c]!) < 12));
}

/**
 * A camera that shows four vertical bands, green, blue, red and white; reads the colours that the
 * effect makes of them.
 */
export class ColourBands {
  private readonly generator = new MediaStreamTrackGenerator({ kind: 'video' });
  private readonly writer = this.generator.writable.getWriter();
  private readonly canvas = new OffscreenCanvas(SIZE, SIZE);
  private reader: ReadableStreamDefaultReader<VideoFrame> | null = null;
  private timer = 0;

  /**
   * @param interval - milliseconds between the timestamps of two frames, whenever they are sent.
   * @param pause - milliseconds until the next frame is sent.
   */
  constructor(
    private readonly interval?: number,
    private readonly pause = FRAME_MS,
  ) {
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
    let count = 0;
    this.timer = self.setInterval(() => {
      const at = this.interval === undefined ? performance.now() : this.interval * count++;
      const frame = new VideoFrame(this.canvas, {
        timestamp: Math.round(at * 1000),
        duration: this.pause * 1000,
      });
      // The track closes its frame after the write. If the track has ended, nothing remains to be
      // done.
      void this.writer
        .write(frame)
        .catch(() => undefined)
        .finally(() => {
          frame.close();
        });
    }, this.pause);
  }

  /** Sends no more frames. */
  halt(): void {
    self.clearInterval(this.timer);
  }

  /** Reads so many frames of what comes out. */
  async pass(count: number): Promise<void> {
    for (let frames = 0; frames < count; frames++) (await this.reader!.read()).value?.close();
  }

  /** The bands' colours in the next frame that comes out; null if none does any more. */
  async look(): Promise<number[][] | null> {
    const { value: frame } = await this.reader!.read();
    if (!frame) return null;
    const rgba = new Uint8Array(frame.allocationSize({ format: 'RGBA' }));
    await frame.copyTo(rgba, { format: 'RGBA' });
    frame.close();
    return BANDS.map((_, band) => {
      const pixel = (SIZE / 2) * SIZE + (band + 0.5) * (SIZE / 4);
      return [...rgba.subarray(pixel * 4, pixel * 4 + 3)];
    });
  }

  /**
   * Reads frames until the bands have these colours. Fails after a hundred and says which they had.
   */
  async become(expected: Colours): Promise<void> {
    let seen: number[][] | null = [];
    for (let frames = 0; seen && frames < 100; frames++) {
      seen = await this.look();
      if (seen && alike(seen, expected)) return;
    }
    expect(seen).toEqual(expected);
  }

  close(): void {
    this.halt();
    void this.reader?.cancel().catch(() => undefined);
    this.generator.stop();
  }
}
