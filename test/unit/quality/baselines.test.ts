import { afterAll, beforeAll, expect, test } from 'vitest';
import { demoFrame } from '../../../scripts/demo/frame.ts';
import { Baselines, BASELINES, type Baseline } from '../../quality/baselines.ts';
import { iou } from '../../quality/matte.ts';
import type { Labelled } from '../../quality/people.ts';
import { emptyPlanes } from '../../quality/planes.ts';
import { Portraits } from '../../quality/portraits.ts';

let baselines: Baselines;
beforeAll(async () => {
  baselines = await Baselines.open();
}, 60_000);
afterAll(() => baselines.close());

/** A validation portrait if the data are there, otherwise a frame of the demo clip. */
async function anybody(): Promise<Pick<Labelled, 'picture' | 'mask'>> {
  const portraits = await Portraits.open();
  if (portraits) return portraits.portrait(portraits.ids[1]!);
  const { width, height, rgba, matte } = demoFrame(0, 640, 360);
  const [picture, mask] = [emptyPlanes(3, width, height), emptyPlanes(1, width, height)];
  for (let i = 0; i < width * height; i++) {
    for (let channel = 0; channel < 3; channel++)
      picture.data[channel * width * height + i] = rgba[4 * i + channel]! / 255;
    mask.data[i] = matte[i]! / 255;
  }
  return { picture, mask };
}

test.each(Object.keys(BASELINES) as Baseline[])(
  '%s sees the person at the size of the picture, the same each time, and nobody in grey',
  async (baseline) => {
    const { picture, mask } = await anybody();
    const matte = await baselines.matte(baseline, picture);
    expect([matte.width, matte.height]).toEqual([picture.width, picture.height]);
    expect(iou(matte, mask)).toBeGreaterThan(0.85);
    expect(matte.data.every((value) => value >= 0 && value <= 1)).toBe(true);
    const again = await baselines.matte(baseline, picture);
    expect(iou(again, matte)).toBe(1);

    const grey = emptyPlanes(3, 320, 180);
    grey.data.fill(0.5);
    expect(iou(await baselines.matte(baseline, grey), emptyPlanes(1, 320, 180))).toBe(1);
  },
);
