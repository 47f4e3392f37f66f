/** Every link and path in the documents leads somewhere. */
import { fromMarkdown } from 'mdast-util-from-markdown';
import GithubSlugger from 'github-slugger';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { listFiles, pathExists, readText } from './tree.ts';

type Root = ReturnType<typeof fromMarkdown>;
type MarkdownNode = Root | Root['children'][number];

/** These documents are about the past, and keep the paths of their time. */
const PAST = /^(?:CHANGELOG\.md|docs\/decisions\/)/;
const PATH = /^(?:bin|deploy|docs|models|public|scripts|shaders|src|test|training)\/[\w./-]+$/;

const documents = listFiles('*.md', '**/*.md').map((path) => ({ path, nodes: flatten(parse(path)) }));
const anchors = new Map(documents.map(({ path, nodes }) => [path, anchorsOf(nodes)]));

test('every relative link of a document leads to a file, and to a heading in it', () => {
  const broken = documents.flatMap(({ path, nodes }) =>
    linksOf(nodes)
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => !leadsSomewhere(path, link))
      .map((link) => `${path}: ${link}`),
  );
  expect(broken).toEqual([]);
});

test('every path that a document names exists', () => {
  const broken = documents
    .filter(({ path }) => !PAST.test(path))
    .flatMap(({ path, nodes }) =>
      nodes
        .flatMap((node) => (node.type === 'inlineCode' ? [node.value] : []))
        .filter((code) => PATH.test(code) && !pathExists(code))
        .map((code) => `${path}: ${code}`),
    );
  expect(broken).toEqual([]);
});

test('every document that code or a message names exists', () => {
  const broken = listFiles(
    'src',
    'test',
    'scripts',
    'shaders',
    'deploy',
    'bin',
    '*.ts',
    '*.js',
    '*.yaml',
  ).flatMap((path) =>
    [...readText(path).matchAll(/\bdocs\/[\w/-]+\.md\b/g)]
      .filter(([document]) => !pathExists(document))
      .map(([document]) => `${path}: ${document}`),
  );
  expect(broken).toEqual([]);
});

function parse(path: string): Root {
  return fromMarkdown(readText(path));
}

function flatten(node: MarkdownNode): MarkdownNode[] {
  const children = 'children' in node ? (node.children as MarkdownNode[]) : [];
  return [node, ...children.flatMap(flatten)];
}

function linksOf(nodes: MarkdownNode[]): string[] {
  return nodes.flatMap((node) =>
    node.type === 'link' || node.type === 'image' || node.type === 'definition' ? [node.url] : [],
  );
}

/** The anchors that GitHub gives to headings. */
function anchorsOf(nodes: MarkdownNode[]): Set<string> {
  const slugger = new GithubSlugger();
  const headings = nodes.filter((node) => node.type === 'heading');
  return new Set(headings.map((heading) => slugger.slug(textOf(heading))));
}

function textOf(node: MarkdownNode): string {
  return flatten(node)
    .flatMap((part) => (part.type === 'text' || part.type === 'inlineCode' ? [part.value] : []))
    .join('');
}

function leadsSomewhere(from: string, link: string): boolean {
  const [file = '', anchor] = decodeURI(link).split('#');
  const target = file === '' ? from : normalize(join(dirname(from), file));
  if (!pathExists(target)) return false;
  return anchor === undefined || (anchors.get(target)?.has(anchor) ?? false);
}
