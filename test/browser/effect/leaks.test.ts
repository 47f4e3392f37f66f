import { afterEach, beforeEach, expect, test } from 'vitest';
import { createEffect, type Effect } from '../../../src/effect/page/effect.ts';
import { Download } from '../../../src/effect/models/download.ts';
import type { LookOptions } from '../../../src/effect/page/look-options.ts';
import { openCatalogue } from '../../../src/effect/models/catalogue.ts';
import { AdapterCache } from '../../../src/effect/runtime/adapter-cache.ts';
import { GpuNet } from '../../../src/effect/runtime/gpu-net.ts';
import { Net } from '../../../src/effect/runtime/net.ts';
import { fetchRuntime, startRuntime } from '../../../src/effect/runtime/runtime.ts';
import { ColourBands } from '../colour-bands.ts';
import { counts, type Counts } from './count.ts';
import countedWorker from './counted.worker.ts?worker&url';
import { LONG_WAIT } from '../../fixtures/waits.ts';

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

/** Waits until the last frame is through, then counts. Without a source no frame follows. */
async function countOnceThrough(): Promise<Counts> {
  await expect.poll(async () => (await countThere()).videoFrames, LONG_WAIT).toBe(0);
  return countThere();
}

/** A picture of our own origin, as a person may choose one. */
async function image(): Promise<Blob> {
  const canvas = new OffscreenCanvas(64, 48);
  canvas.getContext('2d')!.fillRect(0, 0, 64, 48);
  return canvas.convertToBlob();
}

/**
 * Uses everything: a source, all kinds of looks, previews and the stacked output; then takes the
 * source away.
 */
async function useAll(effect: Effect, picture: string): Promise<void> {
  // Leaks do not depend on the time between frames, so these come quickly.
  const bands = new ColourBands(undefined, 15);
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
    await bands.pass(10);
  }
  const stacked = await effect.stacked();
  await bands.pass(10);
  stacked.stop();
  await effect.preview({
    onPreview(_, made) {
      made.close();
    },
  });
  await bands.pass(10);
  await effect.feed(null);
  bands.close();
}

test('hundreds of frames, and changes of style, region, background and source, leave nothing open', async () => {
  effect = await createEffect({
    manifestUrl: '/test/fixtures/nets/good.json',
    ep: 'wasm',
    quality: 64,
    style: 'invert',
  });
  const picture = URL.createObjectURL(await image());
  // The first round makes what is made once and kept.
  await useAll(effect, picture);
  const before = { here: counts(), there: await countOnceThrough() };
  for (let round = 0; round < 4; round++) await useAll(effect, picture);
  const after = { here: counts(), there: await countOnceThrough() };
  URL.revokeObjectURL(picture);
  expect(effect.stats().frames).toBeGreaterThan(300);
  expect(after).toEqual(before);
  expect(after.here.videoFrames).toBe(0);
  // Checks that anything was counted at all.
  expect(after.there.webgl.Context).toBe(1);
  expect(after.there.webgl.Texture).toBeGreaterThan(3);
  expect(after.there.wasm).toBeGreaterThan(1e6);
});

/**
 * A frame takes seconds on the software adapter: one source, two looks, two style sizes, then no
 * source.
 */
async function useSome(effect: Effect): Promise<Counts> {
  const bands = new ColourBands();
  await bands.through(effect);
  const looks: LookOptions[] = [
    { style: 'invert', region: 'person', background: 'live', quality: 32 },
    { style: 'dim', region: 'hair', background: 'blur', quality: 64 },
  ];
  for (const look of looks) {
    await effect.set(look);
    await bands.pass(1);
  }
  await effect.feed(null);
  bands.close();
  return countOnceThrough();
}

test('on WebGPU nothing is left open either, on the graphics processor or elsewhere', async () => {
  effect = await createEffect({
    manifestUrl: '/test/fixtures/nets/good.json',
    ep: 'webgpu',
    style: 'invert',
  });
  const before = await useSome(effect);
  const after = await useSome(effect);
  expect(effect.stats()).toMatchObject({ ep: 'webgpu', zeroCopy: true });
  expect(after).toEqual(before);
  expect(after.webgpu.Device).toBe(1);
  expect(after.webgpu.Buffer).toBeGreaterThan(20);
}, 300_000);

test('captured graphs leave nothing open either', async () => {
  const download = new Download(() => undefined);
  const runtime = await startRuntime(await fetchRuntime('webgpu', download));
  const catalogue = await openCatalogue('/test/fixtures/nets/good.json');
  const model = catalogue.mattes.find(({ id }) => id === 'good')!;
  const file = { bytes: await catalogue.fetch(model, download), fp16: false };
  const capture = async () => {
    const layouts = new AdapterCache(runtime.device!.adapterInfo, 'a net that is counted');
    const net = new GpuNet(runtime, await Net.open(runtime, model, file.bytes), file, layouts, false);
    const captured: boolean[] = [];
    for (const size of [
      [32, 32],
      [64, 32],
    ] as const) {
      await net.runOnGpu(size);
      captured.push(await net.capture());
      await net.runOnGpu(size);
    }
    await net.close();
    return { captured, counted: counts().webgpu };
  };
  const before = await capture();
  expect(before.captured).toEqual([true, true]);
  for (let round = 0; round < 3; round++) expect(await capture()).toEqual(before);
  runtime.device!.destroy();
}, 300_000);
