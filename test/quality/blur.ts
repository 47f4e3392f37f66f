import { emptyPlanes, type Planes } from './planes.ts';

/** Blurs each channel with a Gaussian. Beyond the border the outermost pixels are repeated. */
export function blur(planes: Planes, sigma: number): Planes {
  return convolve(planes, gaussian(sigma));
}

/** Weights from the middle outwards. In their sum of 1 the middle counts once, the others twice. */
function gaussian(sigma: number): Float64Array {
  const reach = Math.max(1, Math.ceil(3 * sigma));
  const weights = Float64Array.from({ length: reach + 1 }, (_, n) => Math.exp(-0.5 * (n / sigma) ** 2));
  const sum = weights.reduce((total, weight, n) => total + (n === 0 ? 1 : 2) * weight, 0);
  return weights.map((weight) => weight / sum);
}

function convolve({ channels, width, height, data }: Planes, weights: Float64Array): Planes {
  const across = emptyPlanes(channels, width, height);
  const result = emptyPlanes(channels, width, height);
  const reach = weights.length - 1;
  for (let row = 0; row < channels * height; row++)
    for (let x = 0, from = row * width; x < width; x++) {
      let sum = weights[0]! * data[from + x]!;
      for (let n = 1; n <= reach; n++)
        sum += weights[n]! * (data[from + Math.max(0, x - n)]! + data[from + Math.min(width - 1, x + n)]!);
      across.data[from + x] = sum;
    }
  for (let row = 0; row < channels * height; row++) {
    const y = row % height;
    for (let n = -reach; n <= reach; n++) {
      const other = (row - y + Math.min(height - 1, Math.max(0, y + n))) * width;
      const weight = weights[Math.abs(n)]!;
      for (let x = 0; x < width; x++)
        result.data[row * width + x] = result.data[row * width + x]! + weight * across.data[other + x]!;
    }
  }
  return result;
}
