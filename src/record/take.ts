import { AudioSample, type AudioCodec, type VideoCodec } from 'mediabunny';
import { SoundClock } from './sound-clock.ts';
import { FilmWriter, type EncodedPictures, type EncodedSound, type WriterOptions } from './writer.ts';

/** One clip in the making. */
export interface Take {
  readonly bytes: number;
  /** Whether it wants no more. */
  readonly complete: boolean;
  /** @param seconds - of the clip. The frame stays the caller's to close. */
  addFrame(frame: VideoFrame, seconds: number): Promise<void>;
  /** As {@link Take.addFrame}, for a block of sound. */
  addSound(sound: AudioData, seconds: number): Promise<void>;
  /** A pause is over. */
  resumed(): void;
  finish(): Promise<void>;
  /** Ends it as it is, for a disk that is full. */
  end(): Promise<void>;
  cancel(): Promise<void>;
}

export interface FilmOptions {
  readonly container: 'mp4' | 'webm';
  readonly sink: WriterOptions['sink'];
  readonly video: VideoCodec;
  readonly audio: AudioCodec | null;
  readonly alpha: boolean;
  readonly onPicture?: EncodedPictures['onPacket'];
  readonly onSound?: EncodedSound['onPacket'];
}

/** Sound that is later than this is not waited for: the file would not grow. */
const PATIENCE = 0.6;
/** What is laid then stays so far behind the picture, for sound that comes after all. */
const SLACK = 0.3;

/** A film with sound: it begins with its first picture. */
export class Film implements Take {
  readonly complete = false;
  private writer: FilmWriter | null = null;
  private clock: SoundClock | null = null;
  private channels = 1;
  private lastPicture = -1;
  /** Sound is added piece after piece. */
  private sounding: Promise<void> = Promise.resolve();

  constructor(private readonly options: FilmOptions) {}

  get bytes(): number {
    return this.writer?.bytes ?? 0;
  }

  async addFrame(frame: VideoFrame, seconds: number): Promise<void> {
    this.writer ??= await this.open(frame);
    // The encoder takes rising times only; two pictures of one moment are one.
    const at = Math.round(seconds * 1e6) / 1e6;
    if (at <= this.lastPicture) return;
    this.lastPicture = at;
    await this.writer.addFrame(frame, at);
    if (this.options.audio === null) return;
    const { clock } = this;
    if (at > PATIENCE && (!clock || clock.laid < (at - PATIENCE) * clock.rate))
      await this.lay(null, at - SLACK);
  }

  async addSound(sound: AudioData, seconds: number): Promise<void> {
    // What sounded before the first picture is not in the film.
    if (this.writer) await this.lay(sound, seconds);
  }

  resumed(): void {
    this.clock?.restart();
  }

  async finish(): Promise<void> {
    await this.sounding.catch(() => undefined);
    await this.writer?.finish();
  }

  async end(): Promise<void> {
    await this.writer?.end();
  }

  async cancel(): Promise<void> {
    await this.writer?.cancel();
  }

  private open({ displayWidth, displayHeight }: VideoFrame): Promise<FilmWriter> {
    const { container, sink, video, audio, alpha, onPicture, onSound } = this.options;
    return FilmWriter.open({
      container,
      sink,
      video: {
        codec: video,
        alpha,
        latency: 'realtime',
        even: video === 'avc' && (displayWidth % 2 === 1 || displayHeight % 2 === 1),
        ...(onPicture ? { onPacket: onPicture } : {}),
      },
      ...(audio === null ? {} : { audio: { codec: audio, ...(onSound ? { onPacket: onSound } : {}) } }),
    });
  }

  private lay(sound: AudioData | null, at: number): Promise<void> {
    const laid = this.sounding.then(() => (sound ? this.layBlock(sound, at) : this.laySilence(at)));
    this.sounding = laid.catch(() => undefined);
    return laid;
  }

  private async layBlock(sound: AudioData, at: number): Promise<void> {
    const { sampleRate, numberOfChannels, numberOfFrames } = sound;
    if (!this.clock) this.channels = numberOfChannels;
    const clock = (this.clock ??= new SoundClock(sampleRate));
    // Another microphone with other habits: a film's sound keeps its own.
    if (sampleRate !== clock.rate || numberOfChannels !== this.channels) return;
    const from = clock.laid;
    const { silence, skip } = clock.lay(at, numberOfFrames);
    await this.write(silenceOf(silence, clock, this.channels), from);
    if (skip === numberOfFrames) return;
    const whole = new AudioSample(sound.clone());
    const sample = skip > 0 ? whole.trim(skip) : whole;
    try {
      await this.write(sample, from + silence);
    } finally {
      whole.close();
    }
  }

  private async laySilence(at: number): Promise<void> {
    const clock = (this.clock ??= new SoundClock(48_000));
    const from = clock.laid;
    await this.write(silenceOf(clock.fill(at), clock, this.channels), from);
  }

  /** @param at - in samples. Closes the sample. */
  private async write(sample: AudioSample | null, at: number): Promise<void> {
    if (!sample) return;
    sample.setTimestamp(at / this.clock!.rate);
    await this.writer!.addSound(sample);
  }
}

function silenceOf(samples: number, { rate }: SoundClock, channels: number): AudioSample | null {
  return samples === 0
    ? null
    : new AudioSample({
        data: new Float32Array(samples * channels),
        format: 'f32-planar',
        numberOfChannels: channels,
        sampleRate: rate,
        timestamp: 0,
      });
}
