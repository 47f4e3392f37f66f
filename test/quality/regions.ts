/** 4-connected regions of a map. */
export interface Regions {
  /** Which region each pixel is in, from 1 on; 0 is none. */
  readonly labels: Int32Array;
  readonly count: number;
}

/** @param inside - per pixel: 1 belongs to a region, 0 to none. */
export function connectedRegions(inside: Uint8Array, width: number): Regions {
  const labels = new Int32Array(inside.length);
  // A pixel gets its label when it is put on the stack, so no pixel is put there twice.
  const stack = new Int32Array(inside.length);
  let height = 0;
  let count = 0;
  const visit = (pixel: number) => {
    if (inside[pixel] !== 1 || labels[pixel] !== 0) return;
    labels[pixel] = count;
    stack[height++] = pixel;
  };
  for (let seed = 0; seed < inside.length; seed++) {
    if (inside[seed] !== 1 || labels[seed] !== 0) continue;
    count++;
    visit(seed);
    while (height > 0) {
      const pixel = stack[--height]!;
      const x = pixel % width;
      if (x > 0) visit(pixel - 1);
      if (x < width - 1) visit(pixel + 1);
      if (pixel >= width) visit(pixel - width);
      if (pixel + width < inside.length) visit(pixel + width);
    }
  }
  return { labels, count };
}

/** Pixels of the largest connected region; 0 where there is none. */
export function largestRegion(inside: Uint8Array, width: number): number {
  const { labels, count } = connectedRegions(inside, width);
  const areas = new Int32Array(count + 1);
  for (const label of labels) if (label > 0) areas[label] = areas[label]! + 1;
  return Math.max(...areas);
}
