import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { createMetrics, type Metrics } from './metrics.ts';
import { createAppServer } from './server.ts';
import type { Settings } from './settings.ts';
import { attachSignalling, isForSignalling, type Signalling } from './signalling.ts';

/**
 * The whole server, not yet listening: files, signalling, `/healthz` and `/metrics`.
 *
 * @param root the build's folder.
 * @throws a sentence for people, where Redis is asked for and does not answer.
 */
export async function createApp(
  root: string,
  settings: Pick<Settings, 'redisUrl' | 'turn' | 'proxies'> & Partial<Pick<Settings, 'broadcastOrigins'>>,
): Promise<{ http: Server; signalling: Signalling; metrics: Metrics }> {
  const metrics = createMetrics();
  const pages = {
    '/healthz': () => {
      const [status, body] = signalling.healthy ? [200, 'ok\n'] : [503, 'not ok\n'];
      return Promise.resolve({ status, type: 'text/plain', body });
    },
    '/metrics': async () => ({
      status: 200,
      type: metrics.registry.contentType,
      body: await metrics.registry.metrics(),
    }),
  };
  const http = createAppServer(root, pages, settings.broadcastOrigins);
  const signalling = await attachSignalling(http, settings, metrics);
  http.on('upgrade', (request, wire: Socket) => {
    if (isForSignalling(request)) return;
    metrics.rejected.inc({ code: 'ERR_PROTOCOL' });
    refuse(wire);
  });
  return { http, signalling, metrics };
}

/** Answers an upgrade that nobody here takes. Node leaves such a connection to whoever listens, errors and end alike. */
function refuse(wire: Socket): void {
  const sentence = 'Only signalling speaks anything but HTTP here.\n';
  wire.on('error', () => undefined);
  wire.write(
    'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n' +
      `Content-Length: ${sentence.length}\r\n\r\n${sentence}`,
  );
  wire.destroySoon();
}
