import { mean } from './matte.ts';
import type { Planes, Size } from './planes.ts';

/** The parts of a portrait in the order of the net's channels and of the labels' values. */
export const PARTS = ['background', 'hair', 'body skin', 'face skin', 'clothes', 'other'] as const;

/** The label of pixels whose part is not known. */
export const UNKNOWN_PART = 255;

/** Which part each pixel belongs to. */
export interface PartLabels {
  /** 0..5 as in `PARTS`, or unknown; row by row. */
  readonly labels: Uint8Array;
  readonly size: Size;
}

/** The most probable part of each pixel. */
export function likeliest({ channels, width, height, data }: Planes): Uint8Array {
  const pixels = width * height;
  return Uint8Array.from({ length: pixels }, (_, i) => {
    let best = 0;
    for (let part = 1; part < channels; part++)
      if (data[part * pixels + i]! > data[best * pixels + i]!) best = part;
    return best;
  });
}

/** Counts agreement between parts and labels over a data set. */
export class PartsScore {
  private readonly intersections = PARTS.map(() => 0);
  private readonly unions = PARTS.map(() => 0);

  /**
   * @param truth - labels 0..5, of the same size as `parts`; pixels with any other value are left
   *   out.
   */
  add(parts: Uint8Array, truth: Uint8Array): void {
    for (let i = 0; i < truth.length; i++) {
      const label = truth[i]!;
      if (label >= PARTS.length) continue;
      const part = parts[i]!;
      this.unions[label] = this.unions[label]! + 1;
      if (part === label) this.intersections[label] = this.intersections[label]! + 1;
      else this.unions[part] = this.unions[part]! + 1;
    }
  }

  /**
   * IoU of each part over all pixels; NaN for a part that occurs neither in the answers nor in the
   * labels. The mean leaves those out.
   */
  figures(): { mean: number; each: number[] } {
    const each = this.unions.map((union, part) => this.intersections[part]! / union);
    return { mean: mean(each.filter((value) => !Number.isNaN(value))), each };
  }
}
