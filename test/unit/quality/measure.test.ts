import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { measureSize, measureTime } from '../../quality/measure-matte.ts';
import { Net } from '../../quality/net.ts';
import { Portraits } from '../../quality/portraits.ts';
import { Progress } from '../../quality/progress.ts';
import { brightnessNet, memory } from './small-net.ts';

vi.setConfig({ testTimeout: 60_000 });

const WIDTH = 384;
const HEIGHT = 512;
type Rectangle = [left: number, top: number, right: number, bottom: number];

/** In the upper middle; a landscape frame sees the middle rows of it too. */
const person: Rectangle = [96, 128, 288, 384];
/** A bright thing that is not a person; only a portrait frame sees it. */
const lamp: Rectangle = [16, 448, 48, 480];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portoon-portraits-'));
  vi.stubEnv('PORTOON_DATA', folder);
  for (const kind of ['image', 'mask', 'parts'])
    await mkdir(join(folder, 'portraits', kind), { recursive: true });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** Writes a picture that is white in the rectangles and black elsewhere. */
async function write(path: string, channels: 1 | 3, ...white: Rectangle[]): Promise<void> {
  const data = Buffer.alloc(WIDTH * HEIGHT * channels);
  for (const [left, top, right, bottom] of white)
    for (let y = top; y < bottom; y++)
      data.fill(255, (y * WIDTH + left) * channels, (y * WIDTH + right) * channels);
  const picture = sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels } });
  await picture
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .toFormat(path.endsWith('jpg') ? 'jpeg' : 'png', { quality: 100 })
    .toFile(join(folder, 'portraits', path));
}

async function portrait(id: string, picture: Rectangle[], mask: Rectangle): Promise<void> {
  await write(`image/${id}.jpg`, 3, ...picture);
  await write(`mask/${id}.png`, 1, mask);
}

async function open() {
  return { portraits: (await Portraits.open())!, net: await Net.open(brightnessNet(), memory) };
}

test('the validation split is the portraits whose ids end in 7', async () => {
  for (const id of ['7', '17', '70', '8']) await write(`image/${id}.jpg`, 3, person);
  expect((await Portraits.open())?.ids).toEqual(['17', '7']);
});

describe('the matte', () => {
  test('is held against the mask of what the net sees, at the first frame and once settled', async () => {
    await portrait('7', [person], person);
    await portrait('17', [person, lamp], person);
    const { portraits, net } = await open();
    const { first, settled, parts } = await measureSize(net, portraits, [256, 256], new Progress());
    // Without a past the net answers half of the brightness, which is nowhere above one half.
    expect(first).toEqual({ pictures: 2, iou: 0, under90: 2, blobs: 0, holes: 0 });
    // After five frames it answers 31/32 of the brightness. The lamp is a false region of 0.5 % of
    // the frame.
    const whole = 192 * 256;
    expect(settled!.iou).toBeCloseTo((1 + whole / (whole + 32 * 32)) / 2, 2);
    expect(settled).toMatchObject({ pictures: 2, under90: 0, blobs: 1, holes: 0 });
    expect(parts).toBeNull();

    const landscape = await measureSize(net, portraits, [256, 160], new Progress());
    expect(landscape.settled!.iou).toBeCloseTo(1, 2);
    expect(landscape.settled!.blobs).toBe(0);
  });
});

describe('over time', () => {
  test('a memory of one half brings flicker down to the square root of two thirds', async () => {
    await portrait('7', [], person);
    // A plain, dim picture, in which the noise is never clipped at black.
    const dim = sharp({ create: { width: WIDTH, height: HEIGHT, channels: 3, background: '#333' } });
    await dim.jpeg({ quality: 100 }).toFile(join(folder, 'portraits/image/7.jpg'));
    const { portraits, net } = await open();
    const { flickerWith, flickerWithout } = await measureTime(net, [128, 128], portraits, new Progress());
    // Half the mean of three channels' noise, times the mean distance of two normal numbers.
    expect(flickerWithout).toBeCloseTo(((0.02 / Math.sqrt(3) / 2) * 2) / Math.sqrt(Math.PI), 3);
    expect(flickerWith! / flickerWithout).toBeCloseTo(Math.sqrt(2 / 3), 1);
  });

  test('it takes one wrong frame to forget a past of ones, and none to go on with its own', async () => {
    await portrait('7', [person], person);
    const { portraits, net } = await open();
    const { recovery } = await measureTime(net, [256, 256], portraits, new Progress());
    expect(recovery).toEqual({ 'all ones': { mean: 1, most: 1 }, 'another portrait': { mean: 0, most: 0 } });
  });
});
