import type { Roi } from '../roi.ts';

/** A pixel belongs to a person where its alpha is above this. */
export const PERSON_ALPHA = 0.5;
/** The net is sure of a pixel where its alpha is above this. */
export const SURE_ALPHA = 0.8;

/** What is known of each pixel from earlier frames. */
interface PixelHistory {
  /** For how many frames it has been in a region that is not a person; at most 255. */
  readonly framesHeldBack: Uint8Array;
  /** 1 where it was a person in the last frame. */
  readonly wasPerson: Uint8Array;
}

/**
 * The 4-connected regions of a matte, and what is known about each: two passes with union-find
 * (Rosenfeld and Pfaltz 1966). Region 0 is everything that belongs to none.
 */
export class ConnectedRegions {
  /** The region of each pixel, 1..count; 0 for none. */
  labels = new Int32Array(0);
  /** In pixels. */
  areas = new Float64Array(0);
  /** Sum of its pixels' `framesHeldBack`. */
  ages = new Float64Array(0);
  /** How many of its pixels were a person in the last frame. */
  overlaps = new Float64Array(0);
  /** How many of its pixels the net is sure of. */
  sureAreas = new Float64Array(0);
  /** 1 where it touches the border of the frame. */
  atFrameBorder = new Uint8Array(0);
  /** 1 where it touches no border, not even that of the net's region of interest. */
  enclosed = new Uint8Array(0);
  private parents = new Int32Array(0);

  /** @param pixels - of the mattes to come. */
  allocate(pixels: number): void {
    this.labels = new Int32Array(pixels);
    this.parents = new Int32Array(pixels + 1);
    this.areas = new Float64Array(pixels + 1);
    this.ages = new Float64Array(pixels + 1);
    this.overlaps = new Float64Array(pixels + 1);
    this.sureAreas = new Float64Array(pixels + 1);
    this.atFrameBorder = new Uint8Array(pixels + 1);
    this.enclosed = new Uint8Array(pixels + 1);
  }

  /**
   * Finds the regions and measures them.
   * @param matte - [H,W] of `roi`, 0..1.
   * @param inside - true for regions of alpha above {@link PERSON_ALPHA}, false for the regions
   *   between them.
   * @returns how many there are.
   */
  find(matte: Float32Array, roi: Roi, inside: boolean, history: PixelHistory): number {
    const used = this.connect(matte, roi.size, inside);
    const count = this.renumber(used);
    this.measure(matte, roi, history);
    return count;
  }

  /** The first pass: provisional labels, and which of them are connected. */
  private connect(matte: Float32Array, [width, height]: Roi['size'], inside: boolean): number {
    const { labels, parents } = this;
    let next = 1;
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        if (matte[i]! > PERSON_ALPHA !== inside) {
          labels[i] = 0;
          continue;
        }
        const left = x > 0 ? labels[i - 1]! : 0;
        const up = y > 0 ? labels[i - width]! : 0;
        if (left > 0 && up > 0) {
          const a = this.root(left);
          const b = this.root(up);
          const low = a < b ? a : b;
          parents[a] = low;
          parents[b] = low;
          labels[i] = low;
        } else if (left > 0 || up > 0) labels[i] = left > 0 ? left : up;
        else {
          parents[next] = next;
          labels[i] = next++;
        }
      }
    }
    return next;
  }

  /** Gives each root the next number. Roots come before their children, so one pass is enough. */
  private renumber(used: number): number {
    const { parents, areas, ages, overlaps, sureAreas, atFrameBorder, enclosed } = this;
    areas[0] = 0;
    let count = 0;
    for (let id = 1; id < used; id++) {
      if (parents[id] === id) {
        parents[id] = ++count;
        areas[count] = 0;
        ages[count] = 0;
        overlaps[count] = 0;
        sureAreas[count] = 0;
        atFrameBorder[count] = 0;
        enclosed[count] = 1;
      } else parents[id] = parents[parents[id]!]!;
    }
    return count;
  }

  /** The second pass: final labels, and what is known about each region. */
  private measure(
    matte: Float32Array,
    { grid, x: roiX, y: roiY, size: [width, height] }: Roi,
    { framesHeldBack, wasPerson }: PixelHistory,
  ): void {
    const { labels, parents, areas, ages, overlaps, sureAreas, atFrameBorder, enclosed } = this;
    // The borders of the frame in pixels of the region; outside of it where the region ends before.
    const [frameLeft, frameTop] = [-roiX, -roiY];
    const [frameRight, frameBottom] = [grid[0] - 1 - roiX, grid[1] - 1 - roiY];
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        if (labels[i] === 0) continue;
        const id = parents[labels[i]!]!;
        labels[i] = id;
        areas[id] = areas[id]! + 1;
        ages[id] = ages[id]! + framesHeldBack[i]!;
        overlaps[id] = overlaps[id]! + wasPerson[i]!;
        if (matte[i]! > SURE_ALPHA) sureAreas[id] = sureAreas[id]! + 1;
        if (x === 0 || y === 0 || x === width - 1 || y === height - 1) enclosed[id] = 0;
        if (x === frameLeft || y === frameTop || x === frameRight || y === frameBottom) atFrameBorder[id] = 1;
      }
    }
  }

  private root(id: number): number {
    const { parents } = this;
    while (parents[id] !== id) {
      parents[id] = parents[parents[id]!]!;
      id = parents[id]!;
    }
    return id;
  }
}
