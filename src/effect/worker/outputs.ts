import type { Compositor } from '../stages/composite/compositor.ts';
import type { Layers, Packed } from '../stages/layers.ts';
import { TrackWriter } from '../../media/track-writer.ts';
import { FramePort } from '../../media/frame-port.ts';

/** Where composites go: onto the stage, and to whoever else takes them. */
export class Outputs {
  private track: TrackWriter | null = null;
  private stacked: { compositor: Compositor; sink: TrackWriter } | null = null;
  private framePort: FramePort | null = null;

  /** @param compositor - draws on the stage. */
  constructor(readonly compositor: Compositor) {}

  /** Whether frames are also drawn as the person alone, which takes a matte. */
  get stacks(): boolean {
    return this.stacked !== null;
  }

  /** Every composited frame is also written here. */
  emit(frames: WritableStream<VideoFrame>): void {
    void this.track?.close();
    const output = new TrackWriter(frames, () => {
      if (this.track === output) this.track = null;
    });
    this.track = output;
  }

  /**
   * Every frame is also drawn as the person alone, and written here; while nobody takes it, nothing is drawn for it.
   * @param compositor - packs as `stacked-1`; it is closed with the stream.
   */
  emitStacked(compositor: Compositor, frames: WritableStream<VideoFrame>): void {
    void this.stacked?.sink.close();
    const sink = new TrackWriter(frames, () => {
      if (this.stacked?.sink === sink) this.stacked = null;
      compositor.close();
    });
    this.stacked = { compositor, sink };
  }

  /** Gives composites to whoever holds the other end of `port`, and no longer to who held one before. */
  tap(port: MessagePort | null): void {
    this.framePort?.close();
    this.framePort = port && new FramePort(port);
  }

  /**
   * Draws a frame for all of them.
   * @param packed - the layers that have no texels.
   * @param anchor - see ClockOffset.
   */
  draw(frame: VideoFrame, layers: Layers, packed: Packed | null, anchor: number): void {
    const { compositor, stacked, framePort } = this;
    if (!compositor.contextLost) {
      compositor.draw(frame, layers, packed);
      if (framePort?.ready) framePort.send(compositor.capture(frame), anchor + frame.timestamp / 1000);
    }
    // Without a matte it was asked for in the middle of the journey; the next frame has one.
    if (stacked && layers.matte && !stacked.compositor.contextLost)
      stacked.compositor.draw(frame, layers, packed);
  }

  /** Resolves when the tracks have what was drawn for a frame. */
  async write(frame: VideoFrame): Promise<void> {
    await Promise.all([
      written(this.compositor, this.track, frame),
      this.stacked && written(this.stacked.compositor, this.stacked.sink, frame),
    ]);
  }

  async close(): Promise<void> {
    this.tap(null);
    await this.track?.close();
    await this.stacked?.sink.close();
  }
}

async function written(compositor: Compositor, sink: TrackWriter | null, like: VideoFrame): Promise<void> {
  if (!sink?.ready || compositor.contextLost) return;
  const picture = await compositor.capture(like);
  if (picture) await sink.write(picture);
}
