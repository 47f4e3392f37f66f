import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { KINDS } from '../../quality/kinds.ts';
import { People, type Labelled } from '../../quality/people.ts';
import { emptyPlanes } from '../../quality/planes.ts';
import { Portraits } from '../../quality/portraits.ts';
import { Sources } from '../../quality/sources.ts';
import { asWebcam, closeUp, stylePictures } from '../../quality/style-pictures.ts';
import { writeSmallData } from './small-data.ts';

const FACE = 3;

let folder: string;
let sources: Sources;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portoon-styles-'));
  vi.stubEnv('PORTOON_DATA', folder);
  await writeSmallData(folder);
  sources = new Sources((await Portraits.open())!, (await People.open())!);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** Somebody with a white face, its labels at half the picture's size. */
function sitter(width: number, height: number, face: { left: number; top: number; side: number }): Labelled {
  const isFace = (x: number, y: number) =>
    x >= face.left && x < face.left + face.side && y >= face.top && y < face.top + face.side;
  const picture = emptyPlanes(3, width, height);
  picture.data.forEach((_, i) => {
    const pixel = i % (width * height);
    if (isFace(pixel % width, Math.floor(pixel / width))) picture.data[i] = 1;
  });
  const labels = Uint8Array.from({ length: (width * height) / 4 }, (_, i) =>
    isFace(2 * (i % (width / 2)), 2 * Math.floor(i / (width / 2))) ? FACE : 0,
  );
  return { picture, mask: emptyPlanes(1, width, height), parts: { labels, size: [width / 2, height / 2] } };
}

describe('a picture as a webcam gives it', () => {
  test.each([
    ['tall', 384, 512, { left: 140, top: 60, side: 100 }],
    ['wide', 900, 360, { left: 100, top: 100, side: 80 }],
  ] as const)(
    'of a %s one is wide, with the face in sight and its labels on it',
    (_, width, height, face) => {
      const { picture, labels } = asWebcam(sitter(width, height, face));
      expect([picture.width, picture.height, labels!.length]).toEqual([640, 360, 640 * 360]);
      const labelled = labels!.reduce((n, label) => n + (label === FACE ? 1 : 0), 0);
      const scale = Math.max(640 / width, 360 / height);
      expect(labelled / (face.side * scale) ** 2).toBeCloseTo(1, 1);
      const wrong = labels!.reduce(
        (n, label, i) => n + ((label === FACE) === picture.data[i]! > 0.5 ? 0 : 1),
        0,
      );
      expect(wrong / labelled).toBeLessThan(0.05);
    },
  );

  test('has no more than eight bits', () => {
    const { picture } = asWebcam(sitter(384, 512, { left: 140, top: 60, side: 99 }));
    expect(picture.data.every((value) => Math.abs(255 * value - Math.round(255 * value)) < 1e-4)).toBe(true);
  });

  test('close, a face fills it from chin to brow', () => {
    const { labels } = asWebcam(closeUp(sitter(900, 600, { left: 300, top: 200, side: 160 })));
    const rows = new Set<number>();
    for (const [i, label] of labels!.entries()) if (label === FACE) rows.add(Math.floor(i / 640));
    expect(rows.size).toBeGreaterThan(0.75 * 360);
  });
});

test('there are pictures of every kind, and clips whose motion is known', async () => {
  const { kinds, stills, moves } = await stylePictures(sources);
  expect(kinds.map(({ id }) => id)).toEqual(Object.keys(KINDS));
  expect(kinds.flatMap(({ pictures }) => pictures).length).toBeGreaterThan(12);
  expect(stills[0]!.frames.length).toBe(12);
  expect(stills[0]!.flows).toBeNull();
  expect(moves[0]!.flows!.length).toBe(moves[0]!.frames.length - 1);
}, 120_000);
