import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { People } from '../../quality/people.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portoon-people-'));
  vi.stubEnv('PORTOON_DATA', folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** Writes a map of one value on the left and another on the right half. */
async function write(path: string, [width, height]: [number, number], left: number, right: number) {
  const data = Buffer.from(
    Array.from({ length: width * height }, (_, i) => (i % width < width / 2 ? left : right)),
  );
  const file = join(folder, 'people', path);
  await mkdir(dirname(file), { recursive: true });
  await sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .toFile(file);
}

test('without the folder there are no people', async () => {
  expect(await People.open()).toBeNull();
});

test('the validation ids are those that each set lists; a set that is not there has none', async () => {
  await mkdir(join(folder, 'people/coco'), { recursive: true });
  await writeFile(join(folder, 'people/coco/validation.txt'), 'b\na\n');
  const people = (await People.open())!;
  expect(people.ids('coco')).toEqual(['b', 'a']);
  expect(people.ids('actions')).toEqual([]);
});

test('a true mask alone counts where there is one, else the soft matte at the size of the picture', async () => {
  for (const id of ['true', 'soft']) {
    await write(`coco/image/${id}.jpg`, [40, 20], 0, 255);
    await write(`coco/soft/${id}.png`, [20, 10], 255, 0);
  }
  await write('coco/mask/true.png', [40, 20], 0, 255);
  const people = (await People.open())!;
  const known = await people.labelled('coco', 'true');
  expect(known.picture).toMatchObject({ channels: 3, width: 40, height: 20 });
  expect([known.mask.data[0], known.mask.data[39]]).toEqual([0, 1]);
  const guessed = await people.labelled('coco', 'soft');
  expect(guessed.mask).toMatchObject({ width: 40, height: 20 });
  expect([guessed.mask.data[0], guessed.mask.data[39]]).toEqual([1, 0]);
  expect(guessed.parts).toBeNull();
});

test('parts that disagree with the mask about who is a person are unknown', async () => {
  await write('coco/image/1.jpg', [40, 20], 0, 255);
  await write('coco/mask/1.png', [40, 20], 255, 0);
  await write('coco/parts/1.png', [20, 10], 4, 2);
  const { parts } = await (await People.open())!.labelled('coco', '1');
  expect(parts!.size).toEqual([20, 10]);
  expect([parts!.labels[0], parts!.labels[19]]).toEqual([4, 255]);
});

test('a room has its picture and nobody else does', async () => {
  await write('rooms/image/r.jpg', [40, 20], 0, 255);
  expect(await (await People.open())!.room('r')).toMatchObject({ channels: 3, width: 40, height: 20 });
});
