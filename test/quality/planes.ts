/** A picture or a map as nets take it, [C,H,W]; values 0..1 unless told otherwise. */
export interface Planes {
  readonly channels: number;
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

/** [width, height] in pixels. */
export type Size = readonly [width: number, height: number];

/** Zeros, to be filled. */
export function emptyPlanes(channels: number, width: number, height: number): Planes {
  return { channels, width, height, data: new Float32Array(channels * width * height) };
}

/** RGBA bytes, opaque, of a picture [3,H,W], 0..1. */
export function toRgba({ data, width, height }: Planes): Uint8ClampedArray<ArrayBuffer> {
  const pixels = width * height;
  const rgba = new Uint8ClampedArray(4 * pixels).fill(255);
  for (let channel = 0; channel < 3; channel++)
    for (let i = 0; i < pixels; i++) rgba[4 * i + channel] = 255 * data[channel * pixels + i]!;
  return rgba;
}

/** A picture [3,H,W], 0..1, of RGBA bytes, whose alpha is left out. */
export function fromRgba(rgba: Uint8Array, [width, height]: Size): Planes {
  const planes = emptyPlanes(3, width, height);
  const pixels = width * height;
  for (let channel = 0; channel < 3; channel++)
    for (let i = 0; i < pixels; i++) planes.data[channel * pixels + i] = rgba[4 * i + channel]! / 255;
  return planes;
}

/** Mean absolute difference of two pictures of one size. */
export function meanDifference(a: Planes, b: Planes): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += Math.abs(a.data[i]! - b.data[i]!);
  return sum / a.data.length;
}

/** `height` rows, beginning with row `top`. */
export function rows(planes: Planes, top: number, height: number): Planes {
  return crop(planes, { left: 0, top, width: planes.width, height });
}

/** A rectangle in whole pixels. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Crops to a rectangle, which must lie within the planes. */
export function crop(planes: Planes, { left, top, width, height }: Rectangle): Planes {
  const part = emptyPlanes(planes.channels, width, height);
  for (let row = 0; row < planes.channels * height; row++) {
    const channel = Math.floor(row / height);
    const from = (channel * planes.height + top + (row % height)) * planes.width + left;
    part.data.set(planes.data.subarray(from, from + width), row * width);
  }
  return part;
}

/** `planes` at `size`: shrunk by averaging over each pixel's whole area, enlarged bilinearly. */
export function resize(planes: Planes, [width, height]: Size): Planes {
  const columns = width <= planes.width ? averaging(planes.width, width) : bilinear(planes.width, width);
  const lines = height <= planes.height ? averaging(planes.height, height) : bilinear(planes.height, height);
  const narrow = emptyPlanes(planes.channels, width, planes.height);
  for (let row = 0; row < planes.channels * planes.height; row++)
    for (let x = 0; x < width; x++) {
      const { from, weights } = columns[x]!;
      let sum = 0;
      for (let i = 0; i < weights.length; i++)
        sum += weights[i]! * planes.data[row * planes.width + from + i]!;
      narrow.data[row * width + x] = sum;
    }
  const result = emptyPlanes(planes.channels, width, height);
  for (let channel = 0; channel < planes.channels; channel++)
    for (let y = 0; y < height; y++) {
      const { from, weights } = lines[y]!;
      const to = (channel * height + y) * width;
      for (let i = 0; i < weights.length; i++) {
        const source = (channel * planes.height + from + i) * width;
        for (let x = 0; x < width; x++)
          result.data[to + x] = result.data[to + x]! + weights[i]! * narrow.data[source + x]!;
      }
    }
  return result;
}

/**
 * One destination pixel as a weighted sum of source pixels from `from` on; the weights add up to 1.
 */
interface Taps {
  from: number;
  weights: number[];
}

function averaging(source: number, target: number): Taps[] {
  const step = source / target;
  return Array.from({ length: target }, (_, i) => {
    const begin = i * step;
    const end = begin + step;
    const from = Math.floor(begin);
    const count = Math.min(source, Math.ceil(end - 1e-9)) - from;
    const overlap = (pixel: number) => Math.min(end, pixel + 1) - Math.max(begin, pixel);
    return { from, weights: Array.from({ length: count }, (_, n) => overlap(from + n) / step) };
  });
}

function bilinear(source: number, target: number): Taps[] {
  return Array.from({ length: target }, (_, i) => {
    const at = Math.min(source - 1, Math.max(0, ((i + 0.5) * source) / target - 0.5));
    const from = Math.min(Math.floor(at), Math.max(0, source - 2));
    return { from, weights: source === 1 ? [1] : [1 - (at - from), at - from] };
  });
}
