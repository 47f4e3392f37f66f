import {
  ALL_FORMATS,
  AudioSampleSink,
  BlobSource,
  EncodedPacketSink,
  Input,
  UnsupportedInputFormatError,
  UrlSource,
  type AudioCodec,
  type InputAudioTrack,
  type InputVideoTrack,
  type VideoSample,
} from 'mediabunny';
import { PortoonError } from '../common/errors.ts';
import type { FilmInfo, FilmSource } from './convert-protocol.ts';
import { cutTimesOf } from './cuts.ts';
import { kindOfFile } from './kind-of-file.ts';
import { Turner } from './turn.ts';
import { timesBetween, wholeSamples } from './whole-samples.ts';

/** What people call the codecs. */
const NAMES: Readonly<Record<string, string>> = {
  avc: 'H.264',
  hevc: 'H.265 (HEVC)',
  vp8: 'VP8',
  vp9: 'VP9',
  av1: 'AV1',
  prores: 'ProRes',
  aac: 'AAC',
  opus: 'Opus',
  mp3: 'MP3',
  vorbis: 'Vorbis',
  flac: 'FLAC',
  ac3: 'AC-3',
  eac3: 'E-AC-3',
};

/**
 * The most pixels of a film: 4K. Beyond it, nets and a software encoder are too slow on today's
 * machines.
 */
const MOST_PIXELS = 4096 * 2304;
/** A longer gap, in seconds, after a frame's stated end may mean that a frame is missing. */
const GAP = 0.001;
const CHOOSE = 'Choose an MP4, MOV, WebM or MKV film.';
/** Audio codecs that each container takes without encoding again. */
const COPIES: Readonly<Record<'mp4' | 'webm', readonly AudioCodec[]>> = {
  mp4: ['aac', 'opus', 'mp3', 'flac', 'ac3', 'eac3'],
  webm: ['opus', 'vorbis'],
};

/** Which frames are wanted, in seconds on the film's own clock. */
export interface FrameRange {
  /** The moment that their timestamps count from. */
  readonly origin: number;
  /** The first frame is the one shown at this moment. */
  readonly from: number;
  /** Frames before this moment are a run-up; none where it is `from`. */
  readonly kept: number;
  /** Not included. */
  readonly to: number;
}

export interface FilmFrame {
  readonly frame: VideoFrame;
  /** Whether it only leads up to those that are wanted. */
  readonly runUp: boolean;
}

export function nameOfCodec(codec: string): string {
  return NAMES[codec] ?? codec.toUpperCase();
}

/** Reads a film: its frames in the order in which they are seen, and its sound. */
export class FilmReader {
  /** Frames so far that no decoder could make out, and in whose place the one before stands. */
  mended = 0;
  private canvas: OffscreenCanvasRenderingContext2D | null = null;
  private readonly turner = new Turner();

  private constructor(
    readonly info: FilmInfo,
    /** What is left out, in sentences. */
    readonly warnings: readonly string[],
    /** Seconds on the film's own clock: what is before is not shown. */
    readonly begin: number,
    private readonly name: string,
    private readonly input: Input,
    private readonly video: InputVideoTrack,
    private readonly audio: InputAudioTrack | null,
  ) {}

  /**
   * @param name - what the film is called in messages.
   * @throws PortoonError `ERR_VIDEO_UNREADABLE`, saying what the file is and what would do.
   */
  static async open(source: FilmSource, name: string): Promise<FilmReader> {
    const input = new Input({
      formats: ALL_FORMATS,
      source:
        typeof source === 'string'
          ? new UrlSource(source, { getRetryDelay: (attempts) => (attempts < 3 ? 0.2 : null) })
          : new BlobSource(source),
    });
    try {
      return await FilmReader.openInput(input, name);
    } catch (error) {
      input.dispose();
      if (error instanceof PortoonError) throw error;
      const head = await bytesOf(source, 'first');
      if (head.length === 0)
        throw unreadable(name, 'is empty.', 'Choose another file, or copy this one again.');
      if (error instanceof UnsupportedInputFormatError) throw unknownKind(head, name, error);
      throw isLocked(head) || isLocked(await bytesOf(source, 'last'))
        ? locked(name, error)
        : damaged(name, error);
    }
  }

  private static async openInput(input: Input, name: string): Promise<FilmReader> {
    const format = await input.getFormat();
    const container = format.name.replace(/ .*/, '');
    const [video, audio, sounds] = await Promise.all([
      input.getPrimaryVideoTrack(),
      input.getPrimaryAudioTrack(),
      input.getAudioTracks(),
    ]);
    if (!video) {
      if (audio) throw unreadable(name, 'has sound but no picture.', CHOOSE);
      throw unreadable(
        name,
        'is cut short or damaged: it does not tell what is in it.',
        'Copy or download it again. What is left of it may be saved by: ffmpeg -i NAME -c copy NEW.mkv',
      );
    }
    const width = await video.getDisplayWidth();
    const height = await video.getDisplayHeight();
    if (width * height > MOST_PIXELS)
      throw unreadable(
        name,
        `is ${width} × ${height}: films up to 4096 × 2304 can be converted.`,
        `Make it smaller first, as by: ffmpeg -i NAME -vf scale=${width >= height ? '3840:-2' : '-2:3840'} NEW.mp4`,
      );
    const codec = await video.getCodec();
    if (codec === null)
      throw unreadable(name, 'holds pictures in a way that Portoon does not know.', REENCODE);
    // A film that is locked says so only when its packets are wanted.
    await new EncodedPacketSink(video).getFirstPacket();
    if (!(await video.canDecode()))
      throw unreadable(
        name,
        `is ${nameOfCodec(codec)}, which this browser cannot decode.`,
        codec === 'hevc' ? `Chrome decodes it where the graphics processor does. ${REENCODE}` : REENCODE,
      );
    const warnings: string[] = [];
    if (sounds.length > 1)
      warnings.push(`The film has ${sounds.length} sound tracks; the first one goes over.`);
    const audioCodec = (await audio?.getCodec()) ?? null;
    const begin = Math.max(0, await input.getFirstTimestamp(audio ? [video, audio] : [video]));
    const end = (await video.getDurationFromMetadata()) ?? (await video.computeDuration());
    return new FilmReader(
      {
        container,
        width,
        height,
        seconds: Math.max(0, end - begin),
        video: nameOfCodec(codec),
        audio: audio && (audioCodec === null ? 'of a kind unknown here' : nameOfCodec(audioCodec)),
      },
      warnings,
      begin,
      name,
      input,
      video,
      audio,
    );
  }

  /** Where a stretch of the film may be cut into parts of about so many seconds. */
  cuts(from: number, to: number, seconds: number): Promise<number[]> {
    return cutTimesOf(this.video, from, Math.min(to, this.begin + this.info.seconds), seconds);
  }

  /**
   * All frames in the order in which they are shown: upright, with square pixels. A broken frame is
   * replaced by the one before. The caller closes each frame.
   * @throws PortoonError `ERR_VIDEO_UNREADABLE` where the film breaks off.
   */
  async *frames({ origin, from, kept, to }: FrameRange): AsyncGenerator<FilmFrame, void, undefined> {
    let last = -1;
    /** What stands in for a frame that is broken. */
    let stand: VideoFrame | null = null;
    /** What was decoded and comes next, while those before it are given out. */
    let next: VideoFrame | null = null;
    const placed = (frame: VideoFrame, start: number, end: number): FilmFrame => {
      // Some films give one moment to two frames; a player would then never show the first.
      last = Math.max(last + 1, Math.round((Math.max(start, from) - origin) * 1e6));
      const duration = Math.round((Math.min(end, to) - Math.max(start, from)) * 1e6);
      return {
        frame: new VideoFrame(frame, { timestamp: last, ...(duration > 0 ? { duration } : {}) }),
        runUp: start < kept && kept > from,
      };
    };
    const mended = (frame: VideoFrame, start: number, end: number): FilmFrame => {
      const made = placed(frame, start, end);
      if (!made.runUp) this.mended++;
      return made;
    };
    let seen = -Infinity;
    let end = -Infinity;
    try {
      for await (const sample of wholeSamples(this.video, from, to)) {
        let frame: VideoFrame;
        try {
          frame = await this.upright(sample);
        } finally {
          sample.close();
        }
        const { timestamp, duration } = sample;
        next = frame;
        // What a decoder could not make out is missing: the times of the packets tell of it.
        const missed =
          timestamp > Math.max(end, from) + GAP ? await timesBetween(this.video, seen, timestamp, from) : [];
        for (const [index, at] of missed.entries())
          yield mended(stand ?? frame, at, missed[index + 1] ?? timestamp);
        stand?.close();
        stand = frame;
        next = null;
        yield placed(frame, timestamp, timestamp + duration);
        seen = timestamp;
        end = timestamp + duration;
      }
      const missed = stand ? await timesBetween(this.video, seen, to, from, false) : [];
      for (const [index, at] of missed.entries())
        yield mended(stand!, at, missed[index + 1] ?? Math.min(to, at + (end - seen)));
    } catch (error) {
      throw error instanceof PortoonError ? error : damaged(this.name, error);
    } finally {
      stand?.close();
      next?.close();
    }
  }

  /** Whether the sound may stand in a container as it is; null where there is none. */
  async copyable(container: 'mp4' | 'webm'): Promise<AudioCodec | null> {
    const codec = (await this.audio?.getCodec()) ?? null;
    return codec !== null && COPIES[container].includes(codec) ? codec : null;
  }

  /** How the sound would have to be encoded; null where there is none, or it cannot be decoded. */
  async decodableSound(): Promise<{ channels: number; rate: number } | null> {
    if (!this.audio || !(await this.audio.canDecode())) return null;
    return { channels: await this.audio.getNumberOfChannels(), rate: await this.audio.getSampleRate() };
  }

  /** The sound's packets, their time counted from `from`. */
  async *packets(from: number, to: number) {
    if (!this.audio) return;
    const sink = new EncodedPacketSink(this.audio);
    const decoderConfig = await this.audio.getDecoderConfig();
    const first = (await sink.getKeyPacket(from)) ?? (await sink.getFirstKeyPacket());
    if (!first) return;
    // The decoder of what comes first wants to know what came before.
    const before = await sink.getKeyPacket(first.timestamp - 1e-6);
    for await (const packet of sink.packets(before ?? first)) {
      if (packet.timestamp >= to) return;
      yield {
        packet: packet.clone({ timestamp: packet.timestamp - from }),
        meta: decoderConfig ? { decoderConfig } : {},
      };
    }
  }

  /** The sound, cut exactly and timed from `from`. The caller closes each piece. */
  async *sound(from: number, to: number) {
    if (!this.audio) return;
    for await (const sample of new AudioSampleSink(this.audio).samples(from, to)) {
      const first = Math.max(0, Math.round((from - sample.timestamp) * sample.sampleRate));
      const last = Math.min(sample.numberOfFrames, Math.round((to - sample.timestamp) * sample.sampleRate));
      if (first >= last) {
        sample.close();
        continue;
      }
      let piece = sample;
      if (first > 0 || last < sample.numberOfFrames) {
        piece = sample.trim(first, last);
        sample.close();
      }
      piece.setTimestamp(piece.timestamp - from);
      yield piece;
    }
  }

  close(): void {
    this.input.dispose();
  }

  private async upright(sample: VideoSample): Promise<VideoFrame> {
    const { displayWidth, displayHeight, visibleRect, rotation, flip } = sample;
    const [width, height] =
      rotation % 180 === 0 ? [displayWidth, displayHeight] : [displayHeight, displayWidth];
    if (!flip && width === visibleRect.width && height === visibleRect.height) {
      if (rotation === 0) return sample.toVideoFrame();
      if (this.turner.takes(sample)) return this.turner.turn(sample, rotation);
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

const REENCODE = 'Convert it first, as by: ffmpeg -i NAME -c:v libx264 -pix_fmt yuv420p NEW.mp4';

function unreadable(name: string, what: string, wayOut: string, options?: ErrorOptions): PortoonError {
  return new PortoonError(
    'ERR_VIDEO_UNREADABLE',
    `“${name}” ${what}`,
    wayOut.replaceAll('NAME', JSON.stringify(name)),
    options,
  );
}

function locked(name: string, cause: unknown): PortoonError {
  return unreadable(
    name,
    'is encrypted: only the player that it was sold for can show it.',
    'Choose a film that is not protected.',
    { cause },
  );
}

/** Whether an MP4's index, which stands at its beginning or end, speaks of encrypted pictures. */
function isLocked(bytes: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(bytes).includes('encv');
}

function damaged(name: string, cause: unknown): PortoonError {
  if (cause instanceof Error && /encrypt|decrypt/i.test(cause.message)) return locked(name, cause);
  return unreadable(
    name,
    'is cut short or damaged.',
    'Copy or download it again. What is left of it may be saved by: ffmpeg -i NAME -c:v libx264 NEW.mp4',
    { cause },
  );
}

/** A quarter of a megabyte; nothing where there is nothing to be read. */
async function bytesOf(source: FilmSource, which: 'first' | 'last'): Promise<Uint8Array> {
  const size = 1 << 18;
  if (source instanceof Blob) {
    const part = which === 'first' ? source.slice(0, size) : source.slice(-size);
    return new Uint8Array(await part.arrayBuffer());
  }
  const range = which === 'first' ? `bytes=0-${size - 1}` : `bytes=-${size}`;
  const answer = await fetch(source, { headers: { Range: range } });
  return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : new Uint8Array(0);
}

function unknownKind(head: Uint8Array, name: string, cause: unknown): PortoonError {
  const kind = kindOfFile(head.subarray(0, 512));
  if (kind === null)
    return unreadable(name, 'is not a video, or its beginning is missing.', CHOOSE, { cause });
  return kind.film
    ? unreadable(name, `is ${kind.name}, which Portoon does not read.`, REENCODE, { cause })
    : unreadable(name, `is ${kind.name}, not a video.`, CHOOSE, { cause });
}
