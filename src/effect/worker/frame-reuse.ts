import type { Layers } from '../stages/layers.ts';
import type { Held, StageTimes } from '../protocol.ts';
import type { Styled } from '../stages/style/style-stage.ts';
import { shiftRoi, type MaskExtent } from '../stages/roi.ts';

/** A held style is not moved by more than this share of a side. */
const FARTHEST_CARRIED = 0.05;

/** The style or the matte of the frame before, which will do for this one as well. */
export interface Holding {
  readonly what: 'style' | 'matte';
  /** Those of the frame before, and what they took. */
  readonly layers: Layers;
  readonly times: StageTimes;
  /** Where the matte of that frame, or of the one before it, showed the style. */
  readonly shown: MaskExtent | null | undefined;
  readonly shownFor: 1 | 2;
}

/**
 * What a frame takes over from the one before, where that has computed it itself.
 * @param held - what may be.
 * @param shown - where the newest matte shows the style.
 */
export function holdingOf(
  { held: before, layers, times }: { held: Holding | null; layers: Layers; times: StageTimes },
  held: Held,
  shown: MaskExtent | null | undefined,
): Holding | null {
  const kept = { layers, times, shown, shownFor: before?.what === 'matte' ? 2 : 1 } as const;
  if (held !== 'nothing' && layers.styled && before?.what !== 'style') return { what: 'style', ...kept };
  if (held === 'style and matte' && layers.matte && before?.what !== 'matte')
    return { what: 'matte', ...kept };
  return null;
}

/**
 * The held style, moved along with the mean of what shows. (Moved by its bounds it would be worse than left where it was: docs/performance.md.)
 * @param now - where the style shows on this frame.
 */
export function carriedAlong(
  { layers, times, shown, shownFor }: Holding,
  now: MaskExtent | null | undefined,
): Styled {
  const { texels, roi } = layers.styled!;
  const right = now && shown ? (now.x - shown.x) / shownFor : 0;
  const down = now && shown ? (now.y - shown.y) / shownFor : 0;
  // Who came in moves the mean, and nothing else.
  const along = Math.max(Math.abs(right), Math.abs(down)) < FARTHEST_CARRIED;
  return { texels, roi: along ? shiftRoi(roi, right, down) : roi, took: times.style };
}
