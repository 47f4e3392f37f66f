/**
 * The files of this checkout, as git sees them: tracked ones, and new ones that are not ignored.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';

const root = resolve(import.meta.dirname, '../../..');

/** Paths from the root of the repository, in order. Patterns are git's own pathspecs. */
export function listFiles(...patterns: string[]): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...patterns];
  const output = execFileSync('git', args, { cwd: root, encoding: 'utf8' });
  // git goes on listing a file that was deleted until the deletion is staged.
  return [...new Set(output.split('\0'))].filter((path) => path !== '' && pathExists(path)).sort();
}

export function pathExists(path: string): boolean {
  return existsSync(join(root, path));
}

export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/**
 * The TypeScript files of src and of the extension, parsed. Declaration files of other packages
 * are left out.
 */
export function parseSources(): { path: string; source: ts.SourceFile }[] {
  return listFiles('src/**/*.ts', 'src/**/*.tsx', 'src/*.ts', 'extension/**/*.ts', 'extension/**/*.tsx')
    .filter((path) => !path.endsWith('.d.ts'))
    .map((path) => ({
      path,
      source: ts.createSourceFile(path, readText(path), ts.ScriptTarget.Latest),
    }));
}
