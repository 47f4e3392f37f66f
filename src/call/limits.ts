/** What one outgoing picture may cost. */
export interface VideoLimits {
  /** Bits a second. */
  maxBitrate: number;
  /** Lines; a taller picture is scaled down before it is encoded. */
  maxHeight: number;
  /** Keep the picture's size: under load the encoder drops frames instead. */
  keepsSize?: boolean;
}

/**
 * What to send to each of `others` people. Each gets less the more they are, because a mesh sends
 * the picture once to everybody.
 * @param others - 1 to 5.
 * @param height - of the picture, in lines.
 */
export function videoLimits(others: number, height: number): VideoLimits {
  const maxHeight = others <= 1 ? 720 : others <= 3 ? 480 : 360;
  const lines = Math.min(maxHeight, height);
  // Half the area needs more than half the bits; 720 lines are sent at 1.8 Mbit/s.
  const maxBitrate = Math.round(1_800_000 * (lines / 720) ** 1.5);
  return { maxBitrate: Math.max(150_000, maxBitrate), maxHeight };
}
