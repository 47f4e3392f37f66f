import { existsSync, readdirSync, readFileSync, statSync, type ReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, sep } from 'node:path';
import Negotiator from 'negotiator';
import send from 'send';

/** What the build puts beside a file for transfer; the first that a client takes is sent. */
const CODINGS = [
  { coding: 'br', suffix: '.br' },
  { coding: 'gzip', suffix: '.gz' },
] as const;

/**
 * A file of the build: it lists files that may lie with the library instead, and under which names.
 */
export const SHARED = '.shared.json';

/** A file of the build. */
export interface Asset {
  /** With a slash at its beginning. */
  readonly path: string;
  readonly file: string;
  readonly compressed: readonly { readonly coding: string; readonly file: string }[];
}

/** Why a file was not sent. The error of `send`, or of the file system. */
export interface FileError extends NodeJS.ErrnoException {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The files beneath a folder by their paths, without dotfiles. Symbolic links are followed. */
export function readAssets(root: string): ReadonlyMap<string, Asset> {
  const files = new Map<string, string>();
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const parts = name.split(sep);
    const file = join(root, name);
    // RFC 8615 names this one folder with a dot.
    const hidden = parts.some((part) => part.startsWith('.') && part !== '.well-known');
    if (!hidden && statSync(file, { throwIfNoEntry: false })?.isFile())
      files.set(`/${parts.join('/')}`.normalize(), file);
  }
  for (const [path, file] of sharedFiles(root)) if (!files.has(path)) files.set(path, file);
  const assets = new Map<string, Asset>();
  for (const [path, file] of files) {
    // A compressed copy has no address of its own.
    if (CODINGS.some(({ suffix }) => path.endsWith(suffix))) continue;
    const compressed = CODINGS.flatMap(({ coding, suffix }) => {
      const copy = files.get(path + suffix);
      return copy === undefined ? [] : [{ coding, file: copy }];
    });
    assets.set(path, { path, file, compressed });
  }
  return assets;
}

/** Files of the library beside the build, by their paths in the build; none without a library. */
function sharedFiles(root: string): [path: string, file: string][] {
  const list = join(root, SHARED);
  if (!existsSync(list)) return [];
  const shared = JSON.parse(readFileSync(list, 'utf8')) as Record<string, string>;
  return Object.entries(shared)
    .map(([path, name]): [string, string] => [path, join(root, '../dist-lib/assets', name)])
    .filter(([, file]) => existsSync(file));
}

/** The file at an address. `.html` and `index.html` may be left out, as may a slash at the end. */
export function findAsset(assets: ReadonlyMap<string, Asset>, address: string): Asset | undefined {
  let path = address;
  try {
    path = decodeURI(address);
  } catch {
    // What cannot be decoded is the name of nothing.
  }
  path = path.replace(/\/$/, '');
  return assets.get(path) ?? assets.get(`${path}.html`) ?? assets.get(`${path}/index.html`);
}

/**
 * Answers with a file: whole, in parts, or with 304, as the request asks.
 *
 * @param headers beside those that the file itself gives.
 * @param failed is called instead where there is nothing to send, also after the headers went out.
 */
export function sendAsset(
  request: IncomingMessage,
  response: ServerResponse,
  { path, file, compressed }: Asset,
  headers: Readonly<Record<string, string>>,
  failed: (error: FileError) => void,
): void {
  // Ranges are defined for GET alone (RFC 9110, 14.2), and a weak ETag never satisfies If-Range
  // (13.1.5): ours are all weak.
  const inParts =
    request.method === 'GET' && 'range' in request.headers && !request.headers['if-range']?.includes('"');
  // A part of a compressed copy could not be decompressed.
  const copy = inParts ? undefined : preferred(request, compressed);
  const options = { acceptRanges: inParts, cacheControl: false, dotfiles: 'allow', index: false } as const;
  const stream = send(request, encodeURIComponent(copy?.file ?? file), options);
  stream
    .on('file', (_, { size }: { size: number }) => {
      if (inParts) request.headers.range = wholeSuffix(request.headers.range!, size);
    })
    .on('headers', () => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      response.setHeader('Accept-Ranges', 'bytes');
      response.setHeader('Vary', 'Accept-Encoding');
      // By the name of what is sent, not of its compressed copy.
      stream.type(path);
      if (copy) response.setHeader('Content-Encoding', copy.coding);
    })
    .on('stream', (opened: ReadStream) => {
      // A file that became shorter would leave the client waiting for the rest.
      opened.once('end', () => {
        if (opened.bytesRead < Number(response.getHeader('Content-Length'))) response.destroy();
      });
    })
    .on('directory', () => {
      failed(Object.assign(new Error('A folder took the place of a file.'), { status: 404 }));
    })
    .on('error', failed)
    .pipe(response);
}

function preferred(
  request: IncomingMessage,
  compressed: Asset['compressed'],
): Asset['compressed'][number] | undefined {
  const taken = new Negotiator(request).encodings(compressed.map(({ coding }) => coding));
  return compressed.find(({ coding }) => taken.includes(coding));
}

/**
 * A suffix range longer than the file means all of it (RFC 9110, 14.1.2). range-parser calls it
 * unsatisfiable.
 */
function wholeSuffix(range: string, size: number): string {
  return range.replace(/(?<=[=,]\s*)-(\d+)/g, (suffix, length) => (Number(length) > size ? '0-' : suffix));
}
