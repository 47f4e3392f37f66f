import { connectedRegions, largestRegion } from './regions.ts';
import type { Planes } from './planes.ts';

/** Above this value a pixel belongs to the person. */
const INSIDE = 0.5;
/** Above this share of the frame a false region or a hole counts. */
const FAULT = 0.002;
/** The edge band has this many pixels on either side of the outline. */
const BAND_REACH = 5;

/**
 * Intersection over union of the person in matte and true mask, of the same size; 1 if both are
 * empty.
 */
export function iou(matte: Planes, mask: Planes): number {
  let intersection = 0;
  let union = 0;
  for (let i = 0; i < mask.data.length; i++) {
    const a = matte.data[i]! > INSIDE;
    const b = mask.data[i]! > INSIDE;
    if (a && b) intersection++;
    if (a || b) union++;
  }
  return union === 0 ? 1 : intersection / union;
}

/** 1 where the person is, 0 elsewhere. */
function peopled({ data }: Planes): Uint8Array {
  const inside = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) inside[i] = data[i]! > INSIDE ? 1 : 0;
  return inside;
}

/** Whether a connected region of the matte over 0.2 % of the frame touches no true person. */
export function hasBlob(matte: Planes, mask: Planes): boolean {
  const inside = peopled(matte);
  const { labels, count } = connectedRegions(inside, matte.width);
  const touches = new Uint8Array(count + 1);
  for (let i = 0; i < labels.length; i++) if (mask.data[i]! > INSIDE) touches[labels[i]!] = 1;
  const stray = inside.map((value, i) => (value === 1 && touches[labels[i]!] === 0 ? 1 : 0));
  return largestRegion(stray, matte.width) > FAULT * stray.length;
}

/**
 * Whether the matte has an enclosed gap that covers more than 0.2 % of the frame of the true
 * person, in one piece.
 */
export function hasHole(matte: Planes, mask: Planes): boolean {
  const { width, height } = matte;
  const outside = peopled(matte).map((value) => 1 - value);
  const { labels, count } = connectedRegions(outside, width);
  const open = new Uint8Array(count + 1);
  for (let x = 0; x < width; x++) open[labels[x]!] = open[labels[(height - 1) * width + x]!] = 1;
  for (let y = 0; y < height; y++) open[labels[y * width]!] = open[labels[y * width + width - 1]!] = 1;
  const hole = outside.map((value, i) =>
    value === 1 && open[labels[i]!] === 0 && mask.data[i]! > INSIDE ? 1 : 0,
  );
  return largestRegion(hole, width) > FAULT * hole.length;
}

/** How good a set of mattes is. */
export interface MatteFigures {
  pictures: number;
  /** Mean over the pictures. */
  iou: number;
  under90: number;
  /** Pictures with a blob, with a hole. */
  blobs: number;
  holes: number;
}

/** Gathers the figures, matte by matte. */
export class MatteScore {
  private readonly ious: number[] = [];
  private blobs = 0;
  private holes = 0;

  add(matte: Planes, mask: Planes): void {
    this.ious.push(iou(matte, mask));
    if (hasBlob(matte, mask)) this.blobs++;
    if (hasHole(matte, mask)) this.holes++;
  }

  figures(): MatteFigures {
    return {
      pictures: this.ious.length,
      iou: mean(this.ious),
      under90: this.ious.filter((value) => value < 0.9).length,
      blobs: this.blobs,
      holes: this.holes,
    };
  }
}

/**
 * The pixels within five of the mask's outline, along rows and columns or both: a band ten pixels
 * wide. 1 inside, 0 outside.
 */
export function edgeBand({ data, width, height }: Planes): Uint8Array {
  const band = new Uint8Array(data.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const inside = data[y * width + x]! > INSIDE;
      const right = x + 1 < width && data[y * width + x + 1]! > INSIDE !== inside;
      const below = y + 1 < height && data[(y + 1) * width + x]! > INSIDE !== inside;
      if (right)
        fill(band, width, height, x - BAND_REACH + 1, x + BAND_REACH, y - BAND_REACH, y + BAND_REACH);
      if (below)
        fill(band, width, height, x - BAND_REACH, x + BAND_REACH, y - BAND_REACH + 1, y + BAND_REACH);
    }
  return band;
}

function fill(
  band: Uint8Array,
  width: number,
  height: number,
  left: number,
  right: number,
  top: number,
  bottom: number,
): void {
  for (let y = Math.max(0, top); y <= Math.min(height - 1, bottom); y++)
    band.fill(1, y * width + Math.max(0, left), y * width + Math.min(width - 1, right) + 1);
}

/** Mean absolute change from each matte to the next, over the pixels of the band. */
export function flicker(mattes: readonly Planes[], band: Uint8Array): number {
  const pixels = band.reduce((sum, value) => sum + value, 0);
  let change = 0;
  for (let frame = 1; frame < mattes.length; frame++)
    for (let i = 0; i < band.length; i++)
      if (band[i] === 1) change += Math.abs(mattes[frame]!.data[i]! - mattes[frame - 1]!.data[i]!);
  return change / (pixels * (mattes.length - 1));
}

/** Mean of some numbers; NaN of none. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
