import { randomBytes } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { moveIndexFirst, type OpenFile } from '../record/file/index-first.ts';

/**
 * Serves the app and, at addresses that nobody can guess, files that are read in ranges and written
 * in pieces.
 */
export class FilmServer {
  readonly http: Server;
  private readonly secret = randomBytes(16).toString('hex');
  private readonly readable = new Map<string, Offered>();
  private readonly writable = new Map<string, FileHandle>();
  private count = 0;

  /** @param app - answers all requests that are not for a film. It need not listen. */
  constructor(app: Server) {
    this.http = createServer((request, response) => {
      const [path = '', query] = (request.url ?? '').split('?');
      const readable = this.readable.get(path);
      const writable = this.writable.get(path);
      if (readable !== undefined && (request.method === 'GET' || request.method === 'HEAD'))
        answer(
          response,
          readable.state === null
            ? relay(readable.place, request, response)
            : readOffered(readable, request, response),
        );
      else if (writable && request.method === 'PUT')
        answer(response, write(writable, Number(new URLSearchParams(query).get('at')), request, response));
      else app.emit('request', request, response);
    });
  }

  /**
   * Serves a file as long as nobody changes it, or what is at an http(s) address. Returns its path.
   */
  offer(place: string): string {
    const path = this.path();
    this.readable.set(path, { place, state: /^https?:/i.test(place) ? null : stateOf(place) });
    return path;
  }

  /** Stops serving a file. */
  withdraw(path: string): void {
    this.readable.delete(path);
  }

  /**
   * Lets a new file be written, which must not exist yet. Returns its path, what completes it, and
   * what closes it.
   * @throws the file system's own error.
   */
  async openForWriting(
    file: string,
  ): Promise<{ path: string; finish: () => Promise<void>; close: () => Promise<void> }> {
    const handle = await open(file, 'wx+');
    const path = this.path();
    this.writable.set(path, handle);
    const close = async () => {
      this.writable.delete(path);
      await handle.close();
    };
    return {
      path,
      async finish() {
        await moveIndexFirst(await asOpenFile(handle));
        await close();
      },
      close,
    };
  }

  private path(): string {
    return `/films/${this.secret}/${++this.count}`;
  }
}

/** A file that can be read, and its state when it was offered; null for an address elsewhere. */
interface Offered {
  readonly place: string;
  readonly state: string | null;
}

/** Changes with a file's content: its length and date, and which file it is. */
function stateOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found ? [found.size, found.mtimeMs, found.ino].join() : '';
}

async function readOffered({ place, state }: Offered, request: IncomingMessage, response: ServerResponse) {
  if (stateOf(place) === state) await read(place, request, response);
  // The file has changed since other parts of it were read (src/record/film/film-bytes.ts).
  else response.writeHead(409).end();
}

async function asOpenFile(handle: FileHandle): Promise<OpenFile> {
  const { size } = await handle.stat();
  return {
    size,
    async read(into, at) {
      for (let done = 0; done < into.length;) {
        const { bytesRead } = await handle.read(into, done, into.length - done, at + done);
        if (bytesRead === 0) return;
        done += bytesRead;
      }
    },
    async write(bytes, at) {
      await handle.write(bytes, 0, bytes.length, at);
    },
  };
}

async function read(file: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { size } = await stat(file);
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  let start = 0;
  let end = size - 1;
  if (first !== undefined && last !== undefined) {
    if (first === '') start = Math.max(0, size - Number(last));
    else {
      start = Number(first);
      if (last !== '') end = Math.min(end, Number(last));
    }
    if (start > end) {
      response.writeHead(416, { 'Content-Range': `bytes */${size}` }).end();
      return;
    }
    response.statusCode = 206;
    response.setHeader('Content-Range', `bytes ${start}-${end}/${size}`);
  }
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Type', 'application/octet-stream');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Content-Length', end - start + 1);
  if (request.method === 'HEAD' || end < start) response.end();
  // The page ends a request when it has read enough: that is no failure.
  else await pipeline(createReadStream(file, { start, end }), response).catch(() => undefined);
}

/** Passes on what is at an address elsewhere, which pages of this site may not read themselves. */
async function relay(address: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { range } = request.headers;
  const gone = new AbortController();
  response.once('close', () => {
    gone.abort();
  });
  const answer = await fetch(address, { signal: gone.signal, headers: range ? { Range: range } : {} });
  response.statusCode = answer.status;
  for (const name of ['Content-Range', 'Content-Length', 'ETag']) {
    const value = answer.headers.get(name);
    if (value !== null) response.setHeader(name, value);
  }
  response.setHeader('Accept-Ranges', 'bytes');
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Type', 'application/octet-stream');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  if (!answer.body || request.method === 'HEAD') {
    await answer.body?.cancel();
    response.end();
    return;
  }
  // The page ends a request when it has read enough: that is no failure.
  await pipeline(Readable.fromWeb(answer.body as WebStream), response).catch(() => undefined);
}

async function write(
  file: FileHandle,
  at: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let position = at;
  try {
    for await (const chunk of request as AsyncIterable<Uint8Array>) {
      for (let done = 0; done < chunk.length;) {
        const { bytesWritten } = await file.write(chunk, done, chunk.length - done, position);
        done += bytesWritten;
        position += bytesWritten;
      }
    }
    response.writeHead(204).end();
  } catch (error) {
    response.writeHead((error as NodeJS.ErrnoException).code === 'ENOSPC' ? 507 : 500).end();
  }
}

function answer(response: ServerResponse, answering: Promise<void>): void {
  answering.catch(() => {
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
}
