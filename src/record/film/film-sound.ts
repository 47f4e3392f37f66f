import { AudioSampleSink, EncodedPacketSink, type AudioCodec, type InputAudioTrack } from 'mediabunny';
import { nameOfCodec } from './codec-names.ts';
import { readRanges, WHOLE_TRACK, type EditSpan } from './edit-spans.ts';

/** One sound track of a film. */
export class FilmSound {
  private constructor(
    private readonly track: InputAudioTrack,
    /** Null for an unsupported codec. */
    readonly codec: AudioCodec | null,
    /** Null where the browser cannot decode it. */
    readonly decoded: { readonly channels: number; readonly rate: number } | null,
    private readonly editSpans: readonly EditSpan[],
  ) {}

  /** @param editSpans - those that are played. */
  static async open(track: InputAudioTrack, editSpans: readonly EditSpan[]): Promise<FilmSound> {
    const codec = await track.getCodec();
    const canDecode = codec !== null && (await track.canDecode());
    const decoded = canDecode
      ? { channels: await track.getNumberOfChannels(), rate: await track.getSampleRate() }
      : null;
    return new FilmSound(track, codec, decoded, editSpans);
  }

  /** What people call its codec. */
  get name(): string {
    return this.codec === null ? 'of a kind unknown here' : nameOfCodec(this.codec);
  }

  /**
   * Whether its packets can be copied. If an edit list cuts within the track, the cuts would be in
   * the middle of packets.
   */
  get isWhole(): boolean {
    return this.editSpans === WHOLE_TRACK || this.editSpans.length === 1;
  }

  getFirstTimestamp(): Promise<number> {
    return this.track.getFirstTimestamp();
  }

  /**
   * Its packets, their time counted from `from`. Only where it is whole.
   * @param from - seconds on the film's clock, as `to`.
   */
  async *packets(from: number, to: number) {
    const sink = new EncodedPacketSink(this.track);
    const decoderConfig = await this.track.getDecoderConfig();
    for (const cut of readRanges(this.editSpans, from, to)) {
      const first = (await sink.getKeyPacket(cut.from)) ?? (await sink.getFirstKeyPacket());
      if (!first) return;
      // To decode the first packet, a decoder needs the one before it.
      const before = await sink.getKeyPacket(first.timestamp - 1e-6);
      for await (const packet of sink.packets(before ?? first)) {
        if (packet.timestamp >= cut.to) return;
        yield {
          packet: packet.clone({ timestamp: packet.timestamp + cut.shift }),
          meta: decoderConfig ? { decoderConfig } : {},
        };
      }
    }
  }

  /** The sound itself, cut exactly and timed from `from`. The caller closes each piece. */
  async *pieces(from: number, to: number) {
    for (const cut of readRanges(this.editSpans, from, to)) {
      for await (const sample of new AudioSampleSink(this.track).samples(cut.from, cut.to)) {
        const { sampleRate: rate, numberOfFrames, timestamp } = sample;
        const first = Math.max(0, Math.round((cut.from - timestamp) * rate));
        const last = Math.min(numberOfFrames, Math.round((cut.to - timestamp) * rate));
        if (first >= last) {
          sample.close();
          continue;
        }
        let piece = sample;
        if (first > 0 || last < numberOfFrames) {
          piece = sample.trim(first, last);
          sample.close();
        }
        piece.setTimestamp(piece.timestamp + cut.shift);
        yield piece;
      }
    }
  }
}
