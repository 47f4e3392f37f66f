/** What one outgoing picture may cost. */
export interface VideoLimits {
  /** Bits a second. */
  maxBitrate: number;
  /** Lines; a taller picture is scaled down before it is encoded. */
  maxHeight: number;
  /** Whether the encoder must leave the size alone, and lets frames go where it has too much to do. */
  keepsSize?: boolean;
}

/**
 * What to send to each of `others` people: a mesh sends the picture once to each, so each gets less.
 * @param others - 1..5.
 * @param height - of the picture as it is, in lines.
 */
export function videoLimits(others: number, height: number): VideoLimits {
  const maxHeight = others <= 1 ? 720 : others <= 3 ? 480 : 360;
  const lines = Math.min(maxHeight, height);
  // Half the area needs more than half the bits; 720 lines are sent at 1.8 Mbit/s.
  const maxBitrate = Math.round(1_800_000 * (lines / 720) ** 1.5);
  return { maxBitrate: Math.max(150_000, maxBitrate), maxHeight };
}
