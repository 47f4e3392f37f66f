/** `npm run build`: the app into dist/, ready to be served compressed. */
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { SHARED } from '../src/server/http/files.ts';
import { compressFolder } from './compress.ts';
import { oneBuilder } from './one-builder.ts';

/** What a build depends on. */
const SOURCES = [
  'src',
  'shaders',
  'models',
  'public',
  'scripts',
  'index.html',
  'obs.html',
  'convert.html',
  'vite.config.ts',
  'tsconfig.library.json',
  'package.json',
  'package-lock.json',
];
/** Holds the time of the build. It is written last, so that an incomplete build does not count. */
export const STAMP = '.built';

/**
 * Builds the app at `root` into its dist/. Where another process builds it already, waits for that
 * one, and builds again only if sources changed meanwhile.
 */
export function buildApp(root: string): Promise<{ seconds: number }> {
  const begun = Date.now();
  return oneBuilder(root, async (waited) => {
    if (!(waited && (await isFresh(root)))) await buildAlone(root);
    return { seconds: (Date.now() - begun) / 1000 };
  });
}

async function buildAlone(root: string): Promise<void> {
  const begun = new Date();
  const dist = join(root, 'dist');
  await rm(join(dist, STAMP), { force: true });
  // Test runners set another value, with which Vite would make a development build.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  await build({
    root,
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'warn',
    // The plugins' timings do not interest people who only want to start the app.
    build: { rolldownOptions: { checks: { bundlerTimings: false } } },
    worker: { rolldownOptions: { checks: { bundlerTimings: false } } },
  }).finally(() => {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  });
  await listShared(dist);
  await compressFolder(dist);
  // When the build began: a source that was saved during it may not be in it.
  await writeFile(join(dist, STAMP), begun.toISOString());
}

/**
 * Lists the large files that the library has too, by their paths and by their names there: an
 * installed package has them only once.
 */
async function listShared(dist: string): Promise<void> {
  const entries = await readdir(dist, { recursive: true });
  const shared = entries
    .map((name) => name.split(sep).join('/'))
    .filter((name) => /^models\/.*\.|\.wasm$/.test(name))
    .map((name) => {
      const runtime = /^assets\/(.+)-[\w-]{8}\.wasm$/.exec(name)?.[1];
      return [`/${name}`, runtime === undefined ? name : `runtime/${runtime}.wasm`];
    });
  await writeFile(join(dist, SHARED), JSON.stringify(Object.fromEntries(shared)));
}

/** Whether a folder holds a complete build that is newer than everything it depends on. */
export async function isFresh(
  root: string,
  dist: 'dist' | 'dist-lib' | 'dist-extension' = 'dist',
): Promise<boolean> {
  const built = await readStamp(join(root, dist, STAMP));
  if (built === undefined) return false;
  const sources = dist === 'dist-extension' ? [...SOURCES, 'extension'] : SOURCES;
  const times = await Promise.all(sources.map((source) => newest(join(root, source))));
  return Math.max(...times) < built;
}

async function readStamp(path: string): Promise<number | undefined> {
  try {
    return Date.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The time of the last change in a file or folder, removals included; 0 where there is none. */
async function newest(path: string): Promise<number> {
  const info = await stat(path).catch(() => undefined);
  if (!info) return 0;
  if (!info.isDirectory()) return info.mtimeMs;
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const times = await Promise.all(
    entries.map(async (entry) => {
      return (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.mtimeMs ?? 0;
    }),
  );
  return Math.max(info.mtimeMs, ...times);
}

if (import.meta.url === pathToFileURL(resolve(process.argv[1] ?? '')).href) {
  const { seconds } = await buildApp(resolve(import.meta.dirname, '..'));
  process.stdout.write(`Built in ${seconds.toFixed(1)} s.\n`);
}
