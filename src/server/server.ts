import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import sirv from 'sirv';
import { contentSecurityPolicy, isolationHeaders } from './headers.ts';

const FOR_EVER = 'public, max-age=31536000, immutable';
/** Kept, but asked about each time: an ETag answers with 304. */
const ASK_FIRST = 'no-cache';

const headersOfAll = {
  ...isolationHeaders,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=(self), microphone=(self), geolocation=()',
};

/** An address that is answered by the server itself. */
export type Page = () => Promise<{ status: number; type: string; body: string }>;

/**
 * The server of a built app: its files, and the pages named here. Not yet listening, so that others (signalling) can
 * attach to the same server first.
 *
 * @param root the build's folder. It is read once: build before, not after.
 * @param pages by path.
 * @param origins of media servers that the app's pages may speak to.
 */
export function createAppServer(
  root: string,
  pages: Readonly<Record<string, Page>> = {},
  origins: readonly string[] = [],
): Server {
  const policy = contentSecurityPolicy(origins);
  const checksums = readChecksums(root);
  const serveFile = sirv(root, {
    brotli: true,
    gzip: true,
    etag: true,
    setHeaders(response, path) {
      response.setHeader('Cache-Control', cachingOf(path, response.req.url ?? '', checksums));
      const type = typeOf(path);
      if (type) response.setHeader('Content-Type', type);
      if (isPage(path)) response.setHeader('Content-Security-Policy', policy);
    },
  });
  return createServer((request, response) => {
    for (const [name, value] of Object.entries(headersOfAll)) response.setHeader(name, value);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      sayInWords(request, response, 405, 'Only GET and HEAD', 'This address answers GET and HEAD only.');
      return;
    }
    const path = (request.url ?? '').split('?')[0]!;
    if (Object.hasOwn(pages, path)) {
      answerPage(pages[path]!, request, response);
      return;
    }
    // What the build put beside a file for transfer is no address of its own.
    if (/\.(br|gz)$/.test(path)) {
      notFound(request, response);
      return;
    }
    serveFile(request, response, () => {
      notFound(request, response);
    });
  });
}

function answerPage(page: Page, request: IncomingMessage, response: ServerResponse): void {
  page().then(
    ({ status, type, body }) => {
      response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' });
      response.end(request.method === 'HEAD' ? undefined : body);
    },
    () => {
      response.writeHead(500).end();
    },
  );
}

function cachingOf(path: string, address: string, checksums: ReadonlyMap<string, string>): string {
  // Vite names these by their content.
  if (path.startsWith('/assets/')) return FOR_EVER;
  const sha256 = checksums.get(path);
  const version = new URLSearchParams(address.split('?')[1]).get('v');
  // A net under a version that is not its own must not be kept.
  return sha256 && version && version.length >= 8 && sha256.startsWith(version) ? FOR_EVER : ASK_FIRST;
}

/** From each net's path to its SHA-256, as the manifest says. A build without models is still served. */
function readChecksums(root: string): ReadonlyMap<string, string> {
  const checksums = new Map<string, string>();
  try {
    const manifest = JSON.parse(readFileSync(join(root, 'models/manifest.json'), 'utf8')) as {
      models?: { file: string; sha256: string; half?: { file: string; sha256: string } }[];
    };
    for (const model of manifest.models ?? [])
      for (const { file, sha256 } of [model, ...(model.half ? [model.half] : [])])
        checksums.set(`/models/${file}`, sha256);
  } catch {
    // The page itself tells of a missing or broken manifest.
  }
  return checksums;
}

function isPage(path: string): boolean {
  return path.endsWith('/') || path.endsWith('.html') || !/\.[^/]+$/.test(path);
}

/** Only where sirv does not know. */
function typeOf(path: string): string | undefined {
  return path.endsWith('.onnx') ? 'application/octet-stream' : undefined;
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

function sayInWords(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  title: string,
  sentence: string,
): void {
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
  });
  response.end(request.method === 'HEAD' ? undefined : page);
}
