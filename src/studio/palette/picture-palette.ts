/** Finds the colours of a picture. */

/** Each channel is divided into this many classes, so that a large picture takes no longer. */
const CLASSES = 16;
const ROUNDS = 12;
/** Colours that are closer than this in OKLab are one. */
const ALIKE = 0.07;

type Lab = readonly [lightness: number, a: number, b: number];

interface Cluster {
  readonly centre: Lab;
  readonly weight: number;
}

/**
 * The main colours of a picture, by k-means in OKLab. The same picture always has the same ones.
 * @param rgba - its pixels, sRGB; those that are more than half transparent do not count.
 * @param most - colours, and `least` where the picture has so many. Default 5 to 8.
 * @returns from dark to light, as in `aabbcc-ddeeff`; `none` if there are no pixels.
 */
export function paletteOf(rgba: Uint8ClampedArray, least = 5, most = 8): string {
  const points = countColours(rgba);
  let clusters = cluster(points, seeds(points, most));
  // Colours that nobody tells apart are wasted, down to the least number.
  while (clusters.length > least) {
    const [one, other] = closest(clusters);
    if (distance(clusters[one]!.centre, clusters[other]!.centre) > ALIKE ** 2) break;
    const keep = clusters.filter((_, i) => i !== other).map(({ centre }) => centre);
    clusters = cluster(points, keep);
  }
  const sorted = clusters.map(({ centre }) => centre).sort((a, b) => a[0] - b[0]);
  const colours = [...new Set(sorted.map(toHex))];
  return colours.length > 0 ? colours.join('-') : 'none';
}

/** The mean colour of each class of pixels, and how many they are. */
function countColours(rgba: Uint8ClampedArray): Cluster[] {
  const sums = new Map<number, [red: number, green: number, blue: number, count: number]>();
  for (let i = 0; i < rgba.length; i += 4) {
    const [red, green, blue, alpha] = [rgba[i]!, rgba[i + 1]!, rgba[i + 2]!, rgba[i + 3]!];
    if (alpha < 128) continue;
    const classOf = (channel: number) => Math.floor((channel * CLASSES) / 256);
    const key = (classOf(red) * CLASSES + classOf(green)) * CLASSES + classOf(blue);
    const sum = sums.get(key) ?? [0, 0, 0, 0];
    sums.set(key, [sum[0] + red, sum[1] + green, sum[2] + blue, sum[3] + 1]);
  }
  return [...sums]
    .sort(([a], [b]) => a - b)
    .map(([, [red, green, blue, count]]) => ({
      centre: toLab(red / count / 255, green / count / 255, blue / count / 255),
      weight: count,
    }));
}

/** The commonest colour, and then each time the one that is common and far from those before. */
function seeds(points: readonly Cluster[], most: number): Lab[] {
  const chosen: Lab[] = [];
  while (chosen.length < most) {
    let best: Cluster | null = null;
    let highest = 0;
    for (const point of points) {
      const far = chosen.length > 0 ? Math.min(...chosen.map((lab) => distance(lab, point.centre))) : 1;
      const score = far * Math.sqrt(point.weight);
      if (score > highest) [best, highest] = [point, score];
    }
    if (!best) break;
    chosen.push(best.centre);
  }
  return chosen;
}

/** K-means from these centres; those that no pixel is near are left out. */
function cluster(points: readonly Cluster[], from: readonly Lab[]): Cluster[] {
  let clusters: Cluster[] = from.map((centre) => ({ centre, weight: 0 }));
  for (let round = 0; round < ROUNDS; round++) {
    const sums = clusters.map(() => [0, 0, 0, 0] as [number, number, number, number]);
    for (const { centre, weight } of points) {
      const sum = sums[nearest(centre, clusters)]!;
      for (let c = 0; c < 3; c++) sum[c] = sum[c]! + weight * centre[c]!;
      sum[3] += weight;
    }
    clusters = sums
      .filter(([, , , weight]) => weight > 0)
      .map(([lightness, a, b, weight]) => ({
        centre: [lightness / weight, a / weight, b / weight],
        weight,
      }));
  }
  return clusters;
}

function nearest(lab: Lab, clusters: readonly Cluster[]): number {
  let best = 0;
  for (let i = 1; i < clusters.length; i++)
    if (distance(lab, clusters[i]!.centre) < distance(lab, clusters[best]!.centre)) best = i;
  return best;
}

/** The two clusters that are most alike; the second is the smaller one. */
function closest(clusters: readonly Cluster[]): [number, number] {
  let pair: [number, number] = [0, 1];
  let least = Infinity;
  for (let i = 0; i < clusters.length; i++)
    for (let k = i + 1; k < clusters.length; k++) {
      const apart = distance(clusters[i]!.centre, clusters[k]!.centre);
      if (apart >= least) continue;
      least = apart;
      pair = clusters[i]!.weight < clusters[k]!.weight ? [k, i] : [i, k];
    }
  return pair;
}

/** The square of how far two colours are apart. */
function distance(one: Lab, other: Lab): number {
  return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2;
}

/** OKLab, as Björn Ottosson defines it, from sRGB of 0..1. */
function toLab(red: number, green: number, blue: number): Lab {
  const [r, g, b] = [linear(red), linear(green), linear(blue)];
  const long = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const medium = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const short = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * long + 0.793617785 * medium - 0.0040720468 * short,
    1.9779984951 * long - 2.428592205 * medium + 0.4505937099 * short,
    0.0259040371 * long + 0.7827717662 * medium - 0.808675766 * short,
  ];
}

function toHex([lightness, a, b]: Lab): string {
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short,
  ]
    .map((channel) => Math.round(255 * gamma(Math.min(1, Math.max(0, channel)))))
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}

function gamma(channel: number): number {
  return channel <= 0.0031308 ? 12.92 * channel : 1.055 * channel ** (1 / 2.4) - 0.055;
}
