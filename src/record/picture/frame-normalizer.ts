import { VideoSample, VideoSampleSink, type InputVideoTrack } from 'mediabunny';
import { Deinterlacer } from './deinterlace.ts';
import { FrameResizer } from './frame-resizer.ts';
import { ToneMapper, type HighTransfer } from './high-range.ts';
import { isInterlaced } from './interlace.ts';
import { Rotator } from './rotator.ts';

/** Pictures of a film that are sampled to learn how bright it is. */
const SAMPLED_FRAMES = 5;

/** Makes frames as a player shows them: upright, whole, of one size, in the usual range. */
export class FrameNormalizer {
  private canvas: OffscreenCanvasRenderingContext2D | null = null;
  private readonly rotator = new Rotator();
  private readonly resizer = new FrameResizer();

  private constructor(
    private readonly width: number,
    private readonly height: number,
    private readonly deinterlacer: Deinterlacer | null,
    private readonly toneMapper: ToneMapper | null,
  ) {}

  /**
   * @param size - of all frames, in pixels.
   * @param begin - seconds on the track's clock, as `end`: where it is looked at.
   */
  static async open(
    track: InputVideoTrack,
    [width, height]: readonly [number, number],
    begin: number,
    end: number,
  ): Promise<FrameNormalizer> {
    // Newer than TypeScript's DOM library.
    const transfer = (await track.getColorSpace()).transfer as string | null | undefined;
    const high =
      transfer === 'hlg' || transfer === 'pq' ? await toneMapperFor(track, transfer, begin, end) : null;
    const deinterlacer = (await isInterlaced(track)) ? new Deinterlacer() : null;
    return new FrameNormalizer(width, height, deinterlacer, high);
  }

  get isInterlaced(): boolean {
    return this.deinterlacer !== null;
  }

  /** @returns a frame with the time zero. The caller closes both. */
  async frame(sample: VideoSample): Promise<VideoFrame> {
    const frame = await this.turned(sample);
    const { width, height } = this;
    if (frame.displayWidth === width && frame.displayHeight === height) return frame;
    try {
      return this.resizer.contain(frame, width, height);
    } finally {
      frame.close();
    }
  }

  private async turned(sample: VideoSample): Promise<VideoFrame> {
    const { displayWidth, displayHeight, rotation, flip } = sample;
    const made = await this.made(sample);
    const whole = made ? new VideoSample(made, { timestamp: 0, rotation, flip }) : sample;
    try {
      return await this.turn(whole, displayWidth, displayHeight);
    } finally {
      if (made) whole.close();
    }
  }

  /**
   * A picture that is computed from the sample's bytes, not yet turned; null where none need be.
   */
  private async made(sample: VideoSample): Promise<VideoFrame | null> {
    for (const maker of [this.toneMapper, this.deinterlacer])
      if (maker?.takes(sample)) return maker.frame(sample);
    return null;
  }

  /** @param displayWidth - as `displayHeight` of the picture as a player shows it. */
  private async turn(sample: VideoSample, displayWidth: number, displayHeight: number): Promise<VideoFrame> {
    const { visibleRect, rotation, flip } = sample;
    const [width, height] =
      rotation % 180 === 0 ? [displayWidth, displayHeight] : [displayHeight, displayWidth];
    if (!flip && width === visibleRect.width && height === visibleRect.height) {
      if (rotation === 0) return sample.toVideoFrame();
      if (this.rotator.takes(sample)) return this.rotator.turn(sample, rotation);
    }
    this.canvas ??= new OffscreenCanvas(1, 1).getContext('2d', { alpha: false });
    if (!this.canvas) throw new Error('no 2D canvas in this worker');
    const { canvas } = this.canvas;
    if (canvas.width !== displayWidth) canvas.width = displayWidth;
    if (canvas.height !== displayHeight) canvas.height = displayHeight;
    sample.draw(this.canvas, 0, 0, displayWidth, displayHeight);
    return new VideoFrame(canvas, { timestamp: 0 });
  }
}

/** Looks at some pictures of a film to learn how bright it is. */
async function toneMapperFor(
  track: InputVideoTrack,
  transfer: HighTransfer,
  begin: number,
  end: number,
): Promise<ToneMapper> {
  const toneMapper = new ToneMapper(transfer);
  const sink = new VideoSampleSink(track);
  const times = Array.from(
    { length: SAMPLED_FRAMES },
    (_, look) => begin + ((end - begin) * (look + 0.5)) / SAMPLED_FRAMES,
  );
  try {
    await toneMapper.measure(sink.samplesAtTimestamps(times));
  } catch (error) {
    // What cannot be decoded is reported where the film is read.
    console.warn('A film was not measured:', error);
  }
  return toneMapper;
}
