import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createServer, type ViteDevServer } from 'vite';
import { projectRoot } from '../../fixtures/server.ts';
import { TestPage } from '../../fixtures/signalling.ts';

let server: ViteDevServer;
let cacheDir: string;
let url: string;

beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'portoon-dev-'));
  server = await createServer({
    root: projectRoot,
    configFile: join(projectRoot, 'vite.config.ts'),
    cacheDir,
    logLevel: 'error',
    server: { port: 0 },
    optimizeDeps: { noDiscovery: true },
  });
  await server.listen();
  url = server.resolvedUrls!.local[0]!;
}, 30_000);

afterAll(async () => {
  await server.close();
  await rm(cacheDir, { recursive: true, force: true });
});

test('the development server connects calls', async () => {
  const room = randomBytes(16).toString('base64url');
  const extraHeaders = { origin: url.slice(0, -1) };
  const [a, b] = [new TestPage(url, { extraHeaders }), new TestPage(url, { extraHeaders })];
  const host = await a.join(room);
  const guest = await b.join(room);
  expect(guest.peers.map(({ id }) => id)).toEqual([host.self]);
  await a.next('joined');
  await b.ask('signal', { to: host.self, data: { type: 'offer', sdp: 'v=0' } });
  expect(await a.next('signal')).toMatchObject({ from: guest.self });
  a.close();
  expect(await b.next('left')).toMatchObject({ id: host.self });
  b.close();
});

test('and still serves the page, and sends it changes', async () => {
  const page = await fetch(url);
  expect(await page.text()).toContain('src/studio/');
  const status = await new Promise((resolve, reject) => {
    request(url, {
      headers: {
        connection: 'upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
        'sec-websocket-protocol': 'vite-ping',
      },
    })
      .on('upgrade', ({ statusCode }, wire) => {
        wire.destroy();
        resolve(statusCode);
      })
      .on('response', ({ statusCode }) => {
        resolve(statusCode);
      })
      .on('error', reject)
      .end();
  });
  expect(status).toBe(101);
});
