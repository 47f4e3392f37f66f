/**
 * Keeps a copy of the studio for when the server is out of reach. While the server answers, every
 * answer comes from it, so that nothing here is ever older than the server.
 */
import { isCached, filesToCache, type KeepRequest, type OfflineList } from './list.ts';

/** A server that has not answered by then counts as away, if there is a copy. */
const ANSWER_TIMEOUT_MS = 3000;
/** How long the copy is asked first then, so that a page waits only once while it loads. */
const AWAY_MS = 20_000;

// TypeScript knows a worker's scope by its most general type.
const worker = self as unknown as ServiceWorkerGlobalScope;

/** The path below which the app is served; `/` where it has the whole site. */
const home = new URL('.', worker.location.href).pathname;
const COPY = home === '/' ? 'portoon' : `portoon ${home}`;
let awayUntil = 0;

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
  if (request.method !== 'GET' || origin !== worker.location.origin || !pathname.startsWith(home)) return;
  if (isCached(pathname.slice(home.length))) event.respondWith(answer(request));
});

/** From the server; from the copy where that fails or takes too long. */
async function answer(request: Request): Promise<Response> {
  const kept = await copyOf(request);
  if (!kept) return fetch(request);
  if (performance.now() < awayUntil) return fromCopy(kept, request);
  const waiting = new AbortController();
  const timer = setTimeout(() => {
    awayUntil = performance.now() + AWAY_MS;
    waiting.abort();
  }, ANSWER_TIMEOUT_MS);
  try {
    return await fetch(request, { signal: AbortSignal.any([request.signal, waiting.signal]) });
  } catch {
    return await fromCopy(kept, request);
  } finally {
    clearTimeout(timer);
  }
}

/** Updates the copy to the server's build, and removes files that are no longer in that. */
async function keep({ keep: ep, half }: KeepRequest): Promise<void> {
  const copy = await caches.open(COPY);
  const list = (await (await fetch('offline.json', { cache: 'no-cache' })).json()) as OfflineList;
  const wanted = filesToCache({ ep, half }, 'Suspending' in WebAssembly, list);
  const held = new Set((await copy.keys()).map(({ url }) => url));
  const urls = new Set(wanted.map((path) => new URL(path, worker.location.href).href));
  // Most of them were just loaded and come from the browser's own cache. One at a time, because
  // somebody may be on air.
  for (const url of urls) if (!held.has(url)) await copy.add(url);
  for (const url of held) if (!urls.has(url)) await copy.delete(url);
}

async function copyOf(request: Request): Promise<Response | undefined> {
  const { origin, pathname, searchParams } = new URL(request.url);
  const copy = await caches.open(COPY);
  // A navigation's query never changes the file; `?v=` names another version of a file.
  const isVersion = request.mode !== 'navigate' && searchParams.has('v');
  return isVersion ? copy.match(request.url) : copy.match(origin + pathname, { ignoreSearch: true });
}

/** The file, or the part of it that was asked for. */
async function fromCopy(kept: Response, request: Request): Promise<Response> {
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
