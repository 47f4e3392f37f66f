import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ConvertResult } from '../../../src/record/convert-protocol.ts';
import { FaultError, readFault } from '../../../src/queue/convert-driver.ts';
import {
  childLocation,
  checksumOf,
  temporaryPathFor,
  removeTemporaryFiles,
  versionTag,
} from '../../../src/queue/file-locations.ts';
import {
  isSegmentIntact,
  storeSegment,
  readSegmentRecord,
  removeScratch,
  segmentDraft,
} from '../../../src/queue/scratch.ts';
import { startSignedStore, type SignedStore } from '../../fixtures/signed-store.ts';

let store: SignedStore;
let folder: string;

beforeAll(async () => {
  store = await startSignedStore();
});

afterAll(() => {
  store.close();
});

beforeEach(async () => {
  store.files.clear();
  folder = await mkdtemp(join(tmpdir(), 'portoon-places-'));
  return () => rm(folder, { recursive: true });
});

const result = (frames: number, bytes: number) => ({ frames, bytes }) as ConvertResult;

describe.each(['folder', 'address'] as const)('in a %s', (kind) => {
  const scratch = () => (kind === 'folder' ? folder : `${store.site}/films?signature=good`);

  test('a segment is kept with its checksum, and nothing half-written is left', async () => {
    const draft = segmentDraft(scratch(), 3);
    await writeFile(draft, 'a film');
    await storeSegment(scratch(), 3, draft, result(2, 6));
    const slip = (await readSegmentRecord(scratch(), 3))!;
    expect(slip).toMatchObject({
      result: { frames: 2 },
      sha256: await checksumOf(childLocation(scratch(), slip.file!)),
    });
    expect(await isSegmentIntact(scratch(), slip)).toBe(true);
    const names = kind === 'folder' ? await readdir(folder) : [...store.files.keys()];
    expect(names).toHaveLength(2);
    await expect(readFile(draft)).rejects.toThrow('ENOENT');
    await removeScratch(scratch(), 5);
    expect(kind === 'folder' ? await readdir(folder).catch(() => []) : [...store.files.keys()]).toEqual([]);
    if (kind === 'folder') folder = await mkdtemp(join(tmpdir(), 'portoon-places-'));
  });

  test('a segment that is not what was written is not whole', async () => {
    const draft = segmentDraft(scratch(), 0);
    await writeFile(draft, 'a film');
    await storeSegment(scratch(), 0, draft, result(2, 6));
    const slip = (await readSegmentRecord(scratch(), 0))!;
    if (kind === 'folder') await writeFile(childLocation(scratch(), slip.file!), 'b film');
    else store.files.set(`/films/${slip.file!}`, Buffer.from('b film'));
    expect(await isSegmentIntact(scratch(), slip)).toBe(false);
    expect(await readSegmentRecord(scratch(), 1)).toBeNull();
  });

  test('a segment without a frame has a record and no file', async () => {
    const draft = segmentDraft(scratch(), 0);
    await writeFile(draft, '');
    await storeSegment(scratch(), 0, draft, result(0, 0));
    expect(await readSegmentRecord(scratch(), 0)).toMatchObject({ file: null, result: { frames: 0 } });
  });
});

test('a segment that is shorter than its record says is not taken for one', async () => {
  const draft = segmentDraft(folder, 0);
  await writeFile(draft, 'a film');
  await storeSegment(folder, 0, draft, result(2, 6));
  const { file } = (await readSegmentRecord(folder, 0))!;
  await writeFile(join(folder, file!), 'a fi');
  expect(await readSegmentRecord(folder, 0)).toBeNull();
});

test('drafts of one film that were left are removed, and no others', async () => {
  const output = join(folder, 'new.mp4');
  await writeFile(temporaryPathFor(output, 'one'), 'x');
  await writeFile(temporaryPathFor(output, 'two'), 'y');
  await removeTemporaryFiles(output, 'one');
  const [left, ...more] = await readdir(folder);
  expect(left).toMatch(/^new\.mp4\.two\..*\.part$/);
  expect(more).toEqual([]);
});

test('a film that was changed has another stamp, also at an address that refuses HEAD', async () => {
  const film = join(folder, 'film.mp4');
  await writeFile(film, 'one');
  const before = await versionTag(film);
  expect(await versionTag(film)).toBe(before);
  await writeFile(film, 'three');
  expect(await versionTag(film)).not.toBe(before);
  store.files.set('/film.mp4', Buffer.from('four'));
  expect(await versionTag(`${store.site}/film.mp4?signature=good`)).toBe('4 "v1"');
});

test('an address that refuses is named without what signs it', async () => {
  await expect(versionTag(`${store.site}/film.mp4?signature=secret`)).rejects.toThrow(
    `${store.site}/film.mp4 answered 403 to GET`,
  );
});

test("a fault goes through Redis and comes back in words; the engine's own reasons become some", () => {
  const fault = { code: 'ERR_WEBGL_LOST', message: 'It went.', wayOut: 'Again.' };
  expect(readFault(new FaultError(fault).message)).toEqual(fault);
  expect(readFault('job stalled more than allowable limit').message).toContain('went silent');
  expect(readFault('boom')).toMatchObject({ code: 'ERR_RUNTIME', message: 'It failed: boom' });
});
