import type { Edit } from './mp4-index.ts';

/** A part of a track that is shown. In seconds. */
export interface EditSpan {
  /** On the clock of the reader, which knows the first edit alone. */
  readonly from: number;
  readonly to: number;
  /** When it is shown. */
  readonly at: number;
}

/** A part as it is cut out. */
export interface ReadRange extends Pick<EditSpan, 'from' | 'to'> {
  /** To be added to its times, for a film that begins with the cut. */
  readonly shift: number;
}

/** All of a track, as it is. */
export const WHOLE_TRACK: readonly EditSpan[] = [{ from: -Infinity, to: Infinity, at: -Infinity }];
/**
 * What an edit list shows of its track.
 * @returns null where it asks for another speed.
 */
export function editSpans(edits: readonly Edit[]): readonly EditSpan[] | null {
  if (edits.some(({ speed, from }) => speed !== 1 && from !== null)) return null;
  let at = 0;
  /** From the media's clock to the reader's. */
  let clock: number | null = null;
  const parts: EditSpan[] = [];
  for (const { from, length } of edits) {
    if (from !== null) {
      clock ??= at - from;
      parts.push({ from: from + clock, to: from + clock + length, at });
    }
    at += length;
  }
  return parts.length === 0 ? WHOLE_TRACK : parts;
}

/** When the last span ends; Infinity where the track's own end counts. */
export function endOf(parts: readonly EditSpan[]): number {
  return Math.max(...parts.map(({ from, to, at }) => (to === Infinity ? Infinity : at + to - from)));
}

/** What has to be read for a stretch of the film, in its order. */
export function readRanges(parts: readonly EditSpan[], from: number, to: number): ReadRange[] {
  if (parts === WHOLE_TRACK) return [{ from, to, shift: 0 - from }];
  return parts.flatMap((part) => {
    const ahead = part.from - part.at;
    const first = Math.max(part.from, from + ahead);
    const last = Math.min(part.to, to + ahead);
    return last > first ? [{ from: first, to: last, shift: part.at - part.from - from }] : [];
  });
}
