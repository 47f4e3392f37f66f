/**
 * `npm run check:size`: how much JavaScript the built app sends before it can start, after gzip,
 * against size-budget.json. The runtime's own files are not in it: they come with the package.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { buildApp, isFresh } from './build.ts';
import budgets from './size-budget.json' with { type: 'json' };

const compress = promisify(gzip);
const root = resolve(import.meta.dirname, '..');
const assets = join(root, 'dist/assets');

if (!(await isFresh(root))) await buildApp(root);
const names = await readdir(assets);
for (const { what, entries, kilobytes } of budgets) {
  const files = await withImports(entries.map(find));
  const sizes = await Promise.all(files.map(compressedSize));
  const used = sizes.reduce((sum, size) => sum + size, 0) / 1000;
  const isOver = used > kilobytes;
  process.stdout.write(
    `${isOver ? 'OVER ' : ''}${what}: ${used.toFixed(1)} kB of ${kilobytes} in ${files.length} files\n`,
  );
  if (isOver) process.exitCode = 1;
}
if (process.exitCode)
  process.stdout.write('Load it later, make it smaller, or raise scripts/size-budget.json.\n');

/** The file of a build that an entry became: its name and a hash. */
function find(entry: string): string {
  const found = names.filter(
    (name) => name.startsWith(`${entry}-`) && /^[\w-]{8}\.js$/.test(name.slice(entry.length + 1)),
  );
  if (found.length !== 1) throw new Error(`The build has ${found.length} files for '${entry}', not one.`);
  return found[0]!;
}

/**
 * The files, and all that they import as they load. What they import later, on demand, is left out.
 */
async function withImports(entries: string[]): Promise<string[]> {
  const all = new Set(entries);
  // A set's loop also visits what is added on the way.
  for (const file of all) {
    const code = await readFile(join(assets, file), 'utf8');
    for (const [, name] of code.matchAll(/\b(?:from|import)\s*["'`]\.\/([^"'`]+\.js)["'`]/g)) all.add(name!);
  }
  return [...all];
}

async function compressedSize(file: string): Promise<number> {
  return (await compress(await readFile(join(assets, file)), { level: 9 })).length;
}
