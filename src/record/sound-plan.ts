import { canEncodeAudio, type AudioCodec } from 'mediabunny';
import type { FilmReader } from './film-reader.ts';
import type { CopiedTrack, EncodedSound, FilmWriter } from './writer.ts';

/** What becomes of a film's sound. */
export interface SoundPlan {
  /** For the writer; null where there will be none. */
  readonly track: CopiedTrack<AudioCodec> | EncodedSound | null;
  readonly codec: AudioCodec | null;
  readonly copied: boolean;
  readonly warnings: readonly string[];
  /**
   * Writes it.
   * @param reach - awaited before sound of a moment (seconds) is written.
   */
  write(
    writer: FilmWriter,
    from: number,
    to: number,
    reach: (seconds: number) => Promise<void>,
  ): Promise<void>;
}

/** No sound. */
export const silence: SoundPlan = {
  track: null,
  codec: null,
  copied: false,
  warnings: [],
  write: () => Promise.resolve(),
};
const AAC_RATES = new Set([
  8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000,
]);
/** What nearly every encoder takes. */
const STEREO = { channels: 2, rate: 48_000 };

/**
 * Copies the sound where the container allows it, else encodes it again: with all channels where
 * the encoder takes them, else in stereo.
 */
export async function planSound(reader: FilmReader, container: 'mp4' | 'webm'): Promise<SoundPlan> {
  if (reader.info.audio === null) return silence;
  const copied = await reader.copyable(container);
  if (copied)
    return {
      track: { copied },
      codec: copied,
      copied: true,
      warnings: [],
      async write(writer, from, to, reach) {
        for await (const { packet, meta } of reader.packets(from, to)) {
          await reach(packet.timestamp);
          await writer.addSoundPacket(packet, meta);
        }
      },
    };
  const sound = await reader.decodableSound();
  if (!sound)
    return {
      ...silence,
      warnings: [
        `The sound is ${reader.info.audio}, which this browser cannot decode: the new film is silent.`,
      ],
    };
  const codec = container === 'mp4' ? 'aac' : 'opus';
  const kept = codec === 'aac' ? fitsAac(sound) : await canEncodeAudio(codec, numbers(sound));
  const { channels, rate } = kept ? sound : STEREO;
  return {
    track: { codec, bitrate: 64_000 * Math.max(2, channels), channels, rate },
    codec,
    copied: false,
    warnings: channels < sound.channels ? [`The sound's ${sound.channels} channels became ${channels}.`] : [],
    async write(writer, from, to, reach) {
      for await (const piece of reader.sound(from, to)) {
        try {
          await reach(piece.timestamp);
        } catch (error) {
          piece.close();
          throw error;
        }
        await writer.addSound(piece);
      }
    },
  };
}

/** What the encoder that comes along takes. */
function fitsAac({ channels, rate }: { channels: number; rate: number }): boolean {
  return channels <= 8 && AAC_RATES.has(rate);
}

function numbers({ channels, rate }: { channels: number; rate: number }) {
  return { numberOfChannels: channels, sampleRate: rate };
}
