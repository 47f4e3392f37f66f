/** `npm run build:extension`: the extension into dist-extension/, and as a zip beside it. */
import { copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { zipSync } from 'fflate';
import { build, type InlineConfig } from 'vite';
import { STAMP } from './build.ts';

/** Pages, and the service worker: modules that share their parts. */
const PAGES = ['popup.html', 'camera.html', 'offscreen.html', 'src/background/main.ts'];
/** Scripts that the browser puts into pages: each in one file, and no module. */
const SCRIPTS = { content: 'src/content/main.ts', 'page-patch': 'src/page-patch/main.ts' };
const ICONS = ['icon-180.png', 'icon-192.png', 'icon-512.png'];
/** The archive beside the folder, for those who load or publish one file. */
export const ARCHIVE = 'dist-extension.zip';

/** Builds the extension at `root` into its dist-extension/. */
export async function buildExtension(root: string): Promise<void> {
  const begun = new Date();
  const out = join(root, 'dist-extension');
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  // Test runners set another value, with which Vite would make a development build.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  try {
    await build(pagesOf(root, out));
    for (const [name, entry] of Object.entries(SCRIPTS)) await build(scriptOf(root, out, name, entry));
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
  await cp(join(root, 'models'), join(out, 'models'), {
    recursive: true,
    filter: (path) => !path.endsWith('.md'),
  });
  for (const icon of ICONS) await copyFile(join(root, 'public', icon), join(out, icon));
  await copyFile(join(root, 'LICENSE'), join(out, 'LICENSE'));
  await writeManifest(root, out);
  await writeFile(join(root, ARCHIVE), await zipFolder(out));
  await writeFile(join(out, STAMP), begun.toISOString());
}

const shared: InlineConfig = {
  configFile: false,
  publicDir: false,
  logLevel: 'warn',
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'development|production'] },
};

function pagesOf(root: string, outDir: string): InlineConfig {
  const rolldownOptions = { checks: { bundlerTimings: false } };
  return {
    ...shared,
    root: join(root, 'extension'),
    worker: { format: 'es', rolldownOptions },
    oxc: { jsx: { importSource: 'preact' } },
    build: {
      outDir,
      emptyOutDir: false,
      target: 'esnext',
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1500,
      modulePreload: false,
      license: { fileName: 'licences.md' },
      rolldownOptions: {
        ...rolldownOptions,
        input: PAGES.map((page) => join(root, 'extension', page)),
        output: {
          // The manifest knows the service worker by its name.
          entryFileNames: ({ facadeModuleId }) =>
            facadeModuleId?.includes('/background/') ? 'background.js' : 'assets/[name]-[hash].js',
        },
      },
    },
  };
}

function scriptOf(root: string, outDir: string, name: string, entry: string): InlineConfig {
  return {
    ...shared,
    root: join(root, 'extension'),
    build: {
      outDir,
      emptyOutDir: false,
      target: 'esnext',
      rolldownOptions: {
        checks: { bundlerTimings: false },
        input: { [name]: join(root, 'extension', entry) },
        output: { format: 'iife', entryFileNames: '[name].js' },
      },
    },
  };
}

async function writeManifest(root: string, out: string): Promise<void> {
  const read = async (path: string) =>
    JSON.parse(await readFile(join(root, path), 'utf8')) as { version: string };
  const { version } = await read('package.json');
  const manifest = { ...(await read('extension/manifest.json')), version };
  await writeFile(join(out, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

async function zipFolder(folder: string): Promise<Uint8Array> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: Record<string, Uint8Array> = {};
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    files[relative(folder, path).split(sep).join('/')] = await readFile(path);
  }
  return zipSync(files, { level: 6 });
}

if (import.meta.url === pathToFileURL(resolve(process.argv[1] ?? '')).href)
  await buildExtension(resolve(import.meta.dirname, '..'));
