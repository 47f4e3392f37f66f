/** A frame up to this late, in frames, is in time for its moment: cameras are not exact. */
const LATE = 0.25;

/**
 * The first moment of a constant rate at which a frame is shown.
 * @param seconds - when the frame comes.
 * @param rate - frames a second.
 * @returns the moment, counted in frames of the rate.
 */
export function momentOf(seconds: number, rate: number): number {
  return Math.ceil(seconds * rate - LATE);
}
