import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { findAsset, readAssets, sendAsset, type FileError } from './http/files.ts';
import { contentSecurityPolicy, isolationHeaders } from './http/headers.ts';

const FOR_EVER = 'public, max-age=31536000, immutable';
/** Cached, but checked each time: with the same ETag the answer is 304. */
const ASK_FIRST = 'no-cache';

/** Requests are short: what is not complete after so long will never be. Milliseconds. */
const TIMEOUTS = { headersTimeout: 5000, requestTimeout: 10_000, connectionsCheckingInterval: 1000 };
/** A response of which the client reads nothing for so long is ended. Milliseconds. */
const STALLED = 120_000;

const headersOfAll = {
  ...isolationHeaders,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=(self), microphone=(self), geolocation=()',
};

/** An address that is answered by the server itself. */
export type Page = (request: IncomingMessage) => Promise<{
  status: number;
  type: string;
  body: string;
  headers?: Readonly<Record<string, string>>;
}>;

/**
 * The server of a built app: its files and the given pages. It does not listen yet, so that
 * signalling can attach to it first.
 *
 * @param root the build's folder. It is read once: build before, not after.
 * @param pages by path.
 * @param origins of media servers that the app's pages may connect to.
 */
export function createAppServer(
  root: string,
  pages: Readonly<Record<string, Page>> = {},
  origins: readonly string[] = [],
): Server {
  const policy = contentSecurityPolicy(origins);
  const assets = readAssets(root);
  const checksums = readChecksums(assets.get('/models/manifest.json')?.file);
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    setHeadersOfAll(response);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      const sentence = 'This address answers GET and HEAD only.';
      sayInWords(request, response, 405, 'Only GET and HEAD', sentence, { Allow: 'GET, HEAD' });
      return;
    }
    const path = (request.url ?? '').split('?')[0]!;
    if (Object.hasOwn(pages, path)) {
      answerPage(pages[path]!, request, response);
      return;
    }
    const asset = findAsset(assets, path);
    if (!asset) {
      notFound(request, response);
      return;
    }
    const headers = {
      'Cache-Control': cachingOf(asset.path, request.url ?? '', checksums),
      ...(asset.path.endsWith('.html') ? { 'Content-Security-Policy': policy } : {}),
    };
    sendAsset(request, response, asset, headers, (error) => {
      fileFailed(error, request, response);
    });
  };
  const server = createServer(TIMEOUTS, (request, response) => {
    const begin = () => {
      try {
        answer(request, response);
      } catch (error) {
        failed(error, request, response);
      }
    };
    // Otherwise a pipelined request would open a file too early, and miss the end of its
    // connection.
    if (response.socket) begin();
    else response.once('socket', begin);
  });
  server.timeout = STALLED;
  return server;
}

function setHeadersOfAll(response: ServerResponse): void {
  for (const [name, value] of Object.entries(headersOfAll)) response.setHeader(name, value);
}

function answerPage(page: Page, request: IncomingMessage, response: ServerResponse): void {
  page(request).then(
    ({ status, type, body, headers }) => {
      response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store', ...headers });
      response.end(request.method === 'HEAD' ? undefined : body);
    },
    (error: unknown) => {
      failed(error, request, response);
    },
  );
}

/** Answers for a file that could not be sent, or not wholly. */
function fileFailed(error: FileError, request: IncomingMessage, response: ServerResponse): void {
  if (error.code === 'EMFILE' || error.code === 'ENFILE') {
    const sentence = 'The server is busy at the moment. Try again in some seconds.';
    sayInWords(request, response, 503, 'Too busy', sentence, { 'Retry-After': '5' });
    return;
  }
  switch (error.status) {
    case 404:
      notFound(request, response);
      break;
    case 412:
      sayInWords(request, response, 412, 'Another version', 'This file is not as the request wants it.');
      break;
    case 416:
      sayInWords(request, response, 416, 'No such part', 'The file has no such part.', error.headers);
      break;
    default:
      failed(error, request, response);
  }
}

/** Answers for a fault of the server. It is logged in one line, without the request. */
function failed(error: unknown, request: IncomingMessage, response: ServerResponse): void {
  process.stderr.write(`Answered with 500: ${String(error).replace(/\s+/g, ' ')}\n`);
  sayInWords(
    request,
    response,
    500,
    'Something broke',
    'The server could not answer. Try again in a moment.',
  );
}

function cachingOf(path: string, address: string, checksums: ReadonlyMap<string, string>): string {
  // Vite puts a hash of the content into these names.
  if (path.startsWith('/assets/')) return FOR_EVER;
  const sha256 = checksums.get(path);
  const version = new URLSearchParams(address.split('?')[1]).get('v');
  // A net under a version that is not its own must not be kept.
  return sha256 && version && version.length >= 8 && sha256.startsWith(version) ? FOR_EVER : ASK_FIRST;
}

/**
 * The SHA-256 of each net by its path, from the manifest. A build without models is still served.
 */
function readChecksums(list: string | undefined): ReadonlyMap<string, string> {
  const checksums = new Map<string, string>();
  if (list === undefined) return checksums;
  try {
    const manifest = JSON.parse(readFileSync(list, 'utf8')) as {
      models?: { file: string; sha256: string; half?: { file: string; sha256: string } }[];
    };
    for (const model of manifest.models ?? [])
      for (const { file, sha256 } of [model, ...(model.half ? [model.half] : [])])
        checksums.set(`/models/${file}`, sha256);
  } catch {
    // The page itself reports a missing or broken manifest.
  }
  return checksums;
}

function notFound(request: IncomingMessage, response: ServerResponse): void {
  sayInWords(
    request,
    response,
    404,
    'Nothing here',
    'Portoon has no page at this address. <a href="/">Open the studio</a>.',
  );
}

/**
 * Answers with a page in words and removes the headers that were set before. If those have been
 * sent already, the response is cut off.
 */
function sayInWords(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  title: string,
  sentence: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  setHeadersOfAll(response);
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} - Portoon</title>
<style>
  body { font: 1.1rem/1.5 system-ui, sans-serif; display: grid; place-content: center; min-height: 90vh; text-align: center; color-scheme: light dark }
</style>
<h1>${title}</h1>
<p>${sentence}</p>
`;
  response.writeHead(status, {
    'Content-Type': 'text/html;charset=utf-8',
    'Content-Length': Buffer.byteLength(page),
    'Content-Security-Policy': contentSecurityPolicy(),
    'Cache-Control': 'no-store',
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : page);
}
