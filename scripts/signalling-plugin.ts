import type { Server } from 'node:http';
import type { Plugin } from 'vite';
import { createMetrics } from '../src/server/metrics.ts';
import { readSettings } from '../src/server/settings.ts';
import { attachSignalling } from '../src/server/signalling/signalling.ts';

/**
 * Calls in development: the signalling of `npm start`, on the development server's own port and
 * with its settings.
 */
export function serveSignalling(): Plugin {
  return {
    name: 'portoon-signalling',
    apply: 'serve',
    async configureServer({ httpServer }) {
      if (!httpServer) return;
      const { proxies, redisUrl, turn } = readSettings(process.env);
      const settings = { proxies, turn, ...(redisUrl === undefined ? {} : { redisUrl }) };
      const signalling = await attachSignalling(httpServer as Server, settings, createMetrics());
      httpServer.once('close', () => void signalling.close());
    },
  };
}
