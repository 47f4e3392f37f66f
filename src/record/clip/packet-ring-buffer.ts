import type { AudioCodec, EncodedPacket, VideoCodec } from 'mediabunny';
import { FilmWriter, type WriterOptions } from '../file/writer.ts';

interface Kept<Meta> {
  packet: EncodedPacket;
  meta: Meta | undefined;
}

/** The last seconds of a film as its packets: a hundredth of what its pictures would take. */
export class PacketRingBuffer {
  private pictures: Kept<EncodedVideoChunkMetadata>[] = [];
  private sounds: Kept<EncodedAudioChunkMetadata>[] = [];
  /** What a decoder must know comes with the first packet only. */
  private pictureMeta: EncodedVideoChunkMetadata | undefined;
  private soundMeta: EncodedAudioChunkMetadata | undefined;

  constructor(
    /** Seconds to keep at least; what is kept begins with a key frame. */
    private readonly seconds: number,
  ) {}

  addPicture(packet: EncodedPacket, meta: EncodedVideoChunkMetadata | undefined): void {
    if (meta?.decoderConfig) this.pictureMeta = meta;
    this.pictures.push({ packet, meta });
    if (packet.type === 'key') this.trim(packet.timestamp - this.seconds);
  }

  addSound(packet: EncodedPacket, meta: EncodedAudioChunkMetadata | undefined): void {
    if (meta?.decoderConfig) this.soundMeta = meta;
    this.sounds.push({ packet, meta });
  }

  /**
   * Writes what is kept as a film that begins with zero.
   * @returns whether there was anything to write.
   */
  async write(
    options: Pick<WriterOptions, 'container' | 'sink'>,
    video: VideoCodec,
    audio: AudioCodec | null,
    alpha: boolean,
  ): Promise<boolean> {
    // What comes while this is written is not in it.
    const pictures = [...this.pictures];
    const first = pictures[0];
    if (!first) return false;
    const from = first.packet.timestamp;
    const sounds = this.sounds.filter(({ packet }) => packet.timestamp >= from);
    const writer = await FilmWriter.open({
      ...options,
      video: { copied: video, alpha },
      ...(audio && sounds.length > 0 ? { audio: { copied: audio } } : {}),
      fragmented: false,
    });
    try {
      let sounded = 0;
      for (const [index, { packet, meta }] of pictures.entries()) {
        await writer.addPicturePacket(
          packet.clone({ timestamp: packet.timestamp - from }),
          index === 0 ? this.pictureMeta : meta,
        );
        for (; sounds[sounded] && sounds[sounded]!.packet.timestamp <= packet.timestamp; sounded++) {
          const { packet: sound, meta: soundMeta } = sounds[sounded]!;
          await writer.addSoundPacket(
            sound.clone({ timestamp: sound.timestamp - from }),
            sounded === 0 ? this.soundMeta : soundMeta,
          );
        }
      }
      await writer.finish();
    } catch (error) {
      await writer.cancel();
      throw error;
    }
    return true;
  }

  private trim(before: number): void {
    const start = this.pictures.findLastIndex(
      ({ packet }) => packet.type === 'key' && packet.timestamp <= before,
    );
    if (start <= 0) return;
    this.pictures = this.pictures.slice(start);
    const from = this.pictures[0]!.packet.timestamp;
    this.sounds = this.sounds.filter(({ packet }) => packet.timestamp >= from);
  }
}
