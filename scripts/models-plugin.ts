import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import sirv from 'sirv';
import type { Plugin } from 'vite';

/** Serves models/ in development and copies what the page loads of it (manifest and nets) into the build. */
export function serveModels(): Plugin {
  const models = resolve(import.meta.dirname, '../models');
  let outDir = '';
  return {
    name: 'portoon-models',
    configResolved(config) {
      outDir = resolve(config.root, config.build.outDir);
    },
    configureServer(server) {
      server.middlewares.use('/models', sirv(models, { dev: true }));
    },
    async closeBundle() {
      const shipped = (path: string) => !path.endsWith('.md') && !path.includes(join('models', 'training'));
      await cp(models, join(outDir, 'models'), { recursive: true, filter: shipped });
    },
  };
}
