import {
  AudioSampleSource,
  canEncodeAudio,
  CustomAudioEncoder,
  EncodedPacket,
  EncodedAudioPacketSource,
  EncodedVideoPacketSource,
  Logging,
  Mp4OutputFormat,
  Output,
  Quality,
  registerEncoder,
  StreamTarget,
  VideoSample,
  VideoSampleSource,
  WebMOutputFormat,
  type AudioCodec,
  type AudioSample,
  type Rotation,
  type StreamTargetChunk,
  type VideoCodec,
} from 'mediabunny';
import aacEncoder from './aac-encoder.ts?worker&url';
import { SinkWriter } from './sink-writer.ts';
import { toMetadataTags, type FilmMetadata } from '../film/film-metadata.ts';
import { lend } from './lent-mediabunny.ts';
import { TransparentPlanes } from '../picture/transparent-planes.ts';

/** Pictures that the writer encodes. */
export interface EncodedPictures {
  readonly codec: VideoCodec;
  /** Keeps what is transparent; VP9 and VP8 in WebM only. Default false. */
  readonly alpha?: boolean;
  /** `realtime` is the cheapest and may drop a frame under load; `quality` drops none. */
  readonly latency: 'realtime' | 'quality';
  /** Bits per second; without it as many as a good picture of that codec and size takes. */
  readonly bitrate?: number;
  /** Frames a second, where each lasts as long as any other. Default: from their times. */
  readonly frameRate?: number;
  /** How players turn the picture, clockwise. Default 0. */
  readonly rotation?: Rotation;
  /** Called with each packet as it goes into the file. */
  readonly onPacket?: (packet: EncodedPacket, meta: EncodedVideoChunkMetadata | undefined) => void;
}

/** Sound that the writer encodes. */
export interface EncodedSound {
  readonly codec: AudioCodec;
  /** Bits per second. Default 128 000. */
  readonly bitrate?: number;
  /** Channels, and samples a second, that the sound is brought to. Default: as it comes. */
  readonly channels?: number;
  readonly rate?: number;
  readonly onPacket?: (packet: EncodedPacket, meta: EncodedAudioChunkMetadata | undefined) => void;
}

/** A track that comes as packets and is not encoded again. */
export interface CopiedTrack<Codec> {
  readonly copied: Codec;
  readonly rotation?: Rotation;
  /** Whether the packets carry alpha. Default false. */
  readonly alpha?: boolean;
  /** As of `EncodedPictures`. */
  readonly frameRate?: number;
}

export interface WriterOptions {
  readonly container: 'mp4' | 'webm';
  /**
   * Where the bytes go: a `FileSystemWritableFileStream`, `privateFile`, or any stream of
   * such chunks.
   */
  readonly sink: WritableStream<StreamTargetChunk>;
  readonly video?: EncodedPictures | CopiedTrack<VideoCodec>;
  readonly audio?: EncodedSound | CopiedTrack<AudioCodec>;
  /**
   * Whether the file plays at any moment while it is written: a new piece, with its index, each
   * second. If false, an MP4 has one index, as old players need it, and it comes last until
   * `moveIndexFirst`; a WebM is always written in pieces. Default true.
   */
  readonly fragmented?: boolean;
  /** Title, and date of recording. Default: none, and now. */
  readonly labels?: FilmMetadata;
}

/**
 * FFmpeg's AAC encoder puts this many samples before the first real one, and does not say so. They
 * get times before the beginning, and the MP4's edit list makes players skip them.
 */
const AAC_PRIMING = 1024;

/** Milliseconds in which a muxer that is given up must free its encoders. */
const CANCEL_TIMEOUT_MS = 1000;

/**
 * Writes one film. It takes frames and sound, or encoded packets of them, and writes the file as
 * they come.
 */
export class FilmWriter {
  /** Samples that the encoder puts before the first. */
  private primed = 0;
  private transparentPlanes: TransparentPlanes | null = null;

  private constructor(
    private readonly output: Output,
    private readonly sinkWriter: SinkWriter,
    private readonly pictures: VideoSampleSource | EncodedVideoPacketSource | null,
    private readonly sound: AudioSampleSource | EncodedAudioPacketSource | null,
    private readonly frameRate: number | undefined,
  ) {}

  /**
   * Opens a file for writing.
   * @throws PortoonError `ERR_DISK_FULL`, from this and any other method, once there is no room.
   *   What was written stays.
   */
  static async open({
    container,
    sink,
    video,
    audio,
    fragmented = true,
    labels = {},
  }: WriterOptions): Promise<FilmWriter> {
    const drain = new SinkWriter(sink);
    const output = new Output({
      format:
        container === 'mp4'
          ? new Mp4OutputFormat({ fastStart: fragmented ? 'fragmented' : false })
          : new WebMOutputFormat(),
      target: new StreamTarget(drain.stream),
    });
    output.setMetadataTags(toMetadataTags(labels, container));
    if (labels.date) setDate(output, labels.date);
    const pictures = video ? pictureSource(video) : null;
    const frameRate = video?.frameRate;
    if (pictures)
      output.addVideoTrack(pictures, {
        rotation: video?.rotation ?? 0,
        canBeTransparent: video?.alpha ?? false,
        ...(frameRate === undefined ? {} : { frameRate }),
      });
    const sound = audio ? soundSource(audio) : null;
    if (sound) output.addAudioTrack(sound);
    const writer = new FilmWriter(output, drain, pictures, sound, frameRate);
    if (video && 'codec' in video && video.alpha === true) writer.transparentPlanes = new TransparentPlanes();
    if (audio && 'codec' in audio && audio.codec === 'aac' && (await bringAac())) writer.primed = AAC_PRIMING;
    await output.start();
    return writer;
  }

  /** Bytes of the file so far. */
  get bytes(): number {
    return this.sinkWriter.bytes;
  }

  /**
   * Encodes a frame. Resolves when the encoder is ready for the next one; then the caller closes
   * the frame.
   * @param seconds - from the film's beginning, rising. Default: the frame's own timestamp.
   */
  async addFrame(frame: VideoFrame, seconds = frame.timestamp / 1e6): Promise<void> {
    const sample = new VideoSample(await (this.transparentPlanes?.frame(frame) ?? frame.clone()));
    sample.setTimestamp(seconds);
    if (this.frameRate !== undefined) sample.setDuration(1 / this.frameRate);
    try {
      await this.sinkWriter.watch(() => (this.pictures as VideoSampleSource).add(sample));
    } finally {
      sample.close();
    }
  }

  /**
   * Encodes sound at its own timestamp, right after the sound before. Gaps are filled with silence;
   * an overlap delays all that follows. Closes the sample.
   */
  async addSound(sample: AudioSample): Promise<void> {
    try {
      if (this.primed > 0) sample.setTimestamp(sample.timestamp - this.primed / sample.sampleRate);
      await this.sinkWriter.watch(() => (this.sound as AudioSampleSource).add(sample));
    } finally {
      sample.close();
    }
  }

  /**
   * Adds encoded pictures in decoding order. The first one comes with the decoder's configuration.
   */
  async addPicturePacket(packet: EncodedPacket, meta?: EncodedVideoChunkMetadata): Promise<void> {
    await this.sinkWriter.watch(() => (this.pictures as EncodedVideoPacketSource).add(packet, meta));
  }

  /** Adds sound that is encoded already; the first with the decoder's configuration. */
  async addSoundPacket(packet: EncodedPacket, meta?: EncodedAudioChunkMetadata): Promise<void> {
    await this.sinkWriter.watch(() => (this.sound as EncodedAudioPacketSource).add(packet, meta));
  }

  /** Writes what the encoders still hold and closes the file. */
  async finish(): Promise<void> {
    try {
      await this.sinkWriter.watch(() => this.output.finalize());
    } catch (error) {
      await this.end();
      throw error;
    }
    await this.sinkWriter.finish();
  }

  /** Closes the file as it is, which plays if it is fragmented: for a disk that is full. */
  async end(): Promise<void> {
    await this.freeEncoders();
    await this.sinkWriter.close();
  }

  /**
   * Gives up. A `FileSystemWritableFileStream` leaves no file; `privateFile` leaves an empty
   * one for the caller to remove.
   */
  async cancel(): Promise<void> {
    await this.freeEncoders();
    await this.sinkWriter.abort();
  }

  /** Frees the encoders. A muxer that waits for its sink is not waited for. */
  private async freeEncoders(): Promise<void> {
    const patience = new Promise((resolve) => setTimeout(resolve, CANCEL_TIMEOUT_MS));
    await Promise.race([this.output.cancel(), patience]).catch(() => undefined);
  }
}

function pictureSource(video: EncodedPictures | CopiedTrack<VideoCodec>) {
  if ('copied' in video) return new EncodedVideoPacketSource(video.copied);
  const { codec, alpha = false, latency, bitrate, onPacket } = video;
  return new VideoSampleSource({
    codec,
    alpha: alpha ? 'keep' : 'discard',
    latencyMode: latency,
    quality: bitrate === undefined ? new Quality('high') : new Quality({ bitrate }),
    ...(onPacket ? { onEncodedPacket: onPacket } : {}),
  });
}

function soundSource(audio: EncodedSound | CopiedTrack<AudioCodec>) {
  if ('copied' in audio) return new EncodedAudioPacketSource(audio.copied);
  const { codec, bitrate = 128_000, channels, rate, onPacket } = audio;
  return new AudioSampleSource({
    codec,
    quality: new Quality({ bitrate }),
    transform: {
      ...(channels === undefined ? {} : { numberOfChannels: channels }),
      ...(rate === undefined ? {} : { sampleRate: rate }),
    },
    ...(onPacket ? { onEncodedPacket: onPacket } : {}),
  });
}

/** Seconds from 1904, where MP4 begins to count, to 1970. */
const EPOCH = 2_082_844_800;

/**
 * mediabunny dates an MP4 to the moment at which it is written and has no option for it, but its
 * muxer keeps the date where it can be set.
 */
function setDate(output: Output, date: Date): void {
  const { _muxer: muxer } = output as unknown as { _muxer?: { creationTime?: number } };
  if (muxer && 'creationTime' in muxer) muxer.creationTime = Math.round(date.getTime() / 1000) + EPOCH;
}

let aac: Promise<boolean> | null = null;

/**
 * Makes sure that there is an AAC encoder. Resolves to true where it is our own: 1 MB, fetched only
 * where the browser has none.
 */
function bringAac(): Promise<boolean> {
  aac ??= (async () => {
    if (await canEncodeAudio('aac')) return false;
    lend({ CustomAudioEncoder, EncodedPacket, Logging, registerEncoder });
    await import(/* @vite-ignore */ aacEncoder);
    return true;
  })();
  return aac;
}
