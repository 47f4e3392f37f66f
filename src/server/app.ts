import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { watchConnections } from './http/connections.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { createAppServer, type Page } from './server.ts';
import type { Settings } from './settings.ts';
import { attachSignalling, isForSignalling, type SignallingServer } from './signalling/signalling.ts';

/**
 * The whole server, not yet listening: files, signalling, `/healthz` and `/metrics`.
 *
 * @param root the build's folder.
 * @throws a sentence for people, where Redis is asked for and does not answer.
 */
export async function createApp(
  root: string,
  settings: Pick<Settings, 'redisUrl' | 'turn' | 'proxies' | 'metricsToken'> &
    Partial<Pick<Settings, 'broadcastOrigins'>>,
): Promise<{ http: Server; signalling: SignallingServer; metrics: Metrics }> {
  const metrics = createMetrics();
  const pages: Record<string, Page> = {
    '/healthz': () => {
      const [status, body] = signalling.healthy ? [200, 'ok\n'] : [503, 'not ok\n'];
      return Promise.resolve({ status, type: 'text/plain', body });
    },
    '/metrics': async (request) => {
      if (!mayRead(request, settings.metricsToken)) {
        metrics.rejected.inc({ code: 'ERR_UNAUTHORIZED' });
        const headers = { 'WWW-Authenticate': 'Bearer realm="metrics"' };
        return { status: 401, type: 'text/plain', body: 'These numbers take a token.\n', headers };
      }
      return { status: 200, type: metrics.registry.contentType, body: await metrics.registry.metrics() };
    },
  };
  const http = createAppServer(root, pages, settings.broadcastOrigins);
  const signalling = await attachSignalling(http, settings, metrics);
  watchConnections(http, metrics, settings.proxies);
  http.on('upgrade', (request, socket: Socket) => {
    if (isForSignalling(request)) return;
    metrics.rejected.inc({ code: 'ERR_PROTOCOL' });
    refuse(socket);
  });
  return { http, signalling, metrics };
}

/** Whether a request shows the token. */
function mayRead({ headers }: IncomingMessage, token: string | undefined): boolean {
  if (token === undefined) return true;
  const [, shown = ''] = /^Bearer +(.+)$/i.exec(headers.authorization ?? '') ?? [];
  const digest = (text: string) => createHash('sha256').update(text).digest();
  // Digests are of equal length, and how long it takes to compare them reveals nothing about the
  // token.
  return timingSafeEqual(digest(shown), digest(token));
}

/**
 * Answers an upgrade request that nobody here handles. Node leaves such a connection, its errors
 * and its end to us.
 */
function refuse(socket: Socket): void {
  const sentence = 'Only signalling speaks anything but HTTP here.\n';
  socket.on('error', () => undefined);
  socket.write(
    'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n' +
      `Content-Length: ${sentence.length}\r\n\r\n${sentence}`,
  );
  socket.destroySoon();
}
