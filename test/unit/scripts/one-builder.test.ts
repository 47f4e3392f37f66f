import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
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

test('of several processes that build at the same time one does at a time, and the others learn that they waited', async () => {
  let under = 0;
  const build = (work: () => Promise<unknown>) =>
    oneBuilder(folder, async (waited) => {
      expect(++under).toBe(1);
      await work();
      under--;
      return waited;
    });
  const others: Promise<boolean>[] = [];
  const first = await build(async () => {
    for (let i = 0; i < 3; i++) others.push(build(() => writeFile(join(folder, 'built'), 'x')));
    // Each build that waits has written a file with a name of its own: this shows that all have
    // asked.
    const lock = /^portoon-build-\w+\.lock\./;
    const own = async () => (await readdir(tmpdir())).filter((name) => lock.test(name)).length;
    await expect.poll(own).toBeGreaterThanOrEqual(3);
    // When a build of another folder is through, those that wait have had time for the same steps.
    await oneBuilder(join(folder, 'other'), () => Promise.resolve());
  });
  expect(first).toBe(false);
  expect(await Promise.all(others)).toEqual([true, true, true]);
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
