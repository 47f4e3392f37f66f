import { mkdtemp, open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { checkFilePaths } from '../../../src/cli/file-faults.ts';
import {
  explainWriteError,
  isSystemError,
  isWriteError,
  type SystemError,
} from '../../../src/common/write-error.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portoon-faults-'));
  await writeFile(join(folder, 'a.mp4'), 'film');
});

test.for([
  ['missing.mp4', 'b.mp4', 'ERR_VIDEO_UNREADABLE', /There is no file/],
  ['', 'b.mp4', 'ERR_VIDEO_UNREADABLE', /is a folder/],
  ['a.mp4', 'a.mp4', 'ERR_FILE_WRITE', /over itself/],
] as const)('%j to %j is refused: %s', async ([from, to, code, message]) => {
  const refused = await checkFilePaths(join(folder, from), join(folder, to), false);
  expect(refused?.fault.code).toBe(code);
  expect(refused?.fault.message).toMatch(message);
  expect(refused?.fault.wayOut).toMatch(/\w{4}/);
});

test('a film that can be read is not refused', async () => {
  expect(await checkFilePaths(join(folder, 'a.mp4'), join(folder, 'b.mp4'), false)).toBeNull();
});

test('errors of the file system are explained in words', async () => {
  const error: unknown = await open(join(folder, 'a.mp4', 'b.mp4.part'), 'wx').catch((e: unknown) => e);
  expect([isSystemError(error), isWriteError(error)]).toEqual([true, true]);
  const fault = explainWriteError(error as SystemError, 'a.mp4/b.mp4');
  expect(fault.message).toBe("a.mp4/b.mp4 can't be written: a part of the path is a file, not a folder.");
  const full = Object.assign(new Error(), { code: 'ENOSPC', syscall: 'write' });
  expect(explainWriteError(full, 'b.mp4')).toMatchObject({
    code: 'ERR_DISK_FULL',
    message: 'There is no space left for b.mp4.',
  });
  expect(isSystemError(new Error('The browser gave up.'))).toBe(false);
  const away = Object.assign(new Error(), { code: 'ECONNREFUSED', syscall: 'connect' });
  expect(isWriteError(away)).toBe(false);
});
