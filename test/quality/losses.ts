import type { Planes } from './planes.ts';

/** Mean absolute difference of two pictures of one size. */
export function meanDifference(a: Planes, b: Planes): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += Math.abs(a.data[i]! - b.data[i]!);
  return sum / a.data.length;
}

/**
 * Content and style loss (Gatys et al. 2016) of a picture against its target, from the feature maps
 * of both, shallow to deep. Content: the squared difference of the deepest maps, divided by the
 * target's energy there. Style: for each map the squared difference of the Gram matrices, divided
 * by the target's own, summed up. Both are 0 for equal pictures and about 1 (for each map) for
 * unlike ones.
 */
export function perceptualLosses(got: readonly Planes[], wanted: readonly Planes[]) {
  const deepest = wanted.length - 1;
  return {
    content: relativeSquares(got[deepest]!.data, wanted[deepest]!.data),
    style: wanted.reduce((sum, map, n) => sum + relativeSquares(gram(got[n]!), gram(map)), 0),
  };
}

function relativeSquares(got: Float32Array, wanted: Float32Array): number {
  let difference = 0;
  let energy = 0;
  for (let i = 0; i < wanted.length; i++) {
    difference += (got[i]! - wanted[i]!) ** 2;
    energy += wanted[i]! ** 2;
  }
  return difference / energy;
}

/**
 * The Gram matrix of the channels: [C,C], the mean over all pixels of the product of two channels.
 */
export function gram({ channels, width, height, data }: Planes): Float32Array {
  const pixels = width * height;
  const matrix = new Float32Array(channels * channels);
  for (let a = 0; a < channels; a++)
    for (let b = a; b < channels; b++) {
      let sum = 0;
      for (let i = 0, p = a * pixels, q = b * pixels; i < pixels; i++) sum += data[p + i]! * data[q + i]!;
      matrix[a * channels + b] = matrix[b * channels + a] = sum / pixels;
    }
  return matrix;
}
