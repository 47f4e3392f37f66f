/** One word per thing, as docs/glossary.md asks. */
import { basename } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { listFiles, parseSources } from './tree.ts';

test('no type name is exported by two files', () => {
  const files = new Map<string, string[]>();
  for (const { path, source } of parseSources()) {
    for (const name of exportedTypes(source)) files.set(name, [...(files.get(name) ?? []), path]);
  }
  const doubles = [...files].filter(([, paths]) => paths.length > 1);
  expect(doubles.map(([name, paths]) => `${name}: ${paths.join(', ')}`)).toEqual([]);
});

test('no two file names of a room differ by case or hyphens alone', () => {
  const files = new Map<string, string[]>();
  for (const path of listFiles('src', 'shaders', 'scripts')) {
    const room = path.split('/', 2).join('/');
    const key = `${room} ${stem(path).toLowerCase().replaceAll('-', '')}`;
    files.set(key, [...(files.get(key) ?? []), path]);
  }
  const doubles = [...files.values()].flatMap(alike);
  expect(doubles).toEqual([]);
});

function exportedTypes(source: ts.SourceFile): string[] {
  return source.statements.flatMap((statement) => {
    const isType =
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement) ||
      ts.isClassDeclaration(statement) ||
      ts.isEnumDeclaration(statement);
    if (!isType || !statement.name) return [];
    const isExported = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    return isExported ? [statement.name.text] : [];
  });
}

/**
 * The file's name as an import reads it, without its extension. Style sheets share the name of
 * their component.
 */
function stem(path: string): string {
  return path.endsWith('.css') ? '' : basename(path).replace(/\.(?:worker\.)?[a-z]+$/, '');
}

/** Groups of paths whose names differ only in spelling. */
function alike(paths: string[]): string[] {
  const stems = new Set(paths.map(stem));
  return stems.size > 1 ? [paths.join(', ')] : [];
}
