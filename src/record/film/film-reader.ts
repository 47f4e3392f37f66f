import {
  ALL_FORMATS,
  BlobSource,
  EncodedPacketSink,
  Input,
  UrlSource,
  type InputAudioTrack,
  type InputVideoTrack,
} from 'mediabunny';
import type { PortoonError } from '../../common/errors.ts';
import { nameOfCodec } from './codec-names.ts';
import type { FilmInfo, FilmSource } from '../convert-protocol.ts';
import { segmentStartsOf } from './segment-starts.ts';
import { readMetadata, type FilmMetadata } from './film-metadata.ts';
import {
  CHOOSE,
  explainChange,
  explainOpening,
  explainReading,
  REENCODE,
  unreadableFilm,
} from './film-faults.ts';
import { FilmSound } from './film-sound.ts';
import { readMp4Index, type Mp4Index } from './mp4-index.ts';
import { readRanges, endOf, editSpans, WHOLE_TRACK, type ReadRange, type EditSpan } from './edit-spans.ts';
import { FrameNormalizer } from '../picture/frame-normalizer.ts';
import { packetTimesBetween, decodableSamples } from './decodable-samples.ts';

/**
 * The most pixels of a film: 4K. Beyond it, nets and a software encoder are too slow on today's
 * machines.
 */
const MAX_PIXELS = 4096 * 2304;
/** A longer gap, in seconds, after a frame's stated end may mean that a frame is missing. */
const GAP = 0.001;
/** A frame that would be shown for less, in seconds, is left out: edit lists are that coarse. */
const SHORTEST = 0.0011;

/** Which frames are wanted, in seconds on the film's own clock. */
export interface FrameRange {
  /** The moment that their timestamps count from. */
  readonly origin: number;
  /** The first frame is the one shown at this moment. */
  readonly from: number;
  /** Frames that begin before this moment are a run-up. None are, if it is `origin`. */
  readonly kept: number;
  /** Not included. */
  readonly to: number;
  /** Frames from `to` to this moment follow, marked with `after`. Default: none do. */
  readonly readTo?: number;
}

export interface FilmFrame {
  readonly frame: VideoFrame;
  /** Whether it is part of the run-up to the wanted frames. */
  readonly runUp: boolean;
  /** Whether it comes after the wanted frames. */
  readonly after?: boolean;
}

/** Reads a film: its frames in the order in which they are seen, and its sounds. */
export class FilmReader {
  /** Frames so far that could not be decoded and were replaced by the one before. */
  concealed = 0;
  private pictures: Promise<FrameNormalizer> | null = null;

  private constructor(
    readonly info: FilmInfo,
    /** Seconds on the film's own clock: what is before is not shown. */
    readonly begin: number,
    /** What is left out, in sentences. */
    readonly warnings: readonly string[],
    /** The one that a player takes first. */
    readonly sounds: readonly FilmSound[],
    readonly labels: FilmMetadata,
    private readonly source: FilmSource,
    private readonly name: string,
    private readonly input: Input,
    private readonly video: InputVideoTrack,
    private readonly editSpans: readonly EditSpan[],
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
      return await FilmReader.openInput(input, source, name);
    } catch (error) {
      input.dispose();
      throw await explainOpening(source, name, error);
    }
  }

  private static async openInput(input: Input, source: FilmSource, name: string): Promise<FilmReader> {
    const format = await input.getFormat();
    const [video, audio, tracks] = await Promise.all([
      input.getPrimaryVideoTrack(),
      input.getPrimaryAudioTrack(),
      input.getAudioTracks(),
    ]);
    if (!video) {
      if (audio) throw unreadableFilm(name, 'has sound but no picture.', CHOOSE);
      throw unreadableFilm(
        name,
        'is cut short or damaged: its index is missing.',
        'Copy or download it again. What is left of it may be saved by: ffmpeg -i NAME -c copy NEW.mkv',
      );
    }
    const { width, height, codec } = await checkPictures(video, name);
    await assumeColours(video);
    const index = await readMp4Index(source);
    const editSpans = editSpansFor(video, index);
    const inOrder = audio ? [audio, ...tracks.filter(({ id }) => id !== audio.id)] : tracks;
    const sounds = await Promise.all(
      inOrder.map((track) => FilmSound.open(track, editSpansFor(track, index) ?? WHOLE_TRACK)),
    );
    const sound = sounds.find(({ decoded }) => decoded) ?? sounds[0];
    const firsts = await Promise.all(
      [video, ...(sound ? [sound] : [])].map((track) => track.getFirstTimestamp()),
    );
    const begin = Math.max(0, Math.min(...firsts));
    const media = (await video.getDurationFromMetadata()) ?? (await video.computeDuration());
    const end = editSpans === null || endOf(editSpans) === Infinity ? media : endOf(editSpans);
    return new FilmReader(
      {
        container: format.name.replace(/ .*/, ''),
        width,
        height,
        seconds: Math.max(0, end - begin),
        video: nameOfCodec(codec),
        audio: sound?.name ?? null,
      },
      begin,
      editSpans === null ? ['The film asks for slow or fast motion, which is not followed.'] : [],
      sounds,
      await readMetadata(source, input, index),
      source,
      name,
      input,
      video,
      editSpans ?? WHOLE_TRACK,
    );
  }

  /** Whether its frames are of two fields each, which are joined. */
  async isInterlaced(): Promise<boolean> {
    return (await this.upright()).isInterlaced;
  }

  /** Where a stretch of the film may be cut into segments of about `seconds` seconds. */
  cuts(from: number, to: number, seconds: number): Promise<number[]> {
    return segmentStartsOf(this.video, from, Math.min(to, this.begin + this.info.seconds), seconds);
  }

  /**
   * All frames in the order in which they are shown: upright, of one size, with square pixels. A
   * broken frame is replaced by the one before. The caller closes each frame.
   * @throws PortoonError `ERR_VIDEO_UNREADABLE` where the film breaks off.
   */
  async *frames({
    origin,
    from,
    kept,
    to,
    readTo = to,
  }: FrameRange): AsyncGenerator<FilmFrame, void, undefined> {
    let last = -1;
    try {
      const upright = await this.upright();
      for (const cut of readRanges(this.editSpans, from, readTo)) {
        const film = cut.shift + from;
        for await (const { frame, start, end, isConcealed } of this.cut(upright, cut)) {
          const shown = Math.max(start, cut.from);
          // Some films give one moment to two frames; a player would then never show the first.
          last = Math.max(last + 1, Math.round((shown + film - origin) * 1e6));
          const duration = Math.round((Math.min(end, cut.to) - shown) * 1e6);
          // One that is shown already when a segment begins belongs to the segment before.
          const runUp = kept > origin && start + film < kept - SHORTEST;
          const after = readTo > to && start + film > to - SHORTEST;
          if (isConcealed && !runUp && !after) this.concealed++;
          yield {
            frame: new VideoFrame(frame, { timestamp: last, ...(duration > 0 ? { duration } : {}) }),
            runUp,
            after,
          };
        }
      }
    } catch (error) {
      throw await explainReading(this.source, this.name, error);
    }
  }

  /** The error to report if the film's file has changed since it was opened; else null. */
  explainChange(): Promise<PortoonError | null> {
    return explainChange(this.source, this.name);
  }

  close(): void {
    this.input.dispose();
  }

  private upright(): Promise<FrameNormalizer> {
    const { video, info, begin } = this;
    return (this.pictures ??= FrameNormalizer.open(
      video,
      [info.width, info.height],
      begin,
      begin + info.seconds,
    ));
  }

  /** The frames of one cut, which stay this reader's, with their times on the track's clock. */
  private async *cut(upright: FrameNormalizer, cut: ReadRange): AsyncGenerator<Timed, void, undefined> {
    const from = cut.from + SHORTEST;
    const to = cut.to - SHORTEST;
    /** The replacement for a broken frame. */
    let stand: VideoFrame | null = null;
    /** What was decoded and comes next, while those before it are given out. */
    let next: VideoFrame | null = null;
    let seen = -Infinity;
    let shownTo = -Infinity;
    try {
      for await (const sample of decodableSamples(this.video, from, to)) {
        let frame: VideoFrame;
        try {
          frame = await upright.frame(sample);
        } finally {
          sample.close();
        }
        const { timestamp, duration } = sample;
        next = frame;
        // Frames that could not be decoded are missing: the times of the packets show which.
        const missed =
          timestamp > Math.max(shownTo, from) + GAP
            ? await packetTimesBetween(this.video, seen, timestamp, from)
            : [];
        for (const [index, at] of missed.entries())
          yield { frame: stand ?? frame, start: at, end: missed[index + 1] ?? timestamp, isConcealed: true };
        stand?.close();
        stand = frame;
        next = null;
        yield { frame, start: timestamp, end: timestamp + duration, isConcealed: false };
        seen = timestamp;
        shownTo = timestamp + duration;
      }
      // A film may break off here: only what is there counts, and its index may list more.
      const missed = stand ? await packetTimesBetween(this.video, seen, to, from, false) : [];
      for (const [index, at] of missed.entries())
        yield {
          frame: stand!,
          start: at,
          end: missed[index + 1] ?? Math.min(cut.to, at + (shownTo - seen)),
          isConcealed: true,
        };
    } finally {
      stand?.close();
      next?.close();
    }
  }
}

/** In seconds. */
interface Timed {
  readonly frame: VideoFrame;
  readonly start: number;
  readonly end: number;
  /** Whether it stands in for one that is broken. */
  readonly isConcealed: boolean;
}

/** What a track's edit list shows of it; null where that cannot be followed. */
function editSpansFor({ id }: InputVideoTrack | InputAudioTrack, index: Mp4Index | null) {
  const edits = index?.edits.get(id);
  return edits ? editSpans(edits) : WHOLE_TRACK;
}

/** The largest picture of standard definition, where nothing says how colours are coded. */
const STANDARD = { width: 1279, height: 576 };

/**
 * Says how colours are coded where a film does not: as ITU-R BT.601 has it in VP8 (RFC 6386, 9.2)
 * and in standard definition, as players take it. mediabunny, and browsers, take BT.709 for all.
 */
async function assumeColours(video: InputVideoTrack): Promise<void> {
  const [given, config] = [await video.getColorSpace(), await video.getDecoderConfig()];
  const isSmall =
    (await video.getCodedWidth()) <= STANDARD.width && (await video.getCodedHeight()) <= STANDARD.height;
  if (!config || given.matrix || (!isSmall && (await video.getCodec()) !== 'vp8')) return;
  const fullRange = given.fullRange ?? false;
  const colorSpace = { primaries: 'bt709', transfer: 'bt709', matrix: 'smpte170m', fullRange } as const;
  video.getDecoderConfig = () => Promise.resolve({ ...config, colorSpace });
}

/** @throws PortoonError where the pictures cannot be decoded here. */
async function checkPictures(video: InputVideoTrack, name: string) {
  const width = await video.getDisplayWidth();
  const height = await video.getDisplayHeight();
  if (width * height > MAX_PIXELS)
    throw unreadableFilm(
      name,
      `is ${width} × ${height}: films up to 4096 × 2304 can be converted.`,
      `Make it smaller first, as by: ffmpeg -i NAME -vf scale=${width >= height ? '3840:-2' : '-2:3840'} NEW.mp4`,
    );
  const codec = await video.getCodec();
  if (codec === null)
    throw unreadableFilm(name, 'holds pictures in a way that Portoon does not know.', REENCODE);
  // An encrypted film fails only when its packets are read.
  await new EncodedPacketSink(video).getFirstPacket();
  if (await video.canDecode()) return { width, height, codec };
  throw unreadableFilm(
    name,
    `is ${nameOfCodec(codec)}, which this browser cannot decode.`,
    codec === 'hevc' ? `Chrome decodes it where the graphics processor does. ${REENCODE}` : REENCODE,
  );
}
