import { afterEach, beforeEach, expect, test } from 'vitest';
import { createEffect, type Effect } from '../../../src/effect/effect.ts';
import type { LookOptions } from '../../../src/effect/look.ts';
import type { ExecutionProvider } from '../../../src/effect/protocol.ts';
import { ColourBands } from '../colour-bands.ts';
import { counts, type Counts } from './count.ts';
import countedWorker from './counted.worker.ts?worker&url';

const RealWorker = Worker;
const channel = new BroadcastChannel('counts');
let effect: Effect | null = null;

beforeEach(() => {
  globalThis.Worker = class extends RealWorker {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(String(url).includes('effect.worker') ? countedWorker : url, options);
    }
  };
});
afterEach(async () => {
  globalThis.Worker = RealWorker;
  await effect?.close();
  effect = null;
});

/** What is open in the effect's worker. */
function countThere(): Promise<Counts> {
  return new Promise((resolve) => {
    channel.onmessage = ({ data }: MessageEvent<Counts>) => {
      resolve(data);
    };
    channel.postMessage('count');
  });
}

/** A picture of our own origin, as a person may choose one. */
async function image(): Promise<Blob> {
  const canvas = new OffscreenCanvas(64, 48);
  canvas.getContext('2d')!.fillRect(0, 0, 64, 48);
  return canvas.convertToBlob();
}

/** A source, everything that a look can be, previews, the stacked output; and then no source. */
async function useAll(effect: Effect, picture: string, frames: number): Promise<void> {
  const bands = new ColourBands();
  await bands.through(effect);
  const looks: LookOptions[] = [
    { style: 'invert', region: 'person', background: 'live' },
    { style: 'dim', region: 'face' },
    { region: 'everything', background: 'blur' },
    { style: 'invert', region: 'hair', background: picture },
    { style: 'none', background: '#123456' },
    { style: 'dim', region: 'background', background: 'transparent' },
  ];
  for (const look of looks) {
    await effect.set(look);
    await bands.pass(frames);
  }
  const stacked = await effect.stacked();
  await bands.pass(frames);
  stacked.stop();
  await effect.preview({
    onPreview(_, made) {
      made.close();
    },
  });
  await bands.pass(frames);
  await effect.feed(null);
  bands.close();
}

for (const { ep, rounds, frames } of [
  { ep: 'wasm', rounds: 4, frames: 10 },
  // The software adapter is slow.
  { ep: 'webgpu', rounds: 1, frames: 2 },
] satisfies { ep: ExecutionProvider; rounds: number; frames: number }[])
  test(`on ${ep}: of many frames, changes of style, region, background and source nothing is left over`, async () => {
    effect = await createEffect({
      manifestUrl: '/test/fixtures/nets/good.json',
      ep,
      quality: 64,
      style: 'invert',
    });
    const picture = URL.createObjectURL(await image());
    // What is made once and kept is made the first time.
    await useAll(effect, picture, frames);
    const before = { here: counts(), there: await countThere() };
    for (let round = 0; round < rounds; round++) await useAll(effect, picture, frames);
    const after = { here: counts(), there: await countThere() };
    URL.revokeObjectURL(picture);
    expect(effect.stats().frames).toBeGreaterThan(8 * rounds * frames);
    expect(after).toEqual(before);
    // Without a source there is no frame.
    expect([after.here.videoFrames, after.there.videoFrames]).toEqual([0, 0]);
    // That anything was counted at all.
    expect(after.there.webgl.Context).toBe(1);
    expect(after.there.webgl.Texture).toBeGreaterThan(3);
    expect(after.there.wasm).toBeGreaterThan(1e6);
    if (ep === 'webgpu') expect(after.there.webgpu).toBeGreaterThan(0);
  }, 120_000);
