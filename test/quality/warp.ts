import type { Planes, Size } from './planes.ts';

/** A place in pixels: whole numbers are pixel centres. */
export type Place = [x: number, y: number];

/** A motion for which the place of each point of a still picture is known at all times. */
export interface KnownMotion {
  /** Which place of the still picture is seen at a place of frame `t`. */
  seen(t: number, place: Place): Place;
  /** Where in frame `t` a place of the still picture is seen: the inverse of `seen`. */
  where(t: number, place: Place): Place;
}

/**
 * For each pixel of frame `t + 1`, where the same place was in frame `t`: x and y in turn, NaN
 * where it was out of sight.
 */
export function flow(motion: KnownMotion, t: number, [width, height]: Size): Float32Array {
  const places = new Float32Array(2 * width * height);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i += 2) {
      const [u, v] = motion.where(t, motion.seen(t + 1, [x, y]));
      const visible = u >= 0 && v >= 0 && u <= width - 1 && v <= height - 1;
      places[i] = visible ? u : NaN;
      places[i + 1] = visible ? v : NaN;
    }
  return places;
}

/**
 * Mean absolute difference between frame `t + 1` and frame `t` carried along the flow, over what is
 * visible in both (after the warping error of Lai et al. 2018, "Learning Blind Video Temporal
 * Consistency", with the flow known instead of estimated).
 */
export function carriedChange(before: Planes, after: Planes, places: Float32Array): number {
  const pixels = after.width * after.height;
  let sum = 0;
  let count = 0;
  for (let i = 0; i < pixels; i++) {
    const place: Place = [places[2 * i]!, places[2 * i + 1]!];
    if (Number.isNaN(place[0])) continue;
    for (let channel = 0; channel < after.channels; channel++)
      sum += Math.abs(after.data[channel * pixels + i]! - sample(before, channel, place));
    count += after.channels;
  }
  return sum / count;
}

/** The value of a channel at a place, bilinear; beyond the border its last pixels go on. */
export function sample({ width, height, data }: Planes, channel: number, [x, y]: Place): number {
  const u = Math.min(width - 1, Math.max(0, x));
  const v = Math.min(height - 1, Math.max(0, y));
  const left = Math.min(Math.floor(u), width - 2);
  const top = Math.min(Math.floor(v), height - 2);
  const i = (channel * height + top) * width + left;
  const a = u - left;
  const b = v - top;
  return (
    (data[i]! * (1 - a) + data[i + 1]! * a) * (1 - b) +
    (data[i + width]! * (1 - a) + data[i + width + 1]! * a) * b
  );
}
