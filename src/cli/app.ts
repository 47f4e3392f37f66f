/** The app that the commands drive: where its files are, and which version of it this is. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { readAssets } from '../server/http/files.ts';
import type { CliOutput } from './cli-output.ts';

export const root = resolve(import.meta.dirname, '../..');

/** From a checkout the app is built when its sources changed; an installed package comes built. */
export async function buildIfStale(report: CliOutput): Promise<void> {
  const sources = join(root, 'scripts/build.ts');
  if (!existsSync(sources)) return;
  const { isFresh } = await import('../../scripts/build.ts');
  if (await isFresh(root)) return;
  report.step('Building the app: some seconds, and only when its sources changed …');
  // In a separate process: compilers leave a gigabyte of memory in use.
  await promisify(execFile)(process.execPath, ['--import', 'tsx', sources], { cwd: root });
}

interface Models {
  readonly models: readonly { readonly id: string; readonly kind: string }[];
}

/** The list of the nets: a checkout's own, or what the package has of it. */
async function readModels(): Promise<Models> {
  const own = join(root, 'models/manifest.json');
  const file = existsSync(own) ? own : readAssets(join(root, 'dist')).get('/models/manifest.json')?.file;
  if (file === undefined) throw new Error('The list of the nets is missing: install Portoon again.');
  return JSON.parse(await readFile(file, 'utf8')) as Models;
}

/** The ids of the styles that there are. */
export async function styleIds(): Promise<string[]> {
  const { models } = await readModels();
  return models.filter(({ kind }) => kind === 'style').map(({ id }) => id);
}

/** As package.json has it. */
export async function ownVersion(): Promise<string> {
  const text = await readFile(join(root, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/**
 * What two machines must have in common for their segments to fit: the version and, behind it, a
 * fingerprint of the nets and how they are drawn.
 */
export async function workVersion(): Promise<string> {
  const nets = createHash('sha256').update(JSON.stringify(await readModels()));
  return `${await ownVersion()}-${nets.digest('hex').slice(0, 8)}`;
}
