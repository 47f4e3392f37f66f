import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import type { Plugin } from 'vite';
import { isCached, type OfflineList } from '../src/offline/list.ts';

/** Lists the files of a build that the studio runs on, for its service worker. */
export function listForOffline(): Plugin {
  let outDir: string | undefined;
  return {
    name: 'portoon-offline',
    configResolved(config) {
      if (config.command === 'build') outDir = resolve(config.root, config.build.outDir);
    },
    closeBundle: {
      // The models are copied before.
      sequential: true,
      order: 'post',
      async handler() {
        if (outDir === undefined) return;
        const files = await listFiles(outDir);
        await writeFile(join(outDir, 'offline.json'), JSON.stringify({ files } satisfies OfflineList));
      },
    },
  };
}

/**
 * The page, and what it may load; without the nets of the fine grade, which only strong machines
 * fetch, and only on demand.
 */
async function listFiles(dist: string): Promise<string[]> {
  const entries = await readdir(dist, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dist, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => isCached(path) && !/\.md$|-fine(-half)?\.onnx$/.test(path));
  return Promise.all(['index.html', ...paths.sort()].map((path) => addressOf(dist, path)));
}

async function addressOf(dist: string, path: string): Promise<string> {
  // Vite puts a hash of the content into these names.
  if (path.startsWith('assets/')) return path;
  const checksum = createHash('sha256')
    .update(await readFile(join(dist, path)))
    .digest('hex');
  return `${path === 'index.html' ? './' : path}?v=${checksum.slice(0, 12)}`;
}
