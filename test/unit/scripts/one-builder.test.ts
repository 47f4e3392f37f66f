import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { oneBuilder } from '../../../scripts/one-builder.ts';
import { projectRoot } from '../../fixtures/server.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portoon-builder-'));
});

afterAll(() => rm(folder, { recursive: true }));

test('of several who build at once one does, and the others hear that they waited', async () => {
  let under = 0;
  const waits = await Promise.all(
    Array.from({ length: 4 }, () =>
      oneBuilder(folder, async (waited) => {
        expect(++under).toBe(1);
        await writeFile(join(folder, 'built'), 'x');
        under--;
        return waited;
      }),
    ),
  );
  expect(waits.filter((waited) => !waited)).toHaveLength(1);
});

test('one that fails lets the next one build', async () => {
  await expect(oneBuilder(folder, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await oneBuilder(folder, () => Promise.resolve('built'))).toBe('built');
});

test('one that was killed does not keep the others waiting', async () => {
  const module = pathToFileURL(join(projectRoot, 'scripts/one-builder.ts')).href;
  const code = `const { oneBuilder } = await import(${JSON.stringify(module)});
    void oneBuilder(${JSON.stringify(folder)}, () => { console.log('began'); return new Promise(() => setInterval(() => {}, 1000)); });`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', code], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  const next = oneBuilder(folder, async (waited) => {
    await writeFile(join(folder, 'next'), String(waited));
  });
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  await next;
  expect(await readFile(join(folder, 'next'), 'utf8')).toBe('true');
});
