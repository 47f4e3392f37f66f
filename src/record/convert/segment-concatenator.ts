import {
  BlobSource,
  EncodedPacketSink,
  Input,
  MP4,
  UrlSource,
  WEBM,
  type EncodedPacket,
  type InputVideoTrack,
  type VideoCodec,
} from 'mediabunny';
import { PortoonError } from '../../common/errors.ts';
import type { FilmSource, JoinRequest } from '../convert-protocol.ts';
import { isSameDescription, parameterUnits, withParameters } from './parameter-sets.ts';
import type { FilmWriter, WriterOptions } from '../file/writer.ts';

/** How a film's pictures come into the file. */
export interface PicturePlan {
  readonly track: NonNullable<WriterOptions['video']>;
  readonly codec: VideoCodec;
  readonly width: number;
  readonly height: number;
  readonly warnings: readonly string[];
  write(writer: FilmWriter): Promise<void>;
}

/**
 * Pictures that were encoded in segments.
 * @param on - `wrote` is called after each picture with the film's microseconds that are in the
 *   file.
 * @throws PortoonError where none has a picture.
 */
export async function planConcatenation(
  { segments, name }: JoinRequest,
  { alpha, frameRate }: { alpha: boolean; frameRate: number | undefined },
  on: { wrote: (position: number) => void; ended: () => void },
): Promise<PicturePlan> {
  const there = segments.filter(({ result }) => result.frames > 0);
  if (there.length === 0) throw noFrame(name);
  const { width, height } = there[0]!.result;
  const joined = await SegmentConcatenator.open(there.map(({ film }) => film));
  return {
    track: { copied: joined.codec, alpha, ...(frameRate === undefined ? {} : { frameRate }) },
    codec: joined.codec,
    width,
    height,
    warnings: [...new Set(segments.flatMap(({ result }) => result.warnings))],
    async write(writer) {
      try {
        for await (const { packet, meta } of joined.packets()) {
          await writer.addPicturePacket(packet, meta);
          on.wrote((packet.timestamp + packet.duration) * 1e6);
        }
      } finally {
        on.ended();
      }
    },
  };
}

/** Frames of all segments that could not be decoded. */
export function concealedFrames({ segments }: JoinRequest): number {
  return segments.reduce((sum, { result }) => sum + result.concealed, 0);
}

/** The pictures of several films, one after the other, as they are encoded. */
export class SegmentConcatenator {
  private constructor(
    readonly codec: VideoCodec,
    private readonly segments: readonly FilmSource[],
    private readonly configs: readonly VideoDecoderConfig[],
  ) {}

  /**
   * @param segments - films of one codec, at least one; each begins when the one before has ended.
   */
  static async open(segments: readonly FilmSource[]): Promise<SegmentConcatenator> {
    const configs: VideoDecoderConfig[] = [];
    const codecs = new Set<VideoCodec>();
    for (const segment of segments) {
      using input = open(segment);
      const track = await pictureOf(input);
      const [codec, config] = [await track.getCodec(), await track.getDecoderConfig()];
      if (!codec || !config) throw new Error('a converted segment is of a kind unknown here');
      codecs.add(codec);
      configs.push(config);
    }
    const [codec, ...others] = [...codecs];
    if (!codec || others.length > 0)
      throw new Error(`the converted segments are ${[...codecs].join(', ')}, which do not go into one film`);
    return new SegmentConcatenator(codec, segments, configs);
  }

  /** Packets in decoding order, at their own times. */
  async *packets(): AsyncGenerator<
    { packet: EncodedPacket; meta: EncodedVideoChunkMetadata },
    void,
    undefined
  > {
    const [decoderConfig] = this.configs;
    const meta = { decoderConfig: decoderConfig! };
    // Encoders of several machines may differ: then each key frame brings its own parameters, also
    // those of the first segment, to which a player may go back.
    const differ =
      this.codec === 'avc' &&
      this.configs.some(({ description }) => !isSameDescription(description, decoderConfig!.description));
    for (const [index, segment] of this.segments.entries()) {
      using input = open(segment);
      const { description } = this.configs[index]!;
      const units = differ && description ? parameterUnits(description) : null;
      for await (const packet of new EncodedPacketSink(await pictureOf(input)).packets())
        yield {
          packet:
            units && packet.type === 'key'
              ? packet.clone({ data: withParameters(units, packet.data) })
              : packet,
          meta,
        };
    }
  }
}

function open(source: FilmSource): Input {
  return new Input({
    formats: [MP4, WEBM],
    source: typeof source === 'string' ? new UrlSource(source) : new BlobSource(source),
  });
}

async function pictureOf(input: Input): Promise<InputVideoTrack> {
  const track = await input.getPrimaryVideoTrack();
  if (!track) throw new Error('a converted segment has no picture');
  return track;
}

export function noFrame(name: string): PortoonError {
  return new PortoonError(
    'ERR_VIDEO_UNREADABLE',
    `“${name}” has no frame that could be decoded.`,
    'It is cut short or damaged: copy or download it again.',
  );
}
