import { FramePort } from '../../media/frame-port.ts';
import { TrackWriter } from '../../media/track-writer.ts';
import type { Compositor } from '../stages/composite/compositor.ts';
import type { Layers, Packed } from '../stages/layers.ts';

/** Where composited frames go: onto the page's canvas, and to everything else that takes them. */
export class Outputs {
  private track: TrackWriter | null = null;
  private stacked: { compositor: Compositor; track: TrackWriter } | null = null;
  private framePort: FramePort | null = null;
  private cutOut = false;
  private mirrored = false;

  /** @param compositor - draws on the page's canvas. */
  constructor(readonly compositor: Compositor) {}

  /** Whether frames are also drawn as `stacked-1`, which takes a matte. */
  get hasStacked(): boolean {
    return this.stacked !== null;
  }

  /**
   * Whether every frame has to be drawn on a transparent background, even if the look has another.
   */
  get needsCutOut(): boolean {
    return this.framePort !== null && this.cutOut;
  }

  /** Writes every composited frame into a track as well, in place of the one before. */
  emit(frames: WritableStream<VideoFrame>): void {
    void this.track?.close();
    const track = new TrackWriter(frames, () => {
      if (this.track === track) this.track = null;
    });
    this.track = track;
  }

  /**
   * Draws every frame as `stacked-1` as well, and writes it into a track.
   * @param compositor - packs as `stacked-1`; it is closed with the stream.
   */
  emitStacked(compositor: Compositor, frames: WritableStream<VideoFrame>): void {
    void this.stacked?.track.close();
    const track = new TrackWriter(frames, () => {
      if (this.stacked?.track === track) this.stacked = null;
      compositor.close();
    });
    this.stacked = { compositor, track };
  }

  /**
   * Sends composited frames to another worker, in place of the one before.
   * @param port - null to send them to none.
   * @param cutOut - sends only frames that show the people alone, on a transparent background.
   */
  tap(port: MessagePort | null, cutOut = false): void {
    this.framePort?.close();
    this.framePort = port && new FramePort(port);
    this.cutOut = cutOut;
  }

  /** See `Effect.setMirrored`; also for the picture that the canvas shows now. */
  setMirrored(mirrored: boolean): void {
    this.mirrored = mirrored;
    this.compositor.mirrorImage(mirrored);
  }

  /**
   * Draws a frame for all outputs.
   * @param packed - holds the layers that have no texels.
   * @param clockOffset - see `ClockOffset`.
   */
  draw(frame: VideoFrame, layers: Layers, packed: Packed | null, clockOffset: number): void {
    const { compositor, stacked, framePort } = this;
    if (!compositor.contextLost) {
      // A frame that was on its way when the tap began may still show the room.
      const fits = !this.cutOut || (layers.background.kind === 'transparent' && layers.matte !== null);
      const isTapped = framePort?.ready === true && fits;
      // What others get is never mirrored: `write` mirrors it once they have it.
      const isTaken = isTapped || this.track?.ready === true;
      compositor.draw(frame, layers, packed, this.mirrored && !isTaken);
      if (isTapped) framePort.send(compositor.capture(frame, true), clockOffset + frame.timestamp / 1000);
    }
    // There is no matte if the output was added while the frame was on its way. The next has one.
    if (stacked && layers.matte && !stacked.compositor.contextLost)
      stacked.compositor.draw(frame, layers, packed);
  }

  /**
   * Writes what was drawn for a frame into the tracks, in the same task as `draw`. Resolves when
   * they have it.
   */
  async write(frame: VideoFrame): Promise<void> {
    const written = Promise.all([
      captureInto(this.track, this.compositor, frame),
      this.stacked && captureInto(this.stacked.track, this.stacked.compositor, frame),
    ]);
    // The pictures for others are captured by now.
    if (this.mirrored) this.compositor.mirrorImage(true);
    await written;
  }

  async close(): Promise<void> {
    this.tap(null);
    await this.track?.close();
    await this.stacked?.track.close();
  }
}

async function captureInto(
  track: TrackWriter | null,
  compositor: Compositor,
  like: VideoFrame,
): Promise<void> {
  if (!track?.ready || compositor.contextLost) return;
  const picture = await compositor.capture(like);
  if (picture) await track.write(picture);
}
