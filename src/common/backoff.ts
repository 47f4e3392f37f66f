/** How the pauses between attempts grow. */
export interface Backoff {
  /** Milliseconds. */
  readonly first: number;
  readonly longest: number;
  /** How many times as long each pause is as the one before. */
  readonly growth: number;
  /** Share of a pause that is random, so that not all come back at the same time: 0 to 1. */
  readonly random: number;
}

const USUAL: Backoff = { first: 500, longest: 30_000, growth: 1.3, random: 0.4 };

/**
 * How long to wait before the next attempt.
 * @param failures - in a row before this one.
 * @param backoff - default: from half a second to half a minute, in small steps.
 * @param chance - 0 to 1; 0.5 gives the pause without chance.
 * @returns milliseconds.
 */
export function pauseAfter(
  failures: number,
  { first, longest, growth, random } = USUAL,
  chance = Math.random(),
): number {
  return Math.min(longest, first * growth ** failures) * (1 + random * (chance - 0.5));
}
