/** `npm run build:commands`: the command line of the package, in JavaScript, into bin/built/. */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'vite';

/**
 * Left out of the bundle: an installed package comes built, and has no browser driver of its own.
 */
const LEFT_OUT = [/\/scripts\/build\.ts$/, /^playwright-core/];

/** The queue has no repeated jobs, so the package that computes their times is left out. */
const withoutCalendars: Plugin = {
  name: 'portoon-without-calendars',
  enforce: 'pre',
  resolveId: (source) => (source === 'cron-parser' ? '\0no-calendars' : null),
  load: (id) => (id === '\0no-calendars' ? 'export const CronExpressionParser = undefined;' : null),
};

/**
 * Builds `portoon` at `root`, with all that it needs, so that people who install the package for
 * its effect install nothing else. Two folders deep, as its sources are: they find the package's
 * files relative to themselves.
 */
export async function buildCommands(root: string): Promise<void> {
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    plugins: [withoutCalendars],
    ssr: { noExternal: true },
    // The package's build for browsers contains its data, which its files for Node would read from
    // the disk.
    resolve: { alias: { 'css-tree': 'css-tree/dist/csstree.esm' } },
    build: {
      ssr: true,
      outDir: join(root, 'bin/built'),
      emptyOutDir: true,
      target: 'node20',
      minify: true,
      license: { fileName: 'licences.md' },
      rolldownOptions: {
        input: { main: join(root, 'src/cli/main.ts') },
        external: LEFT_OUT,
        checks: { bundlerTimings: false },
        output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
      },
    },
  });
}

if (import.meta.url === pathToFileURL(resolve(process.argv[1] ?? '')).href)
  await buildCommands(resolve(import.meta.dirname, '..'));
