import { boxFilter } from '../box-filter.ts';
import type { BodyPart } from '../../protocol.ts';
import { MatteSmoother } from './matte-smoother.ts';

/** The plane of each part in the net's output: background, hair, body, face, clothes, other. */
export const PART_PLANES: Record<BodyPart, number> = { hair: 1, face: 3, clothes: 4 };
/** At the edge of a person the pixels up to this far away decide what a pixel belongs to ... */
const RADIUS = 3;
/** ... with this weight, which hardly counts inside the person. */
const NEIGHBOURS = 0.02;
/** Keeps the division defined where there is no person at all. */
const EPSILON = 1e-4;

/** The numbers that part-share.wgsl shares with this file. */
export const PART_SHARE_CONSTANTS = { RADIUS, NEIGHBOURS, EPSILON };

/**
 * Measures how much of the person at each pixel is one part of them.
 *
 * The share continues for some pixels beyond the person's edge (normalised convolution: Knutsson
 * and Westin 1993). It is multiplied by the refined matte, which alone decides where the edge is.
 */
export class PartShare {
  private part: BodyPart | null = null;
  private readonly smoother = new MatteSmoother();
  private share = new Float32Array(0);
  private person = new Float32Array(0);
  private scratch = new Float32Array(0);
  /** The result, one byte a pixel: 0 (none of the person is this part) .. 255 (all of it). */
  texels = new Uint8Array(0);

  /**
   * Measures the next frame and leaves the result in `texels`.
   * @param parts - [6,height,width], the net's softmax over the planes of {@link PART_PLANES}.
   */
  measure(parts: Float32Array, part: BodyPart, width: number, height: number): void {
    const pixels = width * height;
    if (this.texels.length !== pixels) {
      this.share = new Float32Array(pixels);
      this.person = new Float32Array(pixels);
      this.scratch = new Float32Array(pixels);
      this.texels = new Uint8Array(pixels);
    }
    if (part !== this.part) this.reset();
    this.part = part;
    const { share, person, scratch, texels } = this;
    const plane = PART_PLANES[part] * pixels;
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

  /** Forgets the last frame, for another source or another scene. */
  reset(): void {
    this.smoother.reset();
  }
}
