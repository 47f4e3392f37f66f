import { boxFilter } from '../box-filter.ts';
import type { Part } from '../../protocol.ts';
import { MatteSmoother } from './smoother.ts';

/** Where the net's answer has each part: background, hair, body skin, face skin, clothes, other. */
export const PLANES: Record<Part, number> = { hair: 1, face: 3, clothes: 4 };
/** Where a pixel is hardly the person any more, the pixels this near ... */
const RADIUS = 3;
/** ... say what it belongs to, with this weight; inside the person they hardly count. */
const NEIGHBOURS = 0.02;
const EPSILON = 1e-4;

/**
 * How much of the person at each pixel is one part of them. The share goes on for some pixels beyond the person's edge (normalised
 * convolution: Knutsson and Westin 1993), so that only the refined matte, which it is multiplied with, says where the edge lies.
 */
export class PartShare {
  private part: Part | null = null;
  private readonly smoother = new MatteSmoother();
  private share = new Float32Array(0);
  private person = new Float32Array(0);
  private scratch = new Float32Array(0);
  /** One byte a pixel: 0 none of the person .. 255 all of them. */
  texels = new Uint8Array(0);

  /** @param parts - softmax [6,H,W]. */
  measure(parts: Float32Array, part: Part, width: number, height: number): void {
    const pixels = width * height;
    if (this.texels.length !== pixels) {
      this.share = new Float32Array(pixels);
      this.person = new Float32Array(pixels);
      this.scratch = new Float32Array(pixels);
      this.texels = new Uint8Array(pixels);
    }
    if (part !== this.part) this.forget();
    this.part = part;
    const { share, person, scratch, texels } = this;
    const plane = PLANES[part] * pixels;
    for (let i = 0; i < pixels; i++) {
      share[i] = parts[plane + i]!;
      person[i] = 1 - parts[i]!;
    }
    boxFilter(share, scratch, width, height, RADIUS);
    boxFilter(person, scratch, width, height, RADIUS);
    for (let i = 0; i < pixels; i++)
      share[i] =
        (parts[plane + i]! + NEIGHBOURS * share[i]!) / (1 - parts[i]! + NEIGHBOURS * person[i]! + EPSILON);
    this.smoother.smooth(share);
    for (let i = 0; i < pixels; i++) texels[i] = 255 * Math.min(1, Math.max(0, share[i]!)) + 0.5;
  }

  /** The next share starts afresh: another source, another scene. */
  forget(): void {
    this.smoother.forget();
  }
}
