import { framesOf } from '../../../src/media/frames.ts';

/** How near a colour must be to count as one that is known, per channel. */
const NEAR = 40;

export type Kind = 'live' | 'drawn' | 'other';

/** Options with fixture nets, which invert colours and take a moment to load. */
export const INVERTING = {
  manifestUrl: '/test/fixtures/nets/good.json',
  ep: 'wasm',
  style: 'invert',
  region: 'everything',
} as const;

/**
 * Tells the frames of a track apart by the colour in their corner: the camera's own, its inverse,
 * or another, such as the grey and black of a track that nobody feeds.
 */
export class CameraColours {
  private readonly reader: ReadableStreamDefaultReader<VideoFrame>;
  private readonly context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;

  private constructor(
    track: MediaStreamTrack,
    private readonly live: readonly number[] | null,
  ) {
    this.reader = framesOf(track).frames.getReader();
  }

  /** Learns the camera's colour from its own track. */
  static async learn(camera: MediaStreamTrack): Promise<readonly number[]> {
    const colours = new CameraColours(camera, null);
    const colour = await colours.corner();
    await colours.stop();
    return colour;
  }

  static of(track: MediaStreamTrack, live: readonly number[]): CameraColours {
    return new CameraColours(track, live);
  }

  /** Reads frames until one is of this kind, and returns the kinds of all. */
  async until(kind: Kind): Promise<Kind[]> {
    const seen: Kind[] = [];
    do seen.push(this.kindOf(await this.corner()));
    while (seen.at(-1) !== kind);
    return seen;
  }

  /** Reads so many frames, and returns the kinds that occurred. */
  async kinds(frames: number): Promise<Set<Kind>> {
    const seen = new Set<Kind>();
    for (let frame = 0; frame < frames; frame++) seen.add(this.kindOf(await this.corner()));
    return seen;
  }

  stop(): Promise<void> {
    return this.reader.cancel();
  }

  private kindOf(colour: readonly number[]): Kind {
    const isNear = (to: readonly number[]) => to.every((value, i) => Math.abs(value - colour[i]!) < NEAR);
    if (isNear(this.live!)) return 'live';
    return isNear(this.live!.map((value) => 255 - value)) ? 'drawn' : 'other';
  }

  private async corner(): Promise<number[]> {
    const { value: frame, done } = await this.reader.read();
    if (done) throw new Error('The track ended.');
    // The bottom right: the browser's test picture writes the time elsewhere.
    this.context.drawImage(frame, 1 - frame.displayWidth, 1 - frame.displayHeight);
    frame.close();
    return [...this.context.getImageData(0, 0, 1, 1).data.subarray(0, 3)];
  }
}
