import { formatDuration } from '../base/format.ts';

/** Reads a time like `1:30` or `90` as seconds. Returns null if it is not a time. */
function readTime(text: string): number | null {
  // Only the first part may be as large as it likes.
  if (!/^\s*(\d+:([0-5]?\d:)?[0-5]?\d|\d+)([.,]\d+)?\s*$/.test(text)) return null;
  return text.split(':').reduce((sum, part) => 60 * sum + Number(part.replace(',', '.')), 0);
}

/**
 * Reads which part of a film to convert.
 * @param from - the start as the person typed it; empty for the beginning of the film.
 * @param to - the end; empty for the end of the film.
 * @param seconds - how long the film is, if that is known.
 * @returns null if a time is not one, or if nothing would be left of the film.
 */
export function readTrim(
  from: string,
  to: string,
  seconds = Infinity,
): { from?: number; to?: number } | null {
  const start = from.trim() === '' ? undefined : readTime(from);
  const end = to.trim() === '' ? undefined : readTime(to);
  if (start === null || end === null || (start ?? 0) >= Math.min(end ?? Infinity, seconds)) return null;
  return { ...(start !== undefined && { from: start }), ...(end !== undefined && { to: end }) };
}

/** Writes seconds as {@link readTrim} reads them, to a tenth: `1:30.5`. */
export function formatTime(seconds: number): string {
  const tenths = Math.round(seconds * 10);
  const part = tenths % 10 === 0 ? '' : `.${tenths % 10}`;
  return formatDuration(Math.floor(tenths / 10)) + part;
}
