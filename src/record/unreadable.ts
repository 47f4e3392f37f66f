/** Why a film cannot be read, in words. */
import { PortoonError } from '../common/errors.ts';
import type { FilmSource } from './convert-protocol.ts';
import { kindOfFile } from './kind-of-file.ts';

export const CHOOSE = 'Choose an MP4, MOV, WebM or MKV film.';
export const REENCODE = 'Convert it first, as by: ffmpeg -i NAME -c:v libx264 -pix_fmt yuv420p NEW.mp4';

export function unreadable(name: string, what: string, wayOut: string, options?: ErrorOptions): PortoonError {
  return new PortoonError(
    'ERR_VIDEO_UNREADABLE',
    `“${name}” ${what}`,
    wayOut.replaceAll('NAME', JSON.stringify(name)),
    options,
  );
}

export function locked(name: string, cause: unknown): PortoonError {
  return unreadable(
    name,
    'is encrypted: only the player that it was sold for can show it.',
    'Choose a film that is not protected.',
    { cause },
  );
}

/** Whether an MP4's index, which stands at its beginning or end, speaks of encrypted pictures. */
export function isLocked(bytes: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(bytes).includes('encv');
}

export function damaged(name: string, cause: unknown): PortoonError {
  if (cause instanceof Error && /encrypt|decrypt/i.test(cause.message)) return locked(name, cause);
  return unreadable(
    name,
    'is cut short or damaged.',
    'Copy or download it again. What is left of it may be saved by: ffmpeg -i NAME -c:v libx264 NEW.mp4',
    { cause },
  );
}

/** A quarter of a megabyte; nothing where there is nothing to be read. */
export async function bytesOf(source: FilmSource, which: 'first' | 'last'): Promise<Uint8Array> {
  const size = 1 << 18;
  if (source instanceof Blob) {
    const part = which === 'first' ? source.slice(0, size) : source.slice(-size);
    return new Uint8Array(await part.arrayBuffer());
  }
  const range = which === 'first' ? `bytes=0-${size - 1}` : `bytes=-${size}`;
  const answer = await fetch(source, { headers: { Range: range } });
  return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : new Uint8Array(0);
}

export function unknownKind(head: Uint8Array, name: string, cause: unknown): PortoonError {
  const kind = kindOfFile(head.subarray(0, 512));
  if (kind === null)
    return unreadable(name, 'is not a video, or its beginning is missing.', CHOOSE, { cause });
  return kind.film
    ? unreadable(name, `is ${kind.name}, which Portoon does not read.`, REENCODE, { cause })
    : unreadable(name, `is ${kind.name}, not a video.`, CHOOSE, { cause });
}

export function noFrame(name: string): PortoonError {
  return new PortoonError(
    'ERR_VIDEO_UNREADABLE',
    `“${name}” has no frame that could be decoded.`,
    'It is cut short or damaged: copy or download it again.',
  );
}
