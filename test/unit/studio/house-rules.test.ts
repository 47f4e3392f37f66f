/** Rules that no linter checks, about the studio's files, folders and names. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../../../src/studio');
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(tsx?|css)$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
const code = files.filter(({ path }) => path.includes('.ts'));
const sheets = files.filter(({ path }) => path.endsWith('.css'));

/** The values that occur more than once. */
function repeated(values: string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

/** The features that each feature imports from. */
function dependencies(): Map<string, Set<string>> {
  const graph = new Map<string, Set<string>>();
  for (const { path, text } of code) {
    const folder = dirname(path);
    const targets = graph.get(folder) ?? new Set();
    for (const [, target = ''] of text.matchAll(/ from '(\.{1,2}\/[^']+)'/g)) {
      const to = dirname(relative(root, resolve(root, folder, target)));
      if (to !== folder && !to.startsWith('..')) targets.add(to);
    }
    graph.set(folder, targets);
  }
  return graph;
}

describe('the files of the studio', () => {
  it('have names that differ by more than case and hyphens', () => {
    const names = files.map(({ path }) => basename(path, extname(path)));
    const plain = [...new Set(names)].map((name) => name.toLowerCase().replaceAll('-', ''));
    expect(repeated(plain)).toEqual([]);
    expect(repeated(code.map(({ path }) => basename(path)))).toEqual([]);
  });

  it('export each name only once', () => {
    const exported = code.flatMap(({ text }) =>
      Array.from(
        text.matchAll(
          /^export (?:async )?(?:abstract )?(?:const|let|function|class|interface|type|enum) (\w+)/gm,
        ),
        ([, name = '']) => name,
      ),
    );
    expect(repeated(exported)).toEqual([]);
  });

  it('are short, and few in each folder', () => {
    const long = files.filter(({ text }) => text.split('\n').length > 351).map(({ path }) => path);
    expect(long).toEqual([]);
    const folders = new Map<string, number>();
    for (const { path } of code) folders.set(dirname(path), (folders.get(dirname(path)) ?? 0) + 1);
    expect([...folders].filter(([, count]) => count > 14)).toEqual([]);
  });

  it('have a style sheet beside the component of the same name, and all are imported', () => {
    const index = readFileSync(join(root, 'studio.css'), 'utf8');
    const own = sheets.filter(({ path }) => path !== 'studio.css');
    expect(own.filter(({ path }) => !index.includes(`'./${path}'`))).toEqual([]);
  });

  it('write colours in the tokens alone', () => {
    const raw = sheets
      .filter(({ path }) => path !== 'base/tokens.css')
      .filter(({ text }) => /#[\da-f]{3,8}\b|\b(rgb|hsl)a?\(/i.test(text))
      .map(({ path }) => path);
    expect(raw).toEqual([]);
  });
});

describe('the features of the studio', () => {
  it('know each other in one direction', () => {
    const graph = dependencies();
    const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
      for (const next of graph.get(from) ?? []) {
        if (next === to) return true;
        if (seen.has(next)) continue;
        seen.add(next);
        if (reaches(next, to, seen)) return true;
      }
      return false;
    };
    expect([...graph.keys()].filter((feature) => reaches(feature, feature))).toEqual([]);
  });

  it('do nothing when they are imported', () => {
    // Looks for statements at the start of a line that are neither declarations nor imports.
    const acting = code
      .filter(({ path }) => path !== 'main.tsx')
      .filter(({ text }) => /^(?:let |effect\(|watch\(|addEventListener|document\.|window\.)/m.test(text))
      .map(({ path }) => path);
    expect(acting).toEqual([]);
  });
});
