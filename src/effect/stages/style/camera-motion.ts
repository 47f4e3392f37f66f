import type { Size } from '../../../common/size.ts';

/**
 * A turn, zoom and shift of the plane: a place [x, y] goes to
 * [cos * x - sin * y + right, sin * x + cos * y + down].
 */
export interface Similarity {
  readonly cos: number;
  readonly sin: number;
  readonly right: number;
  readonly down: number;
}

export const STILL: Similarity = { cos: 1, sin: 0, right: 0, down: 0 };

/** The similarity that does first `first`, then `next`. */
export function chained(first: Similarity, next: Similarity): Similarity {
  return {
    cos: next.cos * first.cos - next.sin * first.sin,
    sin: next.sin * first.cos + next.cos * first.sin,
    right: next.cos * first.right - next.sin * first.down + next.right,
    down: next.sin * first.right + next.cos * first.down + next.down,
  };
}

function inverse({ cos, sin, right, down }: Similarity): Similarity {
  const square = cos * cos + sin * sin;
  const [c, s] = [cos / square, -sin / square];
  return { cos: c, sin: s, right: s * down - c * right, down: -s * right - c * down };
}

/** One size of a picture: grey values 0..1, [H,W]. */
interface Level {
  readonly width: number;
  readonly height: number;
  readonly grey: Float32Array;
}

/** A picture in grey, and at a half and a quarter of its size. */
export type GreyPyramid = readonly Level[];

const LEVELS = 3;

/** @param size - of the pictures that it is for; best multiples of 4. */
export function createPyramid([width, height]: Size): GreyPyramid {
  return Array.from({ length: LEVELS }, (_, level) => {
    const [across, down] = [width >> level, height >> level];
    return { width: across, height: down, grey: new Float32Array(across * down) };
  });
}

/** @param planes - [3,H,W], 0..1, of the pyramid's size. */
export function fillPyramid(pyramid: GreyPyramid, planes: Float32Array): void {
  const { grey } = pyramid[0]!;
  const pixels = grey.length;
  for (let i = 0; i < pixels; i++)
    grey[i] = 0.299 * planes[i]! + 0.587 * planes[i + pixels]! + 0.114 * planes[i + 2 * pixels]!;
  for (let level = 1; level < LEVELS; level++) halve(pyramid[level - 1]!, pyramid[level]!);
}

function halve({ width, grey }: Level, { width: half, height: lines, grey: smaller }: Level): void {
  for (let y = 0, i = 0; y < lines; y++)
    for (let x = 0; x < half; x++, i++) {
      const at = 2 * (y * width + x);
      smaller[i] = (grey[at]! + grey[at + 1]! + grey[at + width]! + grey[at + width + 1]!) / 4;
    }
}

/** Steps of the search at each size, at most. */
const STEPS = 6;
/** A step that moves every corner by fewer pixels than this is the last one. */
const SMALL_STEP = 0.01;
/**
 * A pixel belongs to something that moves by itself if its grey differs by more than this many
 * times the median difference. The limit stays within the bounds below.
 */
const OUTLIER = 4;
const MIN_OUTLIER = 0.02;
const MAX_OUTLIER = 0.06;
/** Smaller changes of grey from pixel to pixel say nothing about motion. */
const FLAT = 0.02;
/** Differences are counted in classes of this width, in grey. */
const CLASS = 1 / 256;
/** The search has failed where pixels differ by more than this in the mean. */
const TOO_DIFFERENT = 0.05;
/** Numbers that are looked for: those of a similarity, and how much lighter the picture became. */
const UNKNOWNS = 5;

/**
 * Finds how the camera has moved, even if people move in front of it: by the method of Lucas and
 * Kanade (1981), from small to large (Bergen et al. 1992), in which pixels that do not fit count
 * less.
 * @param before, now - of the same size.
 * @returns where the places of `now` were in `before`, in pixels of the largest size from the
 *   picture's centre; null where it can't be found, as after a cut.
 */
export function cameraMotion(before: GreyPyramid, now: GreyPyramid): Similarity | null {
  let motion = STILL;
  let lighter = 0;
  let outlier = MAX_OUTLIER;
  for (let level = LEVELS - 1; level >= 0; level--) {
    const scale = 2 ** level;
    let here: Similarity = { ...motion, right: motion.right / scale, down: motion.down / scale };
    for (let step = 0; step < STEPS; step++) {
      const found = leastSquares(before[level]!, now[level]!, here, { lighter, outlier });
      if (!found) return null;
      const [grow, turn, right, down, light] = found.solution as [number, number, number, number, number];
      lighter += light;
      outlier = Math.min(MAX_OUTLIER, Math.max(MIN_OUTLIER, OUTLIER * found.median));
      const change = { cos: 1 + grow, sin: turn, right, down };
      here = chained(inverse(change), here);
      if (level === 0 && found.difference > TOO_DIFFERENT) return null;
      const { width, height } = now[level]!;
      if (farthest(change, [width, height]) < SMALL_STEP) break;
    }
    motion = { ...here, right: here.right * scale, down: here.down * scale };
  }
  return motion;
}

/** How far a similarity moves the corner that it moves farthest. */
export function farthest({ cos, sin, right, down }: Similarity, [width, height]: Size): number {
  return Math.hypot(right, down) + Math.hypot(cos - 1, sin) * Math.hypot(width / 2, height / 2);
}

/** One step of the search: which small similarity of `now` explains what still differs. */
function leastSquares(
  before: Level,
  { width, height, grey }: Level,
  { cos, sin, right, down }: Similarity,
  { lighter, outlier }: { lighter: number; outlier: number },
): { solution: number[]; difference: number; median: number } | null {
  const sums = new Float64Array(UNKNOWNS * (UNKNOWNS + 1));
  const row = new Float64Array(UNKNOWNS + 1);
  const [centreX, centreY] = [(width - 1) / 2, (height - 1) / 2];
  const classes = new Uint32Array(64);
  let [count, differences] = [0, 0];
  for (let line = 1; line < height - 1; line++) {
    const y = line - centreY;
    for (let column = 1; column < width - 1; column++) {
      const x = column - centreX;
      const fromX = cos * x - sin * y + right + centreX;
      const fromY = sin * x + cos * y + down + centreY;
      const left = Math.floor(fromX);
      const top = Math.floor(fromY);
      if (left < 0 || top < 0 || left >= width - 1 || top >= height - 1) continue;
      const i = line * width + column;
      const gradientX = 0.5 * (grey[i + 1]! - grey[i - 1]!);
      const gradientY = 0.5 * (grey[i + width]! - grey[i - width]!);
      const [across, along] = [fromX - left, fromY - top];
      const at = top * width + left;
      const above = before.grey[at]! + across * (before.grey[at + 1]! - before.grey[at]!);
      const below =
        before.grey[at + width]! + across * (before.grey[at + width + 1]! - before.grey[at + width]!);
      const difference = above + along * (below - above) + lighter - grey[i]!;
      const fit = 1 / (1 + (difference / outlier) ** 2);
      count++;
      const size = Math.abs(difference);
      differences += Math.min(size, 4 * MAX_OUTLIER);
      // Flat areas are left out, because they fit anywhere.
      if (Math.abs(gradientX) + Math.abs(gradientY) > FLAT)
        classes[Math.min(63, Math.floor(size / CLASS))]!++;
      row[0] = gradientX * x + gradientY * y;
      row[1] = gradientY * x - gradientX * y;
      row[2] = gradientX;
      row[3] = gradientY;
      row[4] = -1;
      row[5] = difference;
      const weight = fit * fit;
      for (let a = 0, n = 0; a < UNKNOWNS; a++) {
        const weighted = weight * row[a]!;
        n = a * (UNKNOWNS + 1) + a;
        for (let b = a; b <= UNKNOWNS; b++) sums[n++]! += weighted * row[b]!;
      }
    }
  }
  if (count < (width * height) / 4) return null;
  const solution = solved(sums);
  return solution && { solution, difference: differences / count, median: medianOf(classes) };
}

/** The middle of many differences that were counted by size. */
function medianOf(classes: Uint32Array): number {
  const count = classes.reduce((sum, each) => sum + each, 0);
  let [below, at] = [0, 0];
  while (below + classes[at]! < count / 2) below += classes[at++]!;
  return (at + 0.5) * CLASS;
}

/** Solves symmetric equations, of which the upper half and the right side are given. */
function solved(sums: Float64Array): number[] | null {
  const n = UNKNOWNS;
  const at = (a: number, b: number) => a * (n + 1) + b;
  for (let a = 1; a < n; a++) for (let b = 0; b < a; b++) sums[at(a, b)] = sums[at(b, a)]!;
  for (let a = 0; a < n; a++) {
    const pivot = sums[at(a, a)]!;
    // A picture without structure shows no motion.
    if (pivot < 1e-6) return null;
    for (let other = 0; other < n; other++) {
      if (other === a) continue;
      const factor = sums[at(other, a)]! / pivot;
      for (let b = a; b <= n; b++) sums[at(other, b)]! -= factor * sums[at(a, b)]!;
    }
  }
  return Array.from({ length: n }, (_, a) => sums[at(a, n)]! / sums[at(a, a)]!);
}
