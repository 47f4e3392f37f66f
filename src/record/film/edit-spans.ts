import type { Edit } from './mp4-index.ts';

/** A part of a track that is shown. In seconds. */
export interface EditSpan {
  /** Seconds on the reader's clock; the reader takes only the first edit into account. */
  readonly from: number;
  readonly to: number;
  /** When it is shown. */
  readonly at: number;
}

/** A span as it is read. */
export interface ReadRange extends Pick<EditSpan, 'from' | 'to'> {
  /** Added to the span's times, for a film that begins at the cut. */
  readonly shift: number;
}

/** The whole track, without edits. */
export const WHOLE_TRACK: readonly EditSpan[] = [{ from: -Infinity, to: Infinity, at: -Infinity }];
/**
 * What an edit list shows of its track.
 * @returns null where it asks for another speed.
 */
export function editSpans(edits: readonly Edit[]): readonly EditSpan[] | null {
  if (edits.some(({ speed, from }) => speed !== 1 && from !== null)) return null;
  let at = 0;
  /** The difference between the reader's clock and the media's. */
  let clock: number | null = null;
  const spans: EditSpan[] = [];
  for (const { from, length } of edits) {
    if (from !== null) {
      clock ??= at - from;
      spans.push({ from: from + clock, to: from + clock + length, at });
    }
    at += length;
  }
  return spans.length === 0 ? WHOLE_TRACK : spans;
}

/** When the last span ends; Infinity where the track's own end counts. */
export function endOf(spans: readonly EditSpan[]): number {
  return Math.max(...spans.map(({ from, to, at }) => (to === Infinity ? Infinity : at + to - from)));
}

/** What has to be read for a stretch of the film, in its order. */
export function readRanges(spans: readonly EditSpan[], from: number, to: number): ReadRange[] {
  if (spans === WHOLE_TRACK) return [{ from, to, shift: 0 - from }];
  return spans.flatMap((span) => {
    const ahead = span.from - span.at;
    const first = Math.max(span.from, from + ahead);
    const last = Math.min(span.to, to + ahead);
    return last > first ? [{ from: first, to: last, shift: span.at - span.from - from }] : [];
  });
}
