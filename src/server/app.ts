import type { Server } from 'node:http';
import { createMetrics, type Metrics } from './metrics.ts';
import { createAppServer } from './server.ts';
import type { Settings } from './settings.ts';
import { attachSignalling, type Signalling } from './signalling.ts';

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
  return { http, signalling, metrics };
}
