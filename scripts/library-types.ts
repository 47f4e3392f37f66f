import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';

const IMPORT = /(?<=\bfrom '|\bimport\(')(\.[^']+)\.ts(?=')/g;

/** What is imported for what it does, and not for its types. */
const FOR_EFFECT = /^import '[^']+';\n/gm;

/**
 * Copies the declarations that entries need, and no others, with the extensions that every resolver
 * knows.
 * @param from - the declarations of all sources.
 * @param entries - paths of sources, from `src/` on.
 */
export async function writeDeclarations(from: string, entries: readonly string[], to: string): Promise<void> {
  const wanted = new Set(entries.map((entry) => entry.replace(/^src\//, '').replace(/\.ts$/, '')));
  // A set's loop also visits what is added on the way.
  for (const path of wanted) {
    const text = await readFile(join(from, `${path}.d.ts`), 'utf8');
    for (const [, imported] of text.matchAll(IMPORT)) wanted.add(posix.join(posix.dirname(path), imported!));
    const target = join(to, `${path}.d.ts`);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text.replaceAll(FOR_EFFECT, '').replaceAll(IMPORT, '$1.js'));
  }
}
