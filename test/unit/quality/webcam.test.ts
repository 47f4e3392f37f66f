import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CLIPS, CLIP_FRAME, makeClip, type ClipId } from '../../quality/clips.ts';
import { areaOf } from '../../quality/kind-score.ts';
import { KINDS, kindOf, type KindId } from '../../quality/kinds.ts';
import { measureClips } from '../../quality/measure-clips.ts';
import { Net } from '../../quality/net.ts';
import { nobodyIn, People, type Labelled } from '../../quality/people.ts';
import { Portraits } from '../../quality/portraits.ts';
import { Progress } from '../../quality/progress.ts';
import { netSegmenter } from '../../quality/segmenters.ts';
import { Sources } from '../../quality/sources.ts';
import { frameByFrame, netTracker } from '../../quality/trackers.ts';
import { measureWebcam } from '../../quality/webcam.ts';
import { writeSmallData } from './small-data.ts';
import { brightnessNet, memory } from './small-net.ts';

vi.setConfig({ testTimeout: 60_000 });

let folder: string;
let sources: Sources;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portoon-webcam-'));
  vi.stubEnv('PORTOON_DATA', folder);
  await writeSmallData(folder);
  sources = new Sources((await Portraits.open())!, (await People.open())!);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** Pictures are compared as buffers, because comparing them element by element takes seconds. */
const bytes = ({ picture: { data } }: Pick<Labelled, 'picture'>) => Buffer.from(data.buffer);

describe('a kind of picture', () => {
  const counts: Record<KindId, number> = {
    desk: 2,
    seated: 0,
    standing: 1,
    teachers: 1,
    everyday: 1,
    groups: 61,
    close: 1,
    dark: 2,
    backlit: 2,
    small: 61,
    portraits: 1,
    rooms: 1,
  };

  test.each(Object.keys(KINDS) as KindId[])('%s: each picture has a mask of its size', async (id) => {
    const { samples } = await kindOf(id, sources);
    expect(samples).toHaveLength(counts[id]);
    for (const sample of samples.slice(0, 2)) {
      const { picture, mask } = await sample();
      expect(picture).toMatchObject({ channels: 3, width: mask.width, height: mask.height });
      if (id === 'rooms') expect(areaOf(mask)).toBe(0);
      else expect(areaOf(mask)).toBeGreaterThan(0);
    }
  });

  test('that is composited is the same each time', async () => {
    const [one, again] = [await kindOf('groups', sources), await kindOf('groups', sources)];
    const [picture, same] = [await one.samples[3]!(), await again.samples[3]!()];
    expect(Buffer.compare(bytes(picture), bytes(same))).toBe(0);
  });

  test('small figures are a tenth to a fifth as high as the frame', async () => {
    for (const sample of (await kindOf('small', sources)).samples.slice(0, 20)) {
      const { mask } = await sample();
      const rows = Array.from({ length: mask.height }, (_, y) =>
        mask.data.subarray(y * mask.width, (y + 1) * mask.width).some((value) => value > 0.5),
      ).filter(Boolean).length;
      expect(rows).toBeGreaterThanOrEqual(0.1 * mask.height - 1);
      expect(rows).toBeLessThanOrEqual(0.2 * mask.height + 1);
    }
  });
});

describe('a clip', () => {
  test.each(Object.keys(CLIPS) as ClipId[])(
    '%s: every frame has its mask, and the same again',
    async (id) => {
      const { frames, event } = await makeClip(id, 1, sources);
      expect(frames).toHaveLength(30);
      for (const { picture, mask } of frames)
        expect([picture.width, picture.height, mask.width, mask.height]).toEqual([
          ...CLIP_FRAME,
          ...CLIP_FRAME,
        ]);
      expect(event === null).toBe(id === 'moves');
      if (event !== null) expect(areaOf(frames[event]!.mask)).toBeGreaterThan(0.02);
      const again = await makeClip(id, 1, sources);
      expect(Buffer.compare(bytes(again.frames[20]!), bytes(frames[20]!))).toBe(0);
    },
  );

  test('somebody who steps in comes from nobody and stays', async () => {
    const { frames } = await makeClip('enters', 0, sources);
    const areas = frames.map(({ mask }) => areaOf(mask));
    expect(areas.slice(0, 10)).toEqual(Array<number>(10).fill(0));
    expect(new Set(areas.slice(17)).size).toBe(1);
  });

  test('the lens is covered for ten frames', async () => {
    const { frames, event } = await makeClip('lens', 0, sources);
    const covered = frames.map(({ mask }) => areaOf(mask) === 0);
    expect(covered.indexOf(true)).toBe(6);
    expect(covered.filter(Boolean)).toHaveLength(10);
    expect(event).toBe(16);
  });
});

test('nets are measured by kind, live and fine', async () => {
  const net = await Net.open(brightnessNet(), memory);
  const { kinds } = await measureWebcam(['desk', 'rooms'], { bright: net }, null, sources, new Progress());
  expect(kinds.map(({ kind, rows }) => [kind, rows.map(({ segmenter }) => segmenter)])).toEqual(
    ['desk', 'rooms'].map((kind) => [
      kind,
      [
        'bright, live size',
        'bright, live size, in its window',
        'bright, fine size',
        'bright, fine size, in its window',
      ],
    ]),
  );
  // Without a past the net answers half of the brightness, which is nowhere above one half.
  for (const row of kinds[0]!.rows) expect(row).toMatchObject({ pictures: 2, iou: 0, empty: 0, parts: null });
  for (const row of kinds[1]!.rows) expect(row).toMatchObject({ pictures: 0, empty: 1, falsePersons: 0 });
  await net.close();
});

test('a net is measured over clips with its past, and anything frame by frame without', async () => {
  const net = await Net.open(brightnessNet(), memory);
  const pixels = 96 * 64;
  const trackers = [
    netTracker('bright', net, pixels),
    frameByFrame(netSegmenter('no past', net, pixels)),
    frameByFrame({
      title: 'nobody',
      segment: (picture) => Promise.resolve({ matte: nobodyIn(picture).mask, parts: null }),
    }),
  ];
  const report = await measureClips('lens', trackers, sources, new Progress(), 1);
  expect(report).toMatchObject({ clip: 'lens', clips: 1 });
  const [withPast, ...others] = report.rows;
  // The net needs two frames to see the person, each time they appear; the dark frames in between
  // do not matter.
  expect(withPast!.iou).toBeGreaterThan(0.6);
  expect(withPast).toMatchObject({ worst: 0, falsePersons: 0, wrong: { mean: 0, most: 0, of: 1 } });
  for (const row of others) expect(row).toMatchObject({ iou: 0, worst: 0, wrong: null });
  await net.close();
});
