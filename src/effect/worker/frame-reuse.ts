import type { Held, StageTimes } from '../protocol.ts';
import type { Layers } from '../stages/layers.ts';
import { shiftRoi, type MaskExtent } from '../stages/roi.ts';
import type { Styled } from '../stages/style/style-stage.ts';

/** A reused style is shifted by at most this share of a side; otherwise it stays where it is. */
const FARTHEST_SHIFT = 0.05;

/** The style or the matte of the frame before, which is used for this frame as well. */
export interface FrameReuse {
  readonly what: 'style' | 'matte';
  /** The layers of the frame before, and the time that they took. */
  readonly layers: Layers;
  readonly times: StageTimes;
  /** Where the mask showed the style when the style was made. */
  readonly extent: MaskExtent | null | undefined;
  /** How many frames ago that mask was made. */
  readonly extentAge: 1 | 2;
}

/**
 * Chooses what a frame reuses of the one before. Nothing is reused twice in a row.
 * @param previous - the frame before.
 * @param held - what may be reused, as the governor decides.
 * @param extent - where the newest mask shows the style; undefined if there is no mask.
 * @returns null if everything is computed.
 */
export function findReuse(
  { reuse, layers, times }: { reuse: FrameReuse | null; layers: Layers; times: StageTimes },
  held: Held,
  extent: MaskExtent | null | undefined,
): FrameReuse | null {
  const kept = { layers, times, extent, extentAge: reuse?.what === 'matte' ? 2 : 1 } as const;
  if (held !== 'nothing' && layers.styled && reuse?.what !== 'style') return { what: 'style', ...kept };
  if (held === 'style and matte' && layers.matte && reuse?.what !== 'matte')
    return { what: 'matte', ...kept };
  return null;
}

/**
 * The reused style, shifted with the centre of mass of the mask. Shifting it with the bounding box
 * would be worse than not shifting it at all: docs/performance.md.
 * @param now - where the style shows on this frame.
 */
export function reusedStyle(
  { layers, times, extent, extentAge }: FrameReuse,
  now: MaskExtent | null | undefined,
): Styled {
  const { roi } = layers.styled!;
  const right = now && extent ? (now.x - extent.x) / extentAge : 0;
  const down = now && extent ? (now.y - extent.y) / extentAge : 0;
  // Somebody who comes in moves the centre far, though nobody else has moved.
  const shifts = Math.max(Math.abs(right), Math.abs(down)) < FARTHEST_SHIFT;
  return { ...layers.styled!, roi: shifts ? shiftRoi(roi, right, down) : roi, took: times.style };
}
