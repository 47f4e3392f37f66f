import { canEncodeAudio, type AudioCodec } from 'mediabunny';
import type { FilmSound } from '../film/film-sound.ts';
import type { CopiedTrack, EncodedSound, FilmWriter } from '../file/writer.ts';

/** What becomes of a film's sound. */
export interface SoundPlan {
  /** What the writer gets; null for no sound. */
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
/** The one that all players of a container know. */
const BEST = { mp4: 'aac', webm: 'opus' } as const;
/** What a container takes as well, where there is no other way. */
const CARRIED: Readonly<Record<'mp4' | 'webm', readonly AudioCodec[]>> = {
  mp4: ['opus', 'mp3', 'flac', 'ac3', 'eac3'],
  webm: ['vorbis'],
};
const ORDINALS = ['first', 'second', 'third', 'fourth'];

/**
 * Takes the first sound that all players of the container will play: as it is, or encoded again.
 * Where there is none, one is copied that the container can at least carry.
 * @param sounds - in the order in which they are preferred.
 */
export async function planSound(sounds: readonly FilmSound[], container: 'mp4' | 'webm'): Promise<SoundPlan> {
  if (sounds.length === 0) return silence;
  const best = BEST[container];
  const good = sounds.find(({ codec, isWhole, decoded }) => (codec === best && isWhole) || decoded);
  const carried = CARRIED[container];
  const taken = good ?? sounds.find(({ codec, isWhole }) => isWhole && codec && carried.includes(codec));
  if (!taken) {
    const names = [...new Set(sounds.map(({ name }) => name))].join(', ');
    return {
      ...silence,
      warnings: [`The sound is ${names}, which this browser cannot decode: the new film is silent.`],
    };
  }
  const warnings = sounds.length > 1 ? [whichOf(sounds, taken)] : [];
  if (!good)
    warnings.push(
      `The sound is ${taken.name}, which this browser cannot decode: it goes over as it is, and not every player will play it.`,
    );
  const { codec, decoded } = taken;
  if (codec && ((codec === best && taken.isWhole) || !decoded)) return copy(taken, codec, warnings);
  return encode(taken, decoded ?? STEREO, best, warnings);
}

function whichOf(sounds: readonly FilmSound[], taken: FilmSound): string {
  const index = sounds.indexOf(taken);
  const skipped = [...new Set(sounds.slice(0, index).map(({ name }) => name))].join(', ');
  const why = skipped === '' ? '' : `, because this browser cannot decode ${skipped}`;
  return `The film has ${sounds.length} sound tracks; the ${ORDINALS[index] ?? `${index + 1}th`} one (${taken.name}) goes over${why}.`;
}

function copy(sound: FilmSound, copied: AudioCodec, warnings: readonly string[]): SoundPlan {
  return {
    track: { copied },
    codec: copied,
    copied: true,
    warnings,
    async write(writer, from, to, reach) {
      for await (const { packet, meta } of sound.packets(from, to)) {
        await reach(packet.timestamp);
        await writer.addSoundPacket(packet, meta);
      }
    },
  };
}

/** Encodes with all channels if the encoder accepts them, otherwise in stereo. */
async function encode(
  sound: FilmSound,
  given: { channels: number; rate: number },
  codec: 'aac' | 'opus',
  warnings: readonly string[],
): Promise<SoundPlan> {
  const kept = codec === 'aac' ? fitsAac(given) : await canEncodeAudio(codec, numbers(given));
  const { channels, rate } = kept ? given : STEREO;
  return {
    track: { codec, bitrate: 64_000 * Math.max(2, channels), channels, rate },
    codec,
    copied: false,
    warnings: [
      ...warnings,
      ...(channels < given.channels ? [`The sound's ${given.channels} channels became ${channels}.`] : []),
    ],
    async write(writer, from, to, reach) {
      for await (const piece of sound.pieces(from, to)) {
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
