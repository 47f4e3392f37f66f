/**
 * Keeps a copy of the studio for when the server is out of reach. While the server answers, every
 * answer comes from it, so that nothing here is ever older than the server.
 */
import { isKept, listFor, type KeepRequest, type OfflineList } from './list.ts';

const COPY = 'portoon';
const LIST = '/offline.json';

// TypeScript knows a worker's scope by its most general type.
const worker = self as unknown as ServiceWorkerGlobalScope;

worker.addEventListener('install', (event) => {
  event.waitUntil(worker.skipWaiting());
});
worker.addEventListener('activate', (event) => {
  event.waitUntil(worker.clients.claim());
});
worker.addEventListener('message', (event) => {
  // Without a connection, or with a full disk, the copy stays as it is.
  event.waitUntil(keep(event.data as KeepRequest).catch(() => undefined));
});
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== worker.location.origin || !isKept(pathname)) return;
  event.respondWith(fetch(request).catch((failure: unknown) => fromCopy(request, failure)));
});

/** Brings the copy up to the server's build: what is not in it any more goes. */
async function keep({ keep: ep, half }: KeepRequest): Promise<void> {
  const copy = await caches.open(COPY);
  const list = (await (await fetch(LIST, { cache: 'no-cache' })).json()) as OfflineList;
  const wanted = listFor({ ep, half }, 'Suspending' in WebAssembly, list);
  const held = new Set((await copy.keys()).map(({ url }) => url));
  const urls = new Set(wanted.map((path) => new URL(path, worker.location.href).href));
  // Most of them were just loaded and come from the browser's own cache. One at a time, because
  // somebody may be on air.
  for (const url of urls) if (!held.has(url)) await copy.add(url);
  for (const url of held) if (!urls.has(url)) await copy.delete(url);
}

async function fromCopy(request: Request, failure: unknown): Promise<Response> {
  const { origin, pathname } = new URL(request.url);
  const copy = await caches.open(COPY);
  // Whatever a page is asked to show, it is the same page.
  const kept = await copy.match(origin + pathname, { ignoreSearch: true });
  if (!kept) throw failure;
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get('Range') ?? '');
  return range ? part(kept, Number(range[1]), range[2]) : kept;
}

/** A media element asks for parts (RFC 9110, section 14). */
async function part(whole: Response, first: number, last = ''): Promise<Response> {
  const bytes = await whole.blob();
  const end = last === '' ? bytes.size : Math.min(Number(last) + 1, bytes.size);
  const headers = new Headers(whole.headers);
  headers.set('Content-Range', `bytes ${first}-${end - 1}/${bytes.size}`);
  headers.set('Content-Length', String(end - first));
  return new Response(bytes.slice(first, end), { status: 206, headers });
}
