/** Files in a folder that all machines see, or at http(s) addresses. */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import type { FileLocation } from './jobs.ts';

export function isAddress(place: FileLocation): boolean {
  return /^https?:\/\//i.test(place);
}

/** A location for messages. The query of a signed address is a secret, and is left out. */
export function withoutQuery(place: FileLocation): string {
  return isAddress(place) ? place.split('?')[0]! : place;
}

/** A file beneath a folder or an address, whose query it keeps. */
export function childLocation(folder: FileLocation, name: string): FileLocation {
  if (!isAddress(folder)) return join(folder, name);
  const url = new URL(folder);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${encodeURIComponent(name)}`;
  return url.href;
}

/**
 * Identifies a version of a file: its length, and its time or tag.
 * @throws the file system's own error, or a sentence.
 */
export async function versionTag(place: FileLocation): Promise<string> {
  if (!isAddress(place)) {
    const { size, mtimeMs } = await stat(place);
    return `${size} ${Math.round(mtimeMs)}`;
  }
  // An address that is signed for reading may refuse HEAD.
  const answer = await ask(place, { headers: { Range: 'bytes=0-0' } });
  await answer.body?.cancel();
  const size = answer.headers.get('content-range')?.split('/')[1] ?? answer.headers.get('content-length');
  return `${size} ${answer.headers.get('etag') ?? answer.headers.get('last-modified') ?? ''}`;
}

/** SHA-256 of a file, in hexadecimal digits. */
export async function checksumOf(place: FileLocation): Promise<string> {
  const hash = createHash('sha256');
  const bytes = isAddress(place)
    ? Readable.fromWeb((await ask(place)).body as WebStream<Uint8Array>)
    : createReadStream(place);
  for await (const chunk of bytes) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

/** A small file's text; null where there is none. */
export async function readText(place: FileLocation): Promise<string | null> {
  if (!isAddress(place)) return readFile(place, 'utf8').catch(() => null);
  const answer = await fetch(place);
  if (answer.ok) return answer.text();
  await answer.body?.cancel();
  return null;
}

/** Puts a small file to its place in one step. */
export async function writeText(place: FileLocation, text: string): Promise<void> {
  const draft = temporaryPathFor(place, randomUUID());
  await writeFile(draft, text);
  await publish(draft, place);
}

/**
 * Where a file is written until it is whole: on the same disk as its place, or among the temporary
 * files where it goes to an address. No two writers share one.
 */
export function temporaryPathFor(place: FileLocation, owner: string): string {
  const name = `${owner}.${randomUUID()}.part`;
  return isAddress(place) ? join(tmpdir(), `portoon-${name}`) : `${place}.${name}`;
}

/** Removes temporary files that a killed worker left beside a location. */
export async function removeTemporaryFiles(place: FileLocation, owner: string): Promise<void> {
  const folder = isAddress(place) ? tmpdir() : dirname(place);
  const begin = isAddress(place) ? `portoon-${owner}.` : `${basename(place)}.${owner}.`;
  for (const name of await readdir(folder).catch(() => []))
    if (name.startsWith(begin) && name.endsWith('.part')) await rm(join(folder, name), { force: true });
}

/** Whether something is at a path. */
export async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Moves a temporary file to its location, where a reader sees all of it or nothing. */
export async function publish(draft: string, place: FileLocation): Promise<void> {
  const file = await open(draft, 'r+');
  try {
    await file.sync();
    if (isAddress(place)) {
      const { size } = await file.stat();
      const body =
        size > 0 ? (Readable.toWeb(file.createReadStream({ autoClose: false })) as ReadableStream) : '';
      // A stream has no length, without which S3 accepts no file.
      const answer = await ask(place, {
        method: 'PUT',
        headers: { 'Content-Length': String(size) },
        body,
        duplex: 'half',
      });
      await answer.body?.cancel();
    }
  } finally {
    await file.close();
  }
  if (isAddress(place)) await rm(draft);
  else {
    await rename(draft, place);
    await syncFolder(dirname(place));
  }
}

/** Makes sure that the new name is on the disk, where the system can do that. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

export async function makeFolder(place: FileLocation): Promise<void> {
  if (isAddress(place)) return;
  try {
    await mkdir(place);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // With `recursive` alone Node calls a read-only disk a missing folder.
    if (code === 'ENOENT') await mkdir(place, { recursive: true });
    else if (code !== 'EEXIST') throw error;
  }
}

/** Removes a folder and what is in it; at an address the files that are named. */
export async function removeFolder(place: FileLocation, names: readonly string[]): Promise<void> {
  if (!isAddress(place)) {
    await rm(place, { recursive: true, force: true, maxRetries: 3 });
    return;
  }
  for (const name of names) {
    const answer = await fetch(childLocation(place, name), { method: 'DELETE' });
    await answer.body?.cancel();
  }
}

async function ask(place: FileLocation, init: RequestInit & { duplex?: 'half' } = {}): Promise<Response> {
  const answer = await fetch(place, init).catch((error: unknown) => {
    const { cause } = error as { cause?: unknown };
    throw new Error(
      `${withoutQuery(place)} cannot be reached: ${cause instanceof Error ? cause.message : 'no answer'}`,
      { cause: error },
    );
  });
  if (answer.ok) return answer;
  await answer.body?.cancel();
  throw new Error(`${withoutQuery(place)} answered ${answer.status} to ${init.method ?? 'GET'}`);
}
