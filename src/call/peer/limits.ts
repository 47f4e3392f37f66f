/** What one outgoing picture may cost. */
export interface VideoLimits {
  /** Bits a second. */
  maxBitrate: number;
  /**
   * Pixels of the shorter side, so that a phone held upright sends as many as one held across. A
   * larger picture is scaled down before it is encoded.
   */
  maxShortSide: number;
  /** Keep the picture's size: under load the encoder drops frames instead. */
  keepsSize?: boolean;
}

/**
 * What to send to each of `others` people. Each gets less the more they are, because a mesh sends
 * the picture once to everybody.
 * @param others - 1 to 5.
 * @param shortSide - the picture's shorter side, in pixels.
 */
export function videoLimits(others: number, shortSide: number): VideoLimits {
  const maxShortSide = others <= 1 ? 720 : others <= 3 ? 480 : 360;
  const side = Math.min(maxShortSide, shortSide);
  // Half the area needs more than half the bits; 720 pixels are sent at 1.8 Mbit/s.
  const maxBitrate = Math.round(1_800_000 * (side / 720) ** 1.5);
  return { maxBitrate: Math.max(150_000, maxBitrate), maxShortSide };
}
