import { mkdir, mkdtemp, rm, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isFresh } from '../../../scripts/build.ts';

const BUILT = new Date('2024-05-01T12:00:00Z');
const BEFORE = new Date('2024-05-01T11:00:00Z');

let root: string;

async function put(path: string, time = BEFORE): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), 'x');
  await utimes(join(root, path), time, time);
}

async function settle(...folders: string[]): Promise<void> {
  for (const folder of folders) await utimes(join(root, folder), BEFORE, BEFORE);
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'portoon-build-'));
  await put('src/studio/main.tsx');
  await put('src/index.ts');
  await put('index.html');
  await put('models/manifest.json');
  await mkdir(join(root, 'dist'));
  await writeFile(join(root, 'dist/.built'), BUILT.toISOString());
  await settle('src/studio', 'src', 'models');
});

afterEach(() => rm(root, { recursive: true }));

describe('a build is stale', () => {
  test('not when everything is older', async () => {
    expect(await isFresh(root)).toBe(true);
  });

  test('when there is none, or half of one', async () => {
    await unlink(join(root, 'dist/.built'));
    expect(await isFresh(root)).toBe(false);
  });

  test.each(['src/studio/main.tsx', 'index.html', 'models/manifest.json', 'shaders/new.frag'])(
    'when %s was changed',
    async (path) => {
      await put(path, new Date());
      await settle('models');
      expect(await isFresh(root)).toBe(false);
    },
  );

  test.each(['src/studio/main.tsx', 'src/index.ts'])('when %s was taken away', async (path) => {
    await unlink(join(root, path));
    expect(await isFresh(root)).toBe(false);
  });

  test('not when only a training recipe changed', async () => {
    await put('training/portoon_training/nets.py', new Date());
    expect(await isFresh(root)).toBe(true);
  });
});
