import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Compositor } from '../../../src/effect/stages/composite/compositor.ts';
import { Packer } from '../../../src/effect/stages/composite/packer.ts';
import { Download } from '../../../src/effect/models/download.ts';
import { storage } from '../../../src/effect/gpu/compute-program.ts';
import { GpuMatteStage } from '../../../src/effect/stages/matte/gpu-matte-stage.ts';
import { GpuPeopleFinder } from '../../../src/effect/stages/matte/gpu-people-finder.ts';
import { GpuRefiner } from '../../../src/effect/stages/matte/gpu-refiner.ts';
import { MatteCleanup } from '../../../src/effect/stages/matte/matte-cleanup.ts';
import { wholeFrame } from '../../../src/effect/stages/roi.ts';
import { GuidedFilter } from '../../../src/effect/stages/matte/guided-filter.ts';
import { CpuMatteStage } from '../../../src/effect/stages/matte/cpu-matte-stage.ts';
import { PartShare } from '../../../src/effect/stages/matte/part-share.ts';
import { MatteSmoother } from '../../../src/effect/stages/matte/matte-smoother.ts';
import { openCatalogue, type NetFile } from '../../../src/effect/models/catalogue.ts';
import { GpuNet } from '../../../src/effect/runtime/gpu-net.ts';
import { AdapterCache } from '../../../src/effect/runtime/adapter-cache.ts';
import { Net } from '../../../src/effect/runtime/net.ts';
import type { Size } from '../../../src/common/size.ts';
import { LAYOUTS, captureGraph } from '../../../src/effect/runtime/graph-capture.ts';
import {
  fetchRuntime,
  providerCache,
  startRuntime,
  type Runtime,
} from '../../../src/effect/runtime/runtime.ts';
import { GpuPrepareStage } from '../../../src/effect/stages/prepare/gpu-prepare-stage.ts';
import { CpuPrepareStage } from '../../../src/effect/stages/prepare/cpu-prepare-stage.ts';
import type { ResolvedBackground } from '../../../src/effect/protocol.ts';
import { GpuStyleRunner } from '../../../src/effect/stages/style/gpu-style-runner.ts';
import { cpuStyleRunner } from '../../../src/effect/stages/style/cpu-style-runner.ts';
import { drawRecipeSchema } from '../../../src/effect/models/draw-recipe.ts';
import { ints, onnx, value, weight } from '../../fixtures/onnx.ts';
import { bt601, colours } from './gradient-frame.ts';
import { layersOf, pixelsOf, readFloats, worst } from './composite-on-gpu.ts';
import { randomField } from '../../unit/effect/random-field.ts';

/** The largest allowed difference between the GPU and main memory, in steps of 255. */
const NEAR = 3;
/** The largest size that the software adapter runs quickly. */
const SIZE = [32, 32] as const;

let runtime: Runtime;
let device: GPUDevice;
let preparer: GpuPrepareStage;

beforeAll(async () => {
  runtime = await startRuntime(await fetchRuntime('webgpu', new Download(() => undefined)));
  device = runtime.device!;
  preparer = await GpuPrepareStage.open(device, runtime.watch);
});
afterAll(() => {
  preparer.close();
  device.destroy();
});

describe('preparing frames on the GPU', () => {
  for (const [what, way, frameOf] of [
    ['I420 in BT.601', 'external', () => colours('I420', bt601)],
    [
      'NV12 in BT.601 of PAL',
      'external',
      () => colours('NV12', { ...bt601, matrix: 'bt470bg', primaries: 'bt470bg' }),
    ],
    [
      'I420 in BT.709',
      'external',
      () => colours('I420', { matrix: 'bt709', primaries: 'bt709', transfer: 'bt709', fullRange: false }),
    ],
    [
      'primaries that are not undone',
      'memory',
      () => colours('I420', { ...bt601, primaries: 'bt2020' } as unknown as VideoColorSpaceInit),
    ],
  ] as const)
    test(`${what}: the colours that the standards say, by ${way}`, async () => {
      const frame = frameOf();
      const here = new CpuPrepareStage();
      await here.load(frame);
      await preparer.load(frame);
      expect(preparer.path).toBe(way);
      const size = [64, 64] as const;
      const given = await preparer.planes(size);
      expect(255 * worst(given, await here.planes(size))).toBeLessThanOrEqual(NEAR);
      // A region is equal to the same part of the whole picture.
      const part = storage(device, 12 * 32 * 32);
      preparer.scale(SIZE, part, { grid: size, x: 24, y: 8 });
      const of = new Float32Array(3 * 32 * 32);
      here.scale(SIZE, of, { grid: size, x: 24, y: 8 });
      frame.close();
      expect(255 * worst(await readFloats(device, part), of)).toBeLessThanOrEqual(NEAR);
    });

  test('a frame that lies on its side is turned upright first', async () => {
    const frame = colours('I420', bt601);
    const turned = new VideoFrame(frame, { rotation: 90 } as VideoFrameInit);
    const here = new CpuPrepareStage();
    await here.load(turned);
    await preparer.load(turned);
    const [given, right] = [await preparer.planes(SIZE), await here.planes(SIZE)];
    frame.close();
    turned.close();
    expect(255 * worst(given, right)).toBeLessThanOrEqual(NEAR);
  });

  test('equal frames are counted until a different one comes', async () => {
    const [still, other] = [colours('I420', bt601), colours('I420', { ...bt601, fullRange: true })];
    await preparer.load(other);
    for (let n = 0; n < 64; n++) await preparer.load(still);
    expect(preparer.unchangedFrames).toBeGreaterThanOrEqual(61);
    await preparer.load(other);
    expect(preparer.unchangedFrames).toBe(0);
    still.close();
    other.close();
  });
});

test('a matte is refined as in main memory, frame after frame', async () => {
  const [width, height] = [96, 64];
  const pixels = width * height;
  const refiner = await GpuRefiner.open(device, runtime.watch);
  const buffers = {
    matte: storage(device, 4 * pixels),
    picture: storage(device, 12 * pixels),
    parts: storage(device, 24 * pixels),
  };
  const [smoother, cleanup, filter, share] = [
    new MatteSmoother(),
    new MatteCleanup(),
    new GuidedFilter(),
    new PartShare(),
  ];
  const noise = randomField(7 * pixels, 3);
  let held = 0;
  for (let n = 0; n < 40; n++) {
    // A walking person with holes, a blotch that appears, stays and is walked into, a second
    // person, and specks everywhere.
    const matte = Float32Array.from({ length: pixels }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      const body = (14 - Math.hypot(x - 20 - n, (y - 40) * 0.7)) / 4;
      const hole = Math.hypot(x - 17 - n, y - 40) < 2 + (n % 3);
      const blotch = n > 4 && Math.hypot(x - 60, y - 30) < 6;
      const second = n > 10 && n < 30 && x > 80 && y > 30;
      const speck = noise[(i * 7 + n * 13) % noise.length]! > 0.98;
      return Math.min(1, Math.max(0, hole ? 0.1 : blotch || second || speck ? 0.9 : body));
    });
    const picture = Float32Array.from({ length: 3 * pixels }, (_, i) => noise[(i + n) % noise.length]!);
    const parts = Float32Array.from({ length: 6 * pixels }, (_, i) => noise[(i + n * 3) % noise.length]! / 3);
    // After a graph capture the net has other buffers.
    if (n === 15)
      for (const name of ['matte', 'picture', 'parts'] as const)
        buffers[name] = storage(device, buffers[name].size);
    for (const [name, field] of Object.entries({ matte, picture, parts }))
      device.queue.writeBuffer(buffers[name as keyof typeof buffers], 0, field);
    const fresh = { roi: wholeFrame([width, height]), ...buffers };
    const found = await refiner.refine(fresh, { smooths: true, part: 'hair', blurs: false });
    const before = matte.slice();
    smoother.smooth(matte);
    cleanup.clean(matte, wholeFrame([width, height]));
    filter.fit(matte, picture, width, height);
    share.measure(parts, 'hair', width, height);
    if (worst(before, matte) > 0.8) held++;
    const answer = await refiner.texels();
    expect(worst(answer.texels, filter.texels), `texels of matte ${n}`).toBeLessThanOrEqual(1);
    expect(worst(answer.share, share.texels), `share of matte ${n}`).toBeLessThanOrEqual(1);
    const shown = [...share.texels.keys()].filter(
      (i) => share.texels[i]! >= 12 && Math.max(filter.texels[4 * i]!, filter.texels[4 * i + 3]!) >= 12,
    );
    expect(found!.left * width).toBeCloseTo(Math.min(...shown.map((i) => i % width)), 3);
    expect(found!.bottom * height).toBeCloseTo(1 + Math.max(...shown.map((i) => Math.floor(i / width))), 3);
    const weights = shown.map((i) => filter.texels[4 * i + 3]! * share.texels[i]!);
    const mean = (of: (i: number) => number) =>
      shown.reduce((sum, i, k) => sum + weights[k]! * of(i), 0) /
      weights.reduce((sum, weight) => sum + weight, 0);
    expect(Math.abs(found!.x * width - mean((i) => i % width) - 0.5)).toBeLessThan(1);
    expect(Math.abs(found!.y * height - mean((i) => Math.floor(i / width)) - 0.5)).toBeLessThan(1);
  }
  // A counter-check: the cleanup did change the mattes.
  expect(held).toBeGreaterThan(30);
  refiner.close();
});

const nets = '/test/fixtures/nets/good.json';

async function open(list: string, id: string, ep: 'webgpu' | 'wasm') {
  const download = new Download(() => undefined);
  const catalogue = await openCatalogue(list);
  const model = [...catalogue.mattes, ...catalogue.styles].find((model) => model.id === id)!;
  const bytes = await catalogue.fetch(model, download);
  return { net: await Net.open({ ...runtime, ep }, model, bytes), file: { bytes, fp16: false } };
}

async function openThere(
  list: string,
  id: string,
  layouts = new AdapterCache(device.adapterInfo, id),
  compares = false,
) {
  const { net, file } = await open(list, id, 'webgpu');
  return new GpuNet(runtime, net, file, layouts, compares);
}

/**
 * The matte net's answer to a picture that is a face everywhere. The answer is the same everywhere.
 */
async function answerOf(net: GpuNet, size: Size): Promise<number> {
  const red = new Float32Array(3 * size[0] * size[1]).fill(1, 0, size[0] * size[1]);
  device.queue.writeBuffer(net.inputBuffer(size), 0, red);
  await net.runOnGpu(size);
  const matte = await readFloats(device, net.outputBuffer('matte'));
  expect(worst(matte, matte.slice().fill(matte[0]!))).toBeLessThan(1e-5);
  return matte[0]!;
}

describe('a captured graph', () => {
  test('is made beside other runs, and does not change their outputs or state', async () => {
    const net = await openThere(nets, 'good');
    expect(await answerOf(net, SIZE)).toBeCloseTo(0.5, 4);
    const capturing = net.capture();
    const state = { over: false };
    void capturing.then(() => (state.over = true));
    let right = 0.5;
    let beside = 0;
    for (; !state.over; beside++) {
      right = (1 + right) / 2;
      expect(await answerOf(net, SIZE)).toBeCloseTo(right, 4);
    }
    expect(beside).toBeGreaterThan(2);
    expect(await capturing).toBe(true);
    expect(await answerOf(net, SIZE)).toBeCloseTo((1 + right) / 2, 4);
    // A captured graph fits one size only.
    const late = net.capture();
    expect(await answerOf(net, [64, 32])).toBeCloseTo(0.5, 4);
    expect(await late).toBe(false);
    expect(await answerOf(net, [64, 32])).toBeCloseTo(0.75, 4);
    const never = net.capture();
    await net.close();
    expect(await never).toBe(false);
  });

  test('that is abandoned halfway stores no layout', async () => {
    const layouts = new AdapterCache(device.adapterInfo, `half a test at ${Date.now()}`);
    const net = await openThere(nets, 'invert', layouts);
    net.inputBuffer(SIZE);
    const capturing = net.capture();
    while (runtime.captures === 0) await new Promise((resolve) => setTimeout(resolve));
    // The calls of `exclusive` alternate with the steps of the capture: after ten of them the first
    // layout has been timed, and the second has not.
    for (let turn = 0; turn < 10; turn++) await runtime.exclusive(() => Promise.resolve());
    expect(runtime.captures).toBe(1);
    net.inputBuffer([64, 32]);
    expect(await capturing).toBe(false);
    expect(await layouts.read()).toBeNull();
    expect(runtime.captures).toBe(0);
    await net.close();
  });

  test('is replayed with its state, in the fastest layout, at its own size alone', async () => {
    const layouts = new AdapterCache(device.adapterInfo, `a test at ${Date.now()}`);
    const net = await openThere(nets, 'good', layouts);
    const answer = (size: Size) => answerOf(net, size);
    expect(await answer(SIZE)).toBeCloseTo(0.5, 4);
    expect(await layouts.read()).toBeNull();
    expect(await net.capture()).toBe(true);
    expect(LAYOUTS).toContain(await layouts.read());
    expect(await answer(SIZE)).toBeCloseTo(0.75, 4);
    expect(await answer(SIZE)).toBeCloseTo(0.875, 4);
    net.resetState();
    expect(await answer(SIZE)).toBeCloseTo(0.5, 4);
    expect(await answer([64, 32])).toBeCloseTo(0.5, 4);
    expect(await answer([64, 32])).toBeCloseTo(0.75, 4);
    await net.close();
  });

  test('of the shipped matte net is accepted', async () => {
    const layouts = new AdapterCache(device.adapterInfo, `the shipped net at ${Date.now()}`);
    await layouts.write('NCHW');
    const net = await openThere('/models/manifest.json', 'portrait', layouts);
    net.inputBuffer(SIZE);
    expect(await net.capture()).toBe(true);
    await net.close();
  });

  test('that is slower than wasm says so, and the adapter is remembered for it', async () => {
    const memory = providerCache(device.adapterInfo);
    await memory.write('webgpu');
    // WebGPU was not asked for explicitly, and the software adapter is slower than the processor.
    const net = await openThere(nets, 'good', undefined, true);
    net.inputBuffer(SIZE);
    await expect(net.capture()).rejects.toMatchObject({
      code: 'ERR_WEBGPU',
      message: expect.stringContaining('slower') as string,
    });
    expect(await memory.read()).toBe('wasm');
    await memory.write('webgpu');
    await net.close();
  });

  test('that answers differently from the net is not used', async () => {
    const [invert, dim] = [await open(nets, 'invert', 'webgpu'), await open(nets, 'dim', 'webgpu')];
    const [frame, answer] = [storage(device, 12 * 32 * 32), storage(device, 12 * 32 * 32)];
    const tensor = (buffer: GPUBuffer) =>
      runtime.ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: [1, 3, 32, 32] });
    const run = {
      size: SIZE,
      feeds: { frame: tensor(frame) },
      fetches: { styled: tensor(answer) },
    };
    const { signal } = new AbortController();
    const captureOf = (file: NetFile) =>
      captureGraph(runtime, { file, plain: invert.net.session, run, layouts: ['NCHW'], signal });
    expect(await captureOf(dim.file)).toBeNull();
    // A counter-check: with another net a graph can be captured.
    const graph = await captureOf(invert.file);
    expect(graph).not.toBeNull();
    await graph!.close();
    await invert.net.close();
    await dim.net.close();
  });
});

describe('a style with a recipe', () => {
  const whole = wholeFrame(SIZE);
  const draw = v.parse(drawRecipeSchema, {
    steps: 3,
    softness: 0.5,
    shadow: 0.1,
    ink: { width: 1 },
    paper: { colour: [1, 0.9, 0.8], grain: 0.5, tone: 0.7 },
    screen: { kind: 'dots', pitch: 20 },
  });
  /** Gives what it sees, and as ink the red of it, from -2.5 to 2.5. */
  const inkNet = () =>
    onnx(
      [
        { op_type: 'Relu', input: ['frame'], output: ['styled'] },
        {
          op_type: 'Conv',
          input: ['frame', 'red', 'offset'],
          output: ['ink'],
          attribute: [ints('kernel_shape', 1, 1)],
        },
      ],
      [{ ...weight('red', [1, 3, 1, 1], () => 0), float_data: [5, 0, 0] }, weight('offset', [1], () => -2.5)],
      [value('frame', 3)],
      [value('styled', 3), value('ink', 1)],
    );

  test('gives the same ink on the GPU and in main memory, and by a captured graph', async () => {
    const bytes = inkNet();
    const model = { id: 'ink', kind: 'style' as const, state: [] };
    const style = await Net.open({ ...runtime, ep: 'webgpu' }, model, bytes);
    const layouts = new AdapterCache(device.adapterInfo, `ink at ${Date.now()}`);
    const net = new GpuNet(runtime, style, { bytes, fp16: false }, layouts, false);
    const netHere = await Net.open({ ...runtime, ep: 'wasm' }, model, bytes);
    const here = new CpuPrepareStage();
    const frame = colours('I420', bt601);
    await here.load(frame);
    await preparer.load(frame);
    frame.close();
    const right = await cpuStyleRunner(here)(netHere, whole, draw);
    const painter = new GpuStyleRunner(runtime, preparer);
    for (const captures of [false, true]) {
      if (captures) expect(await net.capture()).toBe(true);
      await painter.run(net, whole, draw);
      const ink = await readFloats(device, painter.layers!.ink!);
      const texels = ink.map((distance) => 255 * (0.5 + distance / 5));
      expect(Math.max(...texels) - Math.min(...texels)).toBeGreaterThan(100);
      expect(worst(texels, right.ink!)).toBeLessThanOrEqual(NEAR);
    }
    // Without a recipe the ink is not asked for.
    expect((await cpuStyleRunner(here)(netHere, whole, null)).ink).toBeNull();
    await painter.run(net, whole, null);
    expect(painter.layers!.ink).toBeUndefined();
    await net.close();
    await netHere.close();
  });

  test('is drawn alike from packed layers', async () => {
    const pixels = SIZE[0] * SIZE[1];
    // Circles of tone and ink in whole bytes, so that both backends get equal values.
    const bytes = (of: (x: number, y: number) => number) =>
      Uint8Array.from({ length: pixels }, (_, i) => 255 * of(i % SIZE[0], Math.floor(i / SIZE[0])) + 0.5);
    const tones = [0, 1, 2].map((c) => bytes((x, y) => (x + y * (c + 1)) / 130));
    const ink = bytes((x, y) => Math.min(1, Math.abs(Math.hypot(x - 16, y - 16) - 9) / 5 + 0.3));
    const texels = new Uint8Array(4 * pixels);
    for (let i = 0; i < pixels; i++) texels.set([tones[0]![i]!, tones[1]![i]!, tones[2]![i]!, 128], 4 * i);
    const planes = Float32Array.from(
      { length: 3 * pixels },
      (_, k) => tones[Math.floor(k / pixels)]![k % pixels]! / 255,
    );
    const from = {
      styled: storage(device, 12 * pixels),
      seen: storage(device, 12 * pixels),
      ink: storage(device, 4 * pixels),
    };
    device.queue.writeBuffer(from.styled, 0, planes);
    device.queue.writeBuffer(from.seen, 0, new Float32Array(3 * pixels).fill(128 / 255));
    device.queue.writeBuffer(
      from.ink,
      0,
      Float32Array.from(ink, (byte) => 5 * (byte / 255 - 0.5)),
    );
    const frame = colours('I420', bt601);
    const packer = await Packer.open(device);
    const [one, other] = await Promise.all([
      Compositor.open(new OffscreenCanvas(1, 1)),
      Compositor.open(new OffscreenCanvas(1, 1)),
    ]);
    const look = { region: 'everything', background: { kind: 'live' } } as const;
    const none = { matte: null, share: null, blurred: null };
    one.draw(frame, layersOf(look, { ...none, styled: { texels, ink, roi: whole, draw } }));
    const layers = layersOf(look, { ...none, styled: { texels: null, ink: null, roi: whole, draw } });
    other.draw(frame, layers, packer.pack(layers, from));
    const [right, given] = [await pixelsOf(one, frame), await pixelsOf(other, frame)];
    frame.close();
    one.close();
    other.close();
    expect(worst(given, right)).toBeLessThanOrEqual(NEAR);
    // A counter-check: the picture is not plain.
    expect(new Set(right).size).toBeGreaterThan(100);
  });
});

describe('the whole chain', () => {
  const whole = wholeFrame(SIZE);

  for (const [what, list, matteId, styleId, looks] of [
    [
      'the nets that are shipped',
      '/models/manifest.json',
      'portrait',
      'toon',
      [
        ['everything', { kind: 'blur' }],
        ['background', { kind: 'live' }],
      ],
    ],
    [
      'a matte net that finds somebody',
      nets,
      'good',
      'invert',
      [
        ['person', { kind: 'live' }],
        ['hair', { kind: 'live' }],
        ['background', { kind: 'colour', rgb: [0, 1, 0] }],
        ['person', { kind: 'blur' }],
      ],
    ],
  ] as const)
    test(`${what}: the same picture as in main memory`, async () => {
      const here = new CpuPrepareStage();
      const matteHere = new CpuMatteStage((await open(list, matteId, 'wasm')).net, here);
      const { net: styleHere } = await open(list, styleId, 'wasm');
      const paintHere = cpuStyleRunner(here);
      const refiner = await GpuRefiner.open(device, runtime.watch);
      const finder = await GpuPeopleFinder.open(device, runtime.watch);
      const matte = new GpuMatteStage(await openThere(list, matteId), preparer, refiner, finder);
      const style = await openThere(list, styleId);
      const painter = new GpuStyleRunner(runtime, preparer);
      const packer = await Packer.open(device);
      for (const [region, background] of looks) {
        const look = { region, background: background as unknown as ResolvedBackground };
        const blurs = background.kind === 'blur';
        const frame = colours('I420', bt601);
        await here.load(frame);
        await preparer.load(frame);
        matteHere.load(SIZE);
        matte.load(SIZE);
        const paintedHere = await paintHere(styleHere, whole, null);
        const laidHere = await matteHere.run(region, blurs);
        const painted = await painter.run(style, whole, null);
        const laid = await matte.run(region, blurs);
        const [one, other] = await Promise.all([
          Compositor.open(new OffscreenCanvas(1, 1)),
          Compositor.open(new OffscreenCanvas(1, 1)),
        ]);
        one.draw(frame, layersOf(look, { ...laidHere, styled: paintedHere }));
        const layers = layersOf(look, { ...laid, styled: painted });
        other.draw(frame, layers, packer.pack(layers, { ...refiner.layers, ...painter.layers! }));
        const [right, given] = [await pixelsOf(one, frame), await pixelsOf(other, frame)];
        frame.close();
        one.close();
        other.close();
        // At an edge that the net sees, it may amplify a small difference.
        expect(worst(given, right), region).toBeLessThanOrEqual(24);
        expect(mean(given, right), region).toBeLessThanOrEqual(1);
      }
      for (const end of [matteHere, styleHere, matte, style]) await end.close();
    });

  const mean = (a: Uint8Array, b: Uint8Array) =>
    a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
});
