import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import send from 'send';
import type { Plugin } from 'vite';

/**
 * Serves models/ in development and copies what the page loads of it (manifest and nets) into the
 * build.
 */
export function serveModels(): Plugin {
  const models = resolve(import.meta.dirname, '../models');
  let outDir: string | undefined;
  return {
    name: 'portoon-models',
    configResolved(config) {
      // A development server closes its bundle too, when it stops.
      if (config.command === 'build') outDir = resolve(config.root, config.build.outDir);
    },
    configureServer(server) {
      server.middlewares.use('/models', (request, response, next) => {
        const path = (request.url ?? '').split('?')[0]!;
        send(request, path, { root: models, cacheControl: false, index: false })
          .on('headers', () => response.setHeader('Cache-Control', 'no-store'))
          .on('directory', () => {
            next();
          })
          .on('error', (error: { status: number }) => {
            if (error.status === 404) next();
            else response.writeHead(error.status).end();
          })
          .pipe(response);
      });
    },
    async closeBundle() {
      if (outDir === undefined) return;
      const shipped = (path: string) => !path.endsWith('.md');
      await cp(models, join(outDir, 'models'), { recursive: true, filter: shipped });
    },
  };
}
