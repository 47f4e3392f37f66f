/** Why a film cannot be read, in sentences. */
import { UnsupportedInputFormatError } from 'mediabunny';
import { PortoonError } from '../../common/errors.ts';
import type { FilmSource } from '../convert-protocol.ts';
import { bytesAt, hasChanged } from './film-bytes.ts';
import { kindOfFile } from './kind-of-file.ts';

/** Bytes of a film's beginning, and of its end, that are searched for what it is. */
const SEARCHED_BYTES = 1 << 18;
export const CHOOSE = 'Choose an MP4, MOV, WebM or MKV film.';
export const REENCODE = 'Convert it first, as by: ffmpeg -i NAME -c:v libx264 -pix_fmt yuv420p NEW.mp4';

/** @param wayOut - NAME stands for the film. */
export function unreadableFilm(
  name: string,
  what: string,
  wayOut: string,
  options?: ErrorOptions,
): PortoonError {
  return new PortoonError(
    'ERR_VIDEO_UNREADABLE',
    `“${name}” ${what}`,
    wayOut.replaceAll('NAME', JSON.stringify(name)),
    options,
  );
}

/** The error for a film that could not be opened. */
export async function explainOpening(
  source: FilmSource,
  name: string,
  error: unknown,
): Promise<PortoonError> {
  if (error instanceof PortoonError) return error;
  if (await hasChanged(source)) return changed(name, error);
  const head = await bytesAt(source, 0, SEARCHED_BYTES);
  if (head.length === 0)
    return unreadableFilm(name, 'is empty.', 'Choose another file, or copy this one again.');
  if (error instanceof UnsupportedInputFormatError) return unknownKind(head, name, error);
  return isLocked(head) || isLocked(await bytesAt(source, -SEARCHED_BYTES, SEARCHED_BYTES))
    ? locked(name, error)
    : damaged(name, error);
}

/** The error for a film that could not be read to its end. */
export async function explainReading(
  source: FilmSource,
  name: string,
  error: unknown,
): Promise<PortoonError> {
  if (error instanceof PortoonError) return error;
  return (await hasChanged(source)) ? changed(name, error) : damaged(name, error);
}

/** @returns null where the film is as it was. */
export async function explainChange(source: FilmSource, name: string): Promise<PortoonError | null> {
  return (await hasChanged(source)) ? changed(name, undefined) : null;
}

function changed(name: string, cause: unknown): PortoonError {
  return unreadableFilm(name, 'was changed meanwhile.', 'Wait until it is complete, then choose it again.', {
    cause,
  });
}

function locked(name: string, cause: unknown): PortoonError {
  return unreadableFilm(
    name,
    'is encrypted: only the player that it was sold for can show it.',
    'Choose a film that is not protected.',
    { cause },
  );
}

/** Whether an MP4's index, at its beginning or end, describes encrypted pictures. */
function isLocked(bytes: Uint8Array): boolean {
  return new TextDecoder('latin1').decode(bytes).includes('encv');
}

function damaged(name: string, cause: unknown): PortoonError {
  if (cause instanceof Error && /encrypt|decrypt/i.test(cause.message)) return locked(name, cause);
  return unreadableFilm(
    name,
    'is cut short or damaged.',
    'Copy or download it again. What is left of it may be saved by: ffmpeg -i NAME -c:v libx264 NEW.mp4',
    { cause },
  );
}

function unknownKind(head: Uint8Array, name: string, cause: unknown): PortoonError {
  const kind = kindOfFile(head.subarray(0, 512));
  if (kind === null)
    return unreadableFilm(name, 'is not a video, or its beginning is missing.', CHOOSE, { cause });
  return kind.film
    ? unreadableFilm(name, `is ${kind.name}, which Portoon does not read.`, REENCODE, { cause })
    : unreadableFilm(name, `is ${kind.name}, not a video.`, CHOOSE, { cause });
}
