/** How often a level is looked at: soon enough for the eye, a fraction of the frames. */
export const SPEECH_CHECK_MS = 200;
/** The level of a quiet room, in decibels of full scale. Anything below it counts as silence. */
const FLOOR_DB = -60;
/** A voice is louder than this, a room behind noise suppression is not: -40 dB. */
const VOICE = 1 / 3;
/** Between two words nobody has stopped speaking. */
const PAUSE_MS = 700;

/** How loud an amplitude (0..1) is to the ear: 0 (silence) .. 1 (as loud as it gets). */
export function loudness(amplitude: number): number {
  const decibels = 20 * Math.log10(amplitude + 1e-6);
  return Math.min(1, Math.max(0, 1 - decibels / FLOOR_DB));
}

/** Finds out from sound levels whether somebody speaks. */
export class Speech {
  private until = -Infinity;

  /**
   * @param level - 0..1 as `loudness` gives it; null where it is not known.
   * @param now - milliseconds of any clock that does not go back.
   */
  hear(level: number | null, now: number): boolean {
    if ((level ?? 0) > VOICE) this.until = now + PAUSE_MS;
    return now < this.until;
  }
}
