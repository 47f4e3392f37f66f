import { afterEach, describe, expect, test } from 'vitest';
import { Download } from '../../../src/effect/models/download.ts';
import {
  createEffect,
  type Effect,
  type EffectOptions,
  type PreviewOptions,
} from '../../../src/effect/page/effect.ts';
import type { PortoonError, Fault } from '../../../src/common/errors.ts';
import { openCatalogue } from '../../../src/effect/models/catalogue.ts';
import { Net } from '../../../src/effect/runtime/net.ts';
import type { Size } from '../../../src/common/size.ts';
import { fetchRuntime, precisionCache, startRuntime } from '../../../src/effect/runtime/runtime.ts';
import type { ExecutionProvider } from '../../../src/effect/protocol.ts';
import { alike, ColourBands, type Colours } from '../colour-bands.ts';
import claimingWorker from './claiming.worker.ts?worker&url';
import { LONG_WAIT, WAIT } from '../../fixtures/waits.ts';

/** Nets with known answers; test/fixtures/nets/make_nets.py says which. */
const listOf = (name: string) => `/test/fixtures/nets/${name}.json`;

async function openMatteNet(ep: ExecutionProvider): Promise<Net> {
  const download = new Download(() => undefined);
  const runtime = await startRuntime(await fetchRuntime(ep, download));
  const catalogue = await openCatalogue(listOf('good'));
  const model = catalogue.mattes[0]!;
  return Net.open(runtime, model, await catalogue.fetch(model, download));
}

describe('a net with memory', () => {
  for (const ep of ['wasm', 'webgpu'] as const)
    test(`on ${ep}: each run reads what the last one left, until it is reset`, async () => {
      const net = await openMatteNet(ep);
      const answer = async (size: Size) => {
        // All red: a face everywhere.
        net
          .input(size)
          .fill(0)
          .fill(1, 0, size[0] * size[1]);
        const { matte } = await net.run(size, ['matte']);
        expect(new Set(matte).size).toBe(1);
        return matte[0]!;
      };
      expect(await answer([32, 64])).toBeCloseTo(0.5, 4);
      expect(await answer([32, 64])).toBeCloseTo(0.75, 4);
      expect(await answer([32, 64])).toBeCloseTo(0.875, 4);
      net.resetState();
      expect(await answer([32, 64])).toBeCloseTo(0.5, 4);
      // Equally many pixels in another shape: buffers of the previous size must not be used.
      expect(await answer([64, 32])).toBeCloseTo(0.5, 4);
      expect(await answer([64, 32])).toBeCloseTo(0.75, 4);
      await net.close();
    });
});

let effect: Effect | null = null;
let bands: ColourBands | null = null;

afterEach(async () => {
  bands?.close();
  await effect?.close();
  bands = effect = null;
});

async function start(
  list: string,
  options: EffectOptions = {},
): Promise<{ effect: Effect; bands: ColourBands }> {
  effect = await createEffect({
    manifestUrl: listOf(list),
    ep: 'wasm',
    quality: 64,
    style: 'invert',
    ...options,
  });
  bands = new ColourBands();
  await bands.through(effect);
  return { effect, bands };
}

const GREEN = [0, 255, 0];
const BLUE = [0, 0, 255];
const RED = [255, 0, 0];
const WHITE = [255, 255, 255];
const inverted = (colour: number[]) => colour.map((value) => 255 - value);
const dimmed = (colour: number[]) => colour.map((value) => value / 2);

test('where nothing else keeps the rate, the nets run for every second frame, and reused layers look the same', async () => {
  effect = await createEffect({ manifestUrl: listOf('good'), ep: 'wasm', style: 'invert', region: 'hair' });
  // A camera that claims 500 frames a second.
  bands = new ColourBands(2);
  await bands.through(effect);
  const styled = [GREEN, inverted(BLUE), RED, WHITE];
  for (let looks = 0; effect.stats().held !== 'style and matte'; looks++) {
    expect(looks, JSON.stringify(effect.stats())).toBeLessThan(40);
    await bands.pass(10);
  }
  expect(effect.stats()).toMatchObject({ quality: 'too slow' });
  for (let frames = 0; frames < 4; frames++) await bands.become(styled);
  await effect.set({ region: 'face' });
  await bands.become([GREEN, BLUE, inverted(RED), WHITE]);
  await effect.set({ quality: 64 });
  await bands.become([GREEN, BLUE, inverted(RED), WHITE]);
}, 60_000);

describe('where the style shows', () => {
  for (const [region, expected] of [
    ['person', [GREEN, inverted(BLUE), inverted(RED), inverted(WHITE)]],
    ['face', [GREEN, BLUE, inverted(RED), WHITE]],
    ['hair', [GREEN, inverted(BLUE), RED, WHITE]],
    ['clothes', [GREEN, BLUE, RED, inverted(WHITE)]],
  ] as const)
    test(`on the ${region}, and nowhere else`, async () => {
      const { bands } = await start('good', { region });
      await bands.become(expected);
    });

  test('a part can be chosen and left again while frames run', async () => {
    const { effect, bands } = await start('good');
    await bands.become([GREEN, inverted(BLUE), inverted(RED), inverted(WHITE)]);
    await effect.set({ region: 'hair' });
    await bands.become([GREEN, inverted(BLUE), RED, WHITE]);
    await effect.set({ region: 'face' });
    await bands.become([GREEN, BLUE, inverted(RED), WHITE]);
    await effect.set({ region: 'background' });
    await bands.become([inverted(GREEN), BLUE, RED, WHITE]);
  });

  test('another background keeps the whole person, styled on the part alone', async () => {
    const { bands } = await start('good', { region: 'face', background: '#808000' });
    await bands.become([[128, 128, 0], BLUE, inverted(RED), WHITE]);
  });

  test('a matte net without parts refuses them with a reason, and the region before stays', async () => {
    const { effect, bands } = await start('plain', { region: 'everything' });
    const error = await effect.set({ region: 'hair', strength: 0 }).catch((caught: unknown) => caught);
    expect((error as PortoonError).code).toBe('ERR_PARTS_MISSING');
    expect((error as PortoonError).message).toContain('"plain"');
    expect((error as PortoonError).message).toContain('hair');
    await bands.become([GREEN, BLUE, RED, WHITE].map(inverted));
  });

  test('a first look with a part that the net lacks uses the person instead', async () => {
    const { effect, bands } = await start('plain', { region: 'face' });
    const faults = faultsOf(effect);
    // The plain net calls what is bright the person.
    await bands.become([GREEN, BLUE, RED, inverted(WHITE)]);
    expect([...faults.values()]).toMatchObject([{ code: 'ERR_PARTS_MISSING' }]);
  });
});

/** The faults that were reported, by the names of their nets. */
function faultsOf(effect: Effect): Map<string, Fault> {
  const faults = new Map<string, Fault>();
  effect.on('fault', (fault, fatal) => {
    expect(fatal).toBe(false);
    faults.set(/"([\w-]+)"/.exec(fault.message)?.[1] ?? fault.message, fault);
  });
  return faults;
}

describe('nets that are not as promised', () => {
  test('bad entries and bad matte nets are named one by one, and the first good matte net carries on', async () => {
    const { effect, bands } = await start('bad', { region: 'face' });
    const faults = faultsOf(effect);
    await bands.become([GREEN, BLUE, inverted(RED), WHITE]);
    expect(Object.fromEntries([...faults].map(([net, { code }]) => [net, code]))).toEqual({
      nowhere: 'ERR_MANIFEST',
      upgraded: 'ERR_MANIFEST',
      remembering: 'ERR_MANIFEST',
      forgetful: 'ERR_MODEL_INVALID',
      elsewhere: 'ERR_MODEL_INVALID',
      speechless: 'ERR_MODEL_INVALID',
      narrow: 'ERR_MODEL_INVALID',
      'style-as-matte': 'ERR_MODEL_INVALID',
      spoiled: 'ERR_MODEL_INTEGRITY',
    });
    expect(faults.get('upgraded')!.message).toContain('grade');
    expect(faults.get('nowhere')!.message).toContain('state');
    // The message names what is missing, or what was given in its place.
    expect(faults.get('forgetful')!.message).toContain('prior');
    expect(faults.get('elsewhere')!.message).toContain('past');
    expect(faults.get('speechless')!.message).toContain('past_next');
  });

  test('a bad style is refused by name, and the one before goes on', async () => {
    const { effect, bands } = await start('bad');
    for (const [style, code, detail] of [
      ['thirsty', 'ERR_MODEL_INVALID', 'water float32 [1,3,H,W]'],
      ['grey', 'ERR_MODEL_INVALID', 'styled float32 [1,1,'],
      ['four', 'ERR_MODEL_INVALID', 'frame float32 [1,4,H,W]'],
      ['words', 'ERR_MODEL_INVALID', 'cannot be read'],
      ['matte-as-style', 'ERR_MODEL_INVALID', 'gives matte'],
      ['broken', 'ERR_MODEL_INTEGRITY', 'manifest promises'],
    ] as const) {
      const error = await effect.set({ style }).catch((caught: unknown) => caught as PortoonError);
      expect(error).toMatchObject({ code });
      expect(error!.message).toContain(`"${style}"`);
      expect(error!.message).toContain(detail);
    }
    await bands.become([GREEN, inverted(BLUE), inverted(RED), inverted(WHITE)]);
    await effect.set({ style: 'dim' });
    await bands.become([GREEN, dimmed(BLUE), dimmed(RED), dimmed(WHITE)]);
  });

  test('if no matte net works, the error is that of the last one', async () => {
    await expect(createEffect({ manifestUrl: listOf('hopeless'), ep: 'wasm' })).rejects.toMatchObject({
      code: 'ERR_MODEL_INVALID',
      message: expect.stringContaining('"forgetful"') as string,
    });
  });
});

describe('on WebGPU', () => {
  const inversion = [GREEN, inverted(BLUE), inverted(RED), inverted(WHITE)];
  const dimness = [GREEN, dimmed(BLUE), dimmed(RED), dimmed(WHITE)];

  /** While a style is chosen every frame shows the one before or this one. */
  async function changeTo(style: string, from: Colours, to: Colours): Promise<void> {
    const changed = effect!.set({ style }).then(() => null);
    for (;;) {
      const seen = await Promise.race([changed, bands!.look()]);
      if (!seen) break;
      expect(seen).toSatisfy((seen: Colours) => alike(seen, from) || alike(seen, to));
    }
    await bands!.become(to);
  }

  // The software adapter has no half precision, but here it claims to have it. Full-precision nets
  // in the place of variants show which file is used, and a real variant fails as on a broken
  // driver. The answers of real variants are tested in test/unit/quality/half.test.ts, and on
  // WebGPU by `npm run eval:half`.
  test('fp16 variants are used; a damaged or failing one is replaced by its net; one that answers differently from wasm moves everything there', async () => {
    const RealWorker = Worker;
    const remembered = precisionCache((await navigator.gpu.requestAdapter())!.info);
    await remembered.write('half');
    globalThis.Worker = class extends RealWorker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(String(url).includes('effect.worker') ? claimingWorker : url, options);
      }
    };
    const { effect, bands } = await start('twins', { ep: 'webgpu', quality: 32 }).finally(() => {
      globalThis.Worker = RealWorker;
    });
    const faults = faultsOf(effect);
    await bands.become(dimness);
    await expect
      .poll(() => effect.stats(), LONG_WAIT)
      .toMatchObject({ ep: 'webgpu', zeroCopy: true, half: true });
    await changeTo('spoiled', dimness, inversion);
    await changeTo('halved', inversion, dimness);
    await expect
      .poll(() => effect.stats(), LONG_WAIT)
      .toMatchObject({ ep: 'webgpu', zeroCopy: true, half: false });
    for (const [style, detail] of [
      ['stale', 'half.of'],
      ['garbled', 'half.bytes'],
      ['spoiled', 'manifest promises'],
      ['halved', 'fails'],
    ] as const)
      expect(faults.get(style), style).toMatchObject({
        code: 'ERR_HALF_PRECISION',
        message: expect.stringContaining(detail) as string,
      });
    // After one variant has failed on an adapter, no other is tried, and neither on the next
    // visit.
    expect(await remembered.read()).toBe('full');
    await remembered.write('half');

    await effect.set({ style: 'fickle' });
    expect(faults.get('fickle')).toMatchObject({ code: 'ERR_WEBGPU' });
    // Another runtime and all nets are opened for it, which takes long on a busy machine.
    await expect.poll(() => effect.stats().ep, LONG_WAIT).toBe('wasm');
    await effect.set({ style: 'invert' });
    await bands.become(inversion);
  });

  test('a run whose device is lost fails at once, and so does every later one', async () => {
    const download = new Download(() => undefined);
    const runtime = await startRuntime(await fetchRuntime('webgpu', download));
    const catalogue = await openCatalogue(listOf('plain'));
    const net = await Net.open(
      runtime,
      catalogue.mattes[0]!,
      await catalogue.fetch(catalogue.mattes[0]!, download),
    );
    net.input([32, 32]).fill(0.5);
    expect((await net.run([32, 32], ['matte'])).matte[0]).toBeCloseTo(0.5, 3);
    runtime.device!.destroy();
    await runtime.device!.lost;
    for (let again = 0; again < 2; again++)
      await expect(net.run([32, 32], ['matte'])).rejects.toMatchObject({ code: 'ERR_WEBGPU' });
  });

  test('if the first style already answers differently, the effect starts on wasm', async () => {
    const { effect } = await start('fickle', { ep: 'webgpu', style: 'fickle' });
    await expect.poll(() => effect.stats().frames, WAIT).toBeGreaterThan(0);
    expect(effect.stats().ep).toBe('wasm');
  });
});

/** Collects a round of previews as RGBA, 64 pixels wide. */
async function previews(effect: Effect, options: Partial<PreviewOptions> = {}) {
  const pictures = new Map<string, Uint8ClampedArray>();
  const faults = new Map<string, Fault>();
  await effect.preview({
    width: 64,
    onPreview(style, picture) {
      const context = new OffscreenCanvas(picture.width, picture.height).getContext('2d')!;
      context.drawImage(picture, 0, 0);
      pictures.set(style, context.getImageData(0, 0, picture.width, picture.height).data);
      picture.close();
    },
    onFault: (style, fault) => faults.set(style, fault),
    ...options,
  });
  return { pictures, faults };
}

function expectBands(rgba: Uint8ClampedArray | undefined, expected: number[][]): void {
  expect(rgba).toBeDefined();
  const width = 64;
  for (const [band, colour] of expected.entries())
    for (const [channel, value] of colour.entries())
      expect(
        Math.abs(rgba![((width >> 1) * width + (band + 0.5) * (width / 4)) * 4 + channel]! - value),
        `band ${band}`,
      ).toBeLessThan(16);
}

describe('previews', () => {
  test('show every live style where the look shows it, and the live picture elsewhere', async () => {
    const { effect, bands } = await start('good', { region: 'hair', style: 'none' });
    await bands.become([GREEN, BLUE, RED, WHITE]);
    const { pictures } = await previews(effect);
    expect([...pictures.keys()]).toEqual(['invert', 'dim']);
    const { pictures: all } = await previews(effect, { styles: ['none', 'fine'] });
    expect([...all.keys()]).toEqual(['none', 'fine']);
    expectBands(all.get('none'), [GREEN, BLUE, RED, WHITE]);
    await effect.set({ style: 'dim' });
    await bands.become([GREEN, dimmed(BLUE), RED, WHITE]);
    const { pictures: settled } = await previews(effect);
    expectBands(settled.get('invert'), [GREEN, inverted(BLUE), RED, WHITE]);
    expectBands(settled.get('dim'), [GREEN, dimmed(BLUE), RED, WHITE]);
    await effect.set({ region: 'background', strength: 0.5 });
    await bands.become([[0, 191, 0], BLUE, RED, WHITE]);
    const { pictures: half } = await previews(effect);
    expectBands(half.get('invert'), [[128, 128, 128], BLUE, RED, WHITE]);
    await effect.set({ region: 'everything', strength: 1 });
    const { pictures: whole } = await previews(effect);
    expectBands(whole.get('invert'), [GREEN, BLUE, RED, WHITE].map(inverted));
    // The live picture is unaffected.
    await bands.become([GREEN, BLUE, RED, WHITE].map(dimmed));
  });

  test('a style that fails is reported, and the others come', async () => {
    const { effect } = await start('bad');
    const { pictures, faults } = await previews(effect);
    expect([...pictures.keys()]).toEqual(['invert', 'dim']);
    expect([...faults.keys()]).toEqual(['thirsty', 'grey', 'four', 'words', 'matte-as-style', 'broken']);
  });

  test('also come when no more frames arrive', async () => {
    const { effect, bands } = await start('good');
    await bands.become([GREEN, inverted(BLUE), inverted(RED), inverted(WHITE)]);
    bands.halt();
    const { pictures } = await previews(effect);
    expectBands(pictures.get('dim'), [GREEN, dimmed(BLUE), dimmed(RED), dimmed(WHITE)]);
    // No frame has shown this part yet.
    await effect.set({ region: 'hair' });
    const { pictures: ofHair } = await previews(effect);
    expectBands(ofHair.get('dim'), [GREEN, dimmed(BLUE), RED, WHITE]);
  });

  test('wait for the first frame of a source', async () => {
    effect = await createEffect({ manifestUrl: listOf('good'), ep: 'wasm', quality: 64 });
    const coming = previews(effect);
    bands = new ColourBands();
    await bands.through(effect);
    expect((await coming.then(({ pictures }) => pictures)).size).toBe(2);
  });

  test('stop when they are aborted', async () => {
    const { effect, bands } = await start('good');
    const abort = new AbortController();
    const seen: string[] = [];
    const round = effect.preview({
      styles: ['invert', 'dim', 'fine', 'none'],
      signal: abort.signal,
      onPreview(style, picture) {
        picture.close();
        seen.push(style);
        abort.abort(new Error('enough'));
      },
    });
    await expect(round).rejects.toThrow('enough');
    // After another round, everything that was on its way has arrived.
    await previews(effect);
    expect(seen).toEqual(['invert']);
    await expect(effect.preview({ signal: abort.signal, onPreview: () => undefined })).rejects.toThrow(
      'enough',
    );
    await bands.become([GREEN, inverted(BLUE), inverted(RED), inverted(WHITE)]);
  });

  test('end with the effect', async () => {
    const { effect } = await start('good');
    const seen: string[] = [];
    let closing: Promise<void> | undefined;
    const round = effect.preview({
      styles: ['invert', 'dim', 'fine'],
      onPreview(style, picture) {
        picture.close();
        seen.push(style);
        closing = effect.close();
      },
    });
    await expect(round).rejects.toMatchObject({ code: 'ERR_WORKER_DIED' });
    await closing;
    expect(seen).toEqual(['invert']);
  });

  test('wrong options are named', async () => {
    const { effect } = await start('good');
    await expect(previews(effect, { styles: ['nobody'] })).rejects.toThrow(/^styles is "nobody"/);
    for (const width of [0, 1e4, 80.5])
      await expect(previews(effect, { width })).rejects.toThrow(/^width is/);
    for (const [look, takes] of [
      [{ line: 3.1 }, 'line is 3.1; it takes a number from 0 to 3.'],
      [{ colour: NaN }, 'colour is null; it takes a number from 0 to 2.'],
      [{ palette: 'red' }, 'palette is "red"; it takes none or 1 to 8 colours as aabbcc-ddeeff.'],
      [{ detail: 'best' as 'fine' }, 'detail is "best"; it takes one of auto, fine, light.'],
    ] as const)
      await expect(effect.set(look)).rejects.toThrow(takes);
  });
});
