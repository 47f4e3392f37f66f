/** docs/errors.md lists every error code of src, and no other. */
import ts from 'typescript';
import { expect, test } from 'vitest';
import { parseSources, readText } from './tree.ts';

const CODE = /^ERR(?:_[A-Z]+)+$/;
/** Codes of Node's own. */
const FOREIGN = new Set(['ERR_HTTP_REQUEST_TIMEOUT']);

test('every error code in src is in docs/errors.md, and the other way round', () => {
  const used = new Set(parseSources().flatMap(({ source }) => codesOf(source)));
  const listed = new Set(readText('docs/errors.md').match(/\bERR_[A-Z_]+\b/g));
  expect([...used].filter((code) => !listed.has(code)).sort(), 'missing in docs/errors.md').toEqual([]);
  expect([...listed].filter((code) => !used.has(code)).sort(), 'in docs/errors.md alone').toEqual([]);
});

/**
 * The codes that source code throws or compares. A type that merely allows a code does not count:
 * nobody would ever see that error.
 */
function codesOf(source: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node)) return;
    const isName = ts.isStringLiteralLike(node) || ts.isIdentifier(node);
    if (isName && CODE.test(node.text) && !FOREIGN.has(node.text)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}
