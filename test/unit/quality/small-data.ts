import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { PEOPLE_SETS } from '../../quality/people.ts';

/** [left, top, right, bottom] in pixels. */
type Box = readonly [number, number, number, number];

/**
 * Writes a data folder in which every set has one validation picture: a white person before black,
 * or a grey room. Only the file names are real.
 */
export async function writeSmallData(folder: string): Promise<void> {
  for (const set of PEOPLE_SETS) {
    const id = set === 'actions' ? 'using_laptop_1' : '7';
    await write(join(folder, 'people', set), id, [120, 90], [40, 20, 80, 90], 'mask');
    await writeFile(join(folder, 'people', set, 'validation.txt'), `${id}\n`);
  }
  await write(join(folder, 'portraits'), '7', [384, 512], [100, 100, 300, 512], 'mask');
  await picture(join(folder, 'portraits/parts/7.png'), [192, 256], [70, 60, 130, 120], 3, 0);
  const rooms = join(folder, 'people/rooms');
  await picture(join(rooms, 'image/r.jpg'), [120, 90], [0, 0, 0, 0], 0, 60);
  await writeFile(join(rooms, 'validation.txt'), 'r\n');
}

async function write(set: string, id: string, size: readonly [number, number], person: Box, kind: string) {
  await picture(join(set, 'image', `${id}.jpg`), size, person, 255, 0);
  await picture(join(set, kind, `${id}.png`), size, person, 255, 0);
}

async function picture(
  file: string,
  [width, height]: readonly [number, number],
  [left, top, right, bottom]: Box,
  inside: number,
  outside: number,
): Promise<void> {
  const data = Buffer.alloc(width * height, outside);
  for (let y = top; y < bottom; y++) data.fill(inside, y * width + left, y * width + right);
  await mkdir(dirname(file), { recursive: true });
  await sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .toFile(file);
}
