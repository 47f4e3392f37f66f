/** `npm run build:library`: what the package's users import, into dist-lib/. */
import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build, type InlineConfig } from 'vite';
import { STAMP } from './build.ts';
import { writeDeclarations } from './library-types.ts';

/** What a page imports, each at the sub-path of the package of the same name. */
const ENTRIES = {
  index: 'src/index.ts',
  livekit: 'src/package/livekit.ts',
  jitsi: 'src/package/jitsi.ts',
};
/** Separate programs, each in one file: bundlers copy them as they are. */
const WORKERS = {
  'effect.worker': 'src/effect/worker/effect.worker.ts',
  'nets.worker': 'src/effect/runtime/nets.worker.ts',
};
/** Modules that know where the app's bundler puts files, and what replaces them in the package. */
const SWAPPED = {
  'src/effect/page/own-files.ts': 'src/package/page/own-files.ts',
  'src/effect/runtime/builds.ts': 'src/package/worker/builds.ts',
  'src/effect/runtime/start-nets-worker.ts': 'src/package/worker/start-nets-worker.ts',
};
/** Files of onnxruntime-web. As .js, every server knows their type. */
const RUNTIME_SCRIPTS = [
  'ort.wasm.min',
  'ort.jspi.min',
  'ort.webgpu.min',
  'ort-wasm-simd-threaded',
  'ort-wasm-simd-threaded.jspi',
  'ort-wasm-simd-threaded.asyncify',
];

/** The licences of what is bundled: the effect's worker has all of it but the runtime. */
const LICENCES = 'licences.md';

/**
 * The runtime's line for Node. It awaits at the top of the file, which webpack's minifier refuses
 * in files that are only copied.
 */
const FOR_NODE = 'if(isNode)isPthread=(await import("worker_threads")).workerData==="em-pthread";';

/** Builds the library at `root` into its dist-lib/. */
export async function buildLibrary(root: string): Promise<void> {
  const begun = new Date();
  const out = join(root, 'dist-lib');
  const assets = join(out, 'assets');
  await rm(out, { recursive: true, force: true });
  await mkdir(join(assets, 'runtime'), { recursive: true });
  for (const [name, entry] of Object.entries(WORKERS))
    await build(configOf(root, { [name]: entry }, assets, 'worker'));
  await build(configOf(root, ENTRIES, out, 'page'));
  await copyRuntime(join(root, 'node_modules/onnxruntime-web'), join(assets, 'runtime'));
  await cp(join(root, 'models'), join(assets, 'models'), {
    recursive: true,
    filter: (path) => !path.endsWith('.md'),
  });
  await writeAddresses(root, out, assets);
  await writeLicences(root, join(assets, LICENCES), join(out, LICENCES));
  await promisify(execFile)(process.execPath, [
    join(root, 'node_modules/typescript/bin/tsc'),
    ...['-p', join(root, 'tsconfig.library.json'), '--outDir', join(out, 'declared')],
  ]);
  await writeDeclarations(join(out, 'declared/src'), Object.values(ENTRIES), join(out, 'types'));
  await rm(join(out, 'declared'), { recursive: true });
  await writeFile(join(out, STAMP), begun.toISOString());
}

function configOf(
  root: string,
  input: Readonly<Record<string, string>>,
  outDir: string,
  place: 'page' | 'worker',
): InlineConfig {
  const inOneFile = place === 'worker';
  return {
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    plugins: [
      {
        name: 'portoon-package',
        enforce: 'pre',
        async resolveId(source, importer, options) {
          // Written out literally below, so that bundlers find each address.
          if (source === 'virtual:addresses') return { id: './addresses.js', external: 'relative' };
          const found = await this.resolve(source, importer, { ...options, skipSelf: true });
          const path = found && relative(root, found.id).split(sep).join('/');
          const swapped = path && (SWAPPED as Partial<Record<string, string>>)[path];
          return swapped ? join(root, swapped) : null;
        },
      },
    ],
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2022',
      minify: true,
      modulePreload: false,
      chunkSizeWarningLimit: 1000,
      license: 'effect.worker' in input && { fileName: LICENCES },
      rolldownOptions: {
        input: Object.fromEntries(Object.entries(input).map(([name, path]) => [name, join(root, path)])),
        preserveEntrySignatures: 'strict',
        checks: { bundlerTimings: false },
        output: {
          entryFileNames: '[name].js',
          chunkFileNames: '[name].js',
          codeSplitting: !inOneFile,
        },
      },
    },
  };
}

async function copyRuntime(from: string, to: string): Promise<void> {
  for (const script of RUNTIME_SCRIPTS) {
    const target = join(to, `${script.replace('.min', '')}.js`);
    await copyFile(join(from, 'dist', `${script}.mjs`), target);
    if (!script.startsWith('ort-')) continue;
    await copyFile(join(from, 'dist', `${script}.wasm`), join(to, `${script}.wasm`));
    const code = await readFile(target, 'utf8');
    if (code.split(FOR_NODE).length !== 2) throw new Error(`${script} is not as it was: see FOR_NODE.`);
    // On its own line the export shows tools that scan the text that this is a module.
    await writeFile(target, code.replace(FOR_NODE, '').replace('}export default', '}\nexport default'));
  }
}

/** One address for each file, written out: so bundlers know which files are to be copied. */
async function writeAddresses(root: string, out: string, assets: string): Promise<void> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const entries = await readdir(assets, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.md'))
    .map((entry) => relative(assets, join(entry.parentPath, entry.name)).split(sep).join('/'));
  const lines = names.sort().map((name) => {
    return `  '${name}': () => new URL('./assets/${name}', import.meta.url),\n`;
  });
  await writeFile(
    join(out, 'addresses.js'),
    `export const version = '${version}';\nexport const addresses = {\n${lines.join('')}};\n`,
  );
}

/** Adds the runtime's licence: its package includes no text, and is MIT, as ours is. */
async function writeLicences(root: string, bundled: string, to: string): Promise<void> {
  const { version } = JSON.parse(
    await readFile(join(root, 'node_modules/onnxruntime-web/package.json'), 'utf8'),
  ) as { version: string };
  const [, terms = ''] = (await readFile(join(root, 'LICENSE'), 'utf8')).split(/^Copyright .*$/m);
  const runtime = `\n## onnxruntime-web - ${version} (MIT)\n\nCopyright (c) Microsoft Corporation\n${terms}`;
  await writeFile(to, (await readFile(bundled, 'utf8')) + runtime);
  await rm(bundled);
}

if (import.meta.url === pathToFileURL(resolve(process.argv[1] ?? '')).href)
  await buildLibrary(resolve(dirname(import.meta.dirname)));
