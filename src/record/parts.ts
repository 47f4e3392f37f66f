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
import type { FilmSource } from './convert-protocol.ts';
import { isSameDescription, parameterUnits, withParameters } from './parameter-sets.ts';

/** The pictures of several films, one after the other, as they are encoded. */
export class JoinedParts {
  private constructor(
    readonly codec: VideoCodec,
    private readonly parts: readonly FilmSource[],
    private readonly configs: readonly VideoDecoderConfig[],
  ) {}

  /** @param parts - films of one codec, at least one; each begins when the one before has ended. */
  static async open(parts: readonly FilmSource[]): Promise<JoinedParts> {
    const configs: VideoDecoderConfig[] = [];
    const codecs = new Set<VideoCodec>();
    for (const part of parts) {
      using input = open(part);
      const track = await pictureOf(input);
      const [codec, config] = [await track.getCodec(), await track.getDecoderConfig()];
      if (!codec || !config) throw new Error('a converted part is of a kind unknown here');
      codecs.add(codec);
      configs.push(config);
    }
    const [codec, ...others] = [...codecs];
    if (!codec || others.length > 0)
      throw new Error(`the converted parts are ${[...codecs].join(', ')}, which do not go into one film`);
    return new JoinedParts(codec, parts, configs);
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
    // those of the first part, to which a player may go back.
    const differ =
      this.codec === 'avc' &&
      this.configs.some(({ description }) => !isSameDescription(description, decoderConfig!.description));
    for (const [index, part] of this.parts.entries()) {
      using input = open(part);
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
  if (!track) throw new Error('a converted part has no picture');
  return track;
}
