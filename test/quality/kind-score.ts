import { hasBlob, hasHole, iou, mean } from './matte.ts';
import type { Planes } from './planes.ts';

/**
 * In a frame without people, a matte over more than this share of the frame counts as a false
 * person.
 */
const FALSE_PERSON = 0.005;

/** How good the mattes of one kind of picture are. Shares are 0..1 of the pictures. */
export interface KindFigures {
  /** Pictures with somebody in them. */
  pictures: number;
  /** IoU at threshold 0.5: mean over the pictures, and over the worst twentieth of them. */
  iou: number;
  worst: number;
  /** Share of pictures whose IoU is under 0.85. */
  under85: number;
  /** Share of pictures with a false region, share with a hole. */
  blobs: number;
  holes: number;
  /**
   * Pictures without people, and the share of those with over 0.5 % of the frame called a person.
   */
  empty: number;
  falsePersons: number;
}

/** Gathers the figures of a kind, matte by matte. */
export class KindScore {
  private readonly ious: number[] = [];
  private readonly faults = { blobs: 0, holes: 0, falsePersons: 0 };
  private empty = 0;

  /** @param matte - as large as the true `mask`; 0..1 both. */
  add(matte: Planes, mask: Planes): void {
    if (areaOf(mask) === 0) {
      this.empty++;
      if (isFalsePerson(matte)) this.faults.falsePersons++;
      return;
    }
    this.ious.push(iou(matte, mask));
    if (hasBlob(matte, mask)) this.faults.blobs++;
    if (hasHole(matte, mask)) this.faults.holes++;
  }

  figures(): KindFigures {
    const pictures = this.ious.length;
    const { blobs, holes, falsePersons } = this.faults;
    return {
      pictures,
      iou: mean(this.ious),
      worst: worstTwentieth(this.ious),
      under85: this.ious.filter((value) => value < 0.85).length / pictures,
      blobs: blobs / pictures,
      holes: holes / pictures,
      empty: this.empty,
      falsePersons: falsePersons / this.empty,
    };
  }
}

/** Whether a matte of a frame without people calls too much of it a person. */
export function isFalsePerson(matte: Planes): boolean {
  return areaOf(matte) > FALSE_PERSON;
}

/** Mean of the lowest 5 % of some numbers, of at least one. */
export function worstTwentieth(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return mean(sorted.slice(0, Math.ceil(values.length / 20)));
}

/** The share of the frame that a matte or mask calls a person, 0..1. */
export function areaOf({ data }: Planes): number {
  let inside = 0;
  for (const value of data) if (value > 0.5) inside++;
  return inside / data.length;
}
