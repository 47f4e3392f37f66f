import type { FilmSource } from '../convert-protocol.ts';

/** The status of an address whose file was replaced, or changed its length (src/cli). */
const CHANGED = 409;

/**
 * Bytes of a film from a place on; fewer where it ends.
 * @param at - negative: counted from the film's end.
 * @throws the browser's own error for a file that cannot be read.
 */
export async function bytesAt(source: FilmSource, at: number, length: number): Promise<Uint8Array> {
  if (source instanceof Blob) {
    const part = source.slice(at, at < 0 ? undefined : at + length);
    return new Uint8Array(await part.arrayBuffer());
  }
  const range = at < 0 ? `bytes=${at}` : `bytes=${at}-${at + length - 1}`;
  const answer = await fetch(source, { headers: { Range: range } });
  return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : new Uint8Array(0);
}

/** Whether a film's file was replaced, removed or written to since it was chosen. */
export async function hasChanged(source: FilmSource): Promise<boolean> {
  if (source instanceof Blob)
    // A browser remembers a file's length and date, and refuses to read another one.
    return source
      .slice(0, 1)
      .arrayBuffer()
      .then(
        () => false,
        () => true,
      );
  const answer = await fetch(source, { method: 'HEAD' }).catch(() => null);
  return answer?.status === CHANGED;
}
