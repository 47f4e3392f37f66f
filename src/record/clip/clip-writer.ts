import type { AudioCodec, VideoCodec } from 'mediabunny';
import { FrameResizer } from '../picture/frame-resizer.ts';
import { ConstantRateWriter } from './constant-rate-writer.ts';
import { SoundClock } from '../sound/sound-clock.ts';
import { fitSound } from '../sound/sound-fit.ts';
import { SoundPool } from '../sound/sound-pool.ts';
import { FilmWriter, type EncodedPictures, type EncodedSound, type WriterOptions } from '../file/writer.ts';

/** One clip in the making. */
export interface ClipWriter {
  readonly bytes: number;
  /** Whether it wants no more. */
  readonly complete: boolean;
  /** @param seconds - of the clip. The frame stays the caller's to close. */
  addFrame(frame: VideoFrame, seconds: number): Promise<void>;
  /** See {@link ClipWriter.addFrame}, for a block of sound. */
  addSound(sound: AudioData, seconds: number): Promise<void>;
  /** To be called when a pause has ended. */
  resumed(): void;
  finish(): Promise<void>;
  /** Closes the file as it is, because the disk is full. */
  end(): Promise<void>;
  cancel(): Promise<void>;
}

export interface VideoClipOptions {
  readonly container: 'mp4' | 'webm';
  readonly sink: WriterOptions['sink'];
  readonly video: VideoCodec;
  readonly audio: AudioCodec | null;
  readonly alpha: boolean;
  /** Frames a second for a constant rate; null where each frame keeps its own time. */
  readonly rate: number | null;
  readonly onPicture?: EncodedPictures['onPacket'];
  readonly onSound?: EncodedSound['onPacket'];
}

/**
 * Bits per pixel and second at thirty frames a second: 1.1 Mbit/s of H.264 at 640x360. Asking the
 * encoder for a constant quality instead took twice the bits and a third more time for the same
 * look.
 */
const BITS_PER_PIXEL: Partial<Record<VideoCodec, number>> = { avc: 4.8, vp8: 4.8, vp9: 3.6, av1: 3.6 };

/** Sound that is later than this is not waited for: the file would not grow. */
const SOUND_WAIT_SECONDS = 0.6;
/** Silence is laid only up to this far behind the picture, in case sound still comes. */
const SLACK = 0.3;

/** A clip with picture and sound; it begins with its first picture. */
export class VideoClipWriter implements ClipWriter {
  readonly complete = false;
  private writer: FilmWriter | null = null;
  private track: { clock: SoundClock; channels: number; pool: SoundPool } | null = null;
  private lastPicture = -1;
  /** In pixels: that of the first picture, or the next even ones. */
  private size: readonly [width: number, height: number] = [0, 0];
  private readonly resizer: FrameResizer;
  private readonly even: ConstantRateWriter | null;
  /** Sound is added piece after piece. */
  private sounding: Promise<void> = Promise.resolve();

  constructor(private readonly options: VideoClipOptions) {
    this.resizer = new FrameResizer(options.alpha);
    const { rate } = options;
    this.even = rate === null ? null : new ConstantRateWriter(rate, (frame, at) => this.layFrame(frame, at));
  }

  get bytes(): number {
    return this.writer?.bytes ?? 0;
  }

  async addFrame(frame: VideoFrame, seconds: number): Promise<void> {
    this.writer ??= await this.open(frame);
    await (this.even ? this.even.add(frame, seconds) : this.layFrame(frame, seconds));
  }

  async addSound(sound: AudioData, seconds: number): Promise<void> {
    // What sounded before the first picture is not in the film.
    if (this.writer) await this.laySound(sound, seconds);
  }

  resumed(): void {
    this.track?.clock.restart();
  }

  async finish(): Promise<void> {
    await this.even?.finish();
    await this.sounding;
    await this.track?.pool.drain();
    await this.writer?.finish();
  }

  async end(): Promise<void> {
    this.even?.close();
    await this.writer?.end();
  }

  async cancel(): Promise<void> {
    this.even?.close();
    await this.writer?.cancel();
  }

  private async layFrame(frame: VideoFrame, seconds: number): Promise<void> {
    // The encoder takes rising times only; two pictures of one moment are one.
    const at = Math.round(seconds * 1e6) / 1e6;
    if (at <= this.lastPicture) return;
    this.lastPicture = at;
    await this.write(this.writer!, frame, at);
    if (this.options.audio === null) return;
    const clock = this.track?.clock;
    if (at > SOUND_WAIT_SECONDS && (!clock || clock.laid < (at - SOUND_WAIT_SECONDS) * clock.rate))
      await this.laySound(null, at - SLACK);
  }

  /** Another camera may have another shape; the film keeps its own. */
  private async write(writer: FilmWriter, frame: VideoFrame, at: number): Promise<void> {
    const [width, height] = this.size;
    const { displayWidth, displayHeight } = frame;
    if (displayWidth === width && displayHeight === height) return writer.addFrame(frame, at);
    const isOdd =
      displayWidth + (displayWidth & 1) === width && displayHeight + (displayHeight & 1) === height;
    const fitted = this.resizer[isOdd ? 'pad' : 'contain'](frame, width, height);
    try {
      await writer.addFrame(fitted, at);
    } finally {
      fitted.close();
    }
  }

  private open({ displayWidth, displayHeight }: VideoFrame): Promise<FilmWriter> {
    const { container, sink, video, audio, alpha, onPicture, onSound } = this.options;
    // H.264 has no odd sizes.
    const odd = video === 'avc' ? 1 : 0;
    this.size = [displayWidth + (displayWidth & odd), displayHeight + (displayHeight & odd)];
    return FilmWriter.open({
      container,
      sink,
      video: {
        codec: video,
        alpha,
        latency: 'realtime',
        bitrate: Math.round(displayWidth * displayHeight * (BITS_PER_PIXEL[video] ?? 4.8)),
        ...(onPicture ? { onPacket: onPicture } : {}),
      },
      ...(audio === null ? {} : { audio: { codec: audio, ...(onSound ? { onPacket: onSound } : {}) } }),
    });
  }

  private laySound(sound: AudioData | null, at: number): Promise<void> {
    const laid = this.sounding.then(() => (sound ? this.layBlock(sound, at) : this.laySilence(at)));
    this.sounding = laid.catch(() => undefined);
    return laid;
  }

  private async layBlock(sound: AudioData, at: number): Promise<void> {
    const { sampleRate, numberOfChannels } = sound;
    const { clock, channels, pool } = (this.track ??= this.begin(sampleRate, numberOfChannels));
    // Another microphone may have another rate and other channels. A film's sound keeps its own.
    const fits = sampleRate === clock.rate && numberOfChannels === channels;
    const fitted = fits ? sound : fitSound(sound, clock.rate, channels);
    try {
      const { silence, skip } = clock.lay(at, fitted.numberOfFrames);
      await pool.addSilence(silence);
      await pool.add(fitted, skip);
    } finally {
      if (!fits) fitted.close();
    }
  }

  private async laySilence(at: number): Promise<void> {
    const { clock, pool } = (this.track ??= this.begin(48_000, 1));
    await pool.addSilence(clock.fill(at));
  }

  private begin(rate: number, channels: number) {
    const pool = new SoundPool(rate, channels, (piece) => this.writer!.addSound(piece));
    return { clock: new SoundClock(rate), channels, pool };
  }
}
