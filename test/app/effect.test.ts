import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { PortoonError } from '../../src/common/errors.ts';
import type { EffectStats } from '../../src/effect/protocol.ts';
import type { Listening } from '../../src/server/listen.ts';
import { launchBrowser, launchBrowserWithTabs } from '../fixtures/browser.ts';
import { fakeCamera, type FakeCamera } from '../fixtures/fake-camera.ts';
import { lightBuild } from '../fixtures/light-app.ts';
import { serveApp } from '../fixtures/server.ts';
import { composites, distanceToOutline, meanDifference } from '../fixtures/stage.ts';
import { LONG_WAIT } from '../fixtures/waits.ts';
import { takePreviews, watchSwitches, type Previewing } from './effect-page.ts';
import { giveOwnNet } from './own-net.ts';
import { reach } from './studio-page.ts';

let camera: FakeCamera;
let app: Listening;
/** The same app with tiny nets, for tests that do not look at the picture. */
let light: Listening;
let browser: Browser;

beforeAll(async () => {
  camera = await fakeCamera();
  [app, light, browser] = await Promise.all([
    serveApp(),
    serveApp(lightBuild()),
    launchBrowser({ camera: camera.path }),
  ]);
});
afterAll(async () => {
  await browser.close();
  await Promise.all([app.close(), light.close()]);
});

// This closes pages after a failed test too: a page that goes on would slow down the next test.
afterEach(async () => {
  for (const context of browser.contexts()) {
    // A request that a route still holds would fail when its page closes.
    for (const page of context.pages()) await page.unrouteAll({ behavior: 'ignoreErrors' });
    await context.close();
  }
});

async function open(query: string, { from = app, in_ = browser } = {}): Promise<Page> {
  const page = await in_.newPage({ serviceWorkers: 'block' });
  await page.goto(`${from.url}?input=camera&autostart=1&${query}`);
  await reach(page, 'running');
  return page;
}

const frames = (page: Page) =>
  page.evaluate(
    () => (window as unknown as { portoon: { stats(): { frames: number } } }).portoon.stats().frames,
  );

/** How many frames a page draws in this many seconds. */
async function framesIn(page: Page, seconds: number): Promise<number> {
  const before = await frames(page);
  await page.waitForTimeout(1000 * seconds);
  return (await frames(page)) - before;
}

describe('with a camera that shows the demo clip', () => {
  for (const style of ['toon', 'udnie'])
    test(`${style}: the person changes, the room does not`, async () => {
      const page = await open(`style=${style}`);
      const shown = await composites(page, camera, 4, {
        style,
        region: 'person',
        strength: 1,
        background: 'live',
      });
      expect(shown.length).toBeGreaterThan(0);
      for (const { index, rgba } of shown) {
        const { rgba: live, matte, width, height } = camera.frame(index);
        const distance = distanceToOutline((pixel) => matte[pixel]! > 127, width, height);
        expect(meanDifference(rgba, live, (pixel) => distance[pixel]! >= 12)).toBeGreaterThan(15);
        expect(meanDifference(rgba, live, (pixel) => distance[pixel]! <= -12)).toBeLessThan(4);
      }
    });

  test('the edge of the cut-out lies within 4 px of the truth on 95 % of the outline', async () => {
    const page = await open('style=none');
    const shown = await composites(page, camera, 16, { style: 'none', background: 'transparent' });
    expect(shown.length).toBeGreaterThan(0);
    let outline = 0;
    let near = 0;
    for (const { index, rgba } of shown) {
      const { matte, width, height } = camera.frame(index);
      const toFound = distanceToOutline((pixel) => rgba[pixel * 4 + 3]! > 127, width, height);
      const toTruth = distanceToOutline((pixel) => matte[pixel]! > 127, width, height);
      for (let pixel = 0; pixel < matte.length; pixel++) {
        if (toTruth[pixel] !== 1) continue;
        outline++;
        if (Math.abs(toFound[pixel]!) <= 4) near++;
      }
    }
    expect(outline).toBeGreaterThan(500 * shown.length);
    expect(near / outline).toBeGreaterThanOrEqual(0.95);
  });

  test('an unchanged picture costs no inference, and still follows changes of the look', async () => {
    const still = await fakeCamera({ frames: 1 });
    const browser = await launchBrowser({ camera: still.path });
    try {
      const page = await open('style=toon', { in_: browser });
      // What is said before the look is drawn is of the look before.
      const rests = (after: number) =>
        page.waitForFunction((after) => {
          const { portoon } = window as unknown as { portoon: { stats(): EffectStats } };
          const { frames, fps, ms } = portoon.stats();
          return frames > after + 1 && fps > 0 && ms.matte < 1 && ms.style === 0;
        }, after);
      const looks: string[] = [];
      for (const look of [
        { style: 'toon' },
        { style: 'udnie' },
        { region: 'everything' },
        { background: '#00ff00' },
      ]) {
        await page.evaluate(
          (look) =>
            (window as unknown as { portoon: { set(look: object): Promise<void> } }).portoon.set(look),
          look,
        );
        await rests(await frames(page));
        // The page may show it a moment later.
        const shown = async () => (await page.locator('#stage').screenshot()).toString('base64');
        await expect.poll(async () => looks.includes(await shown()), LONG_WAIT).toBe(false);
        looks.push(await shown());
      }
      expect(new Set(looks).size).toBe(looks.length);
    } finally {
      await browser.close();
    }
  });

  test('no request leaves the origin', async () => {
    const page = await browser.newPage({ serviceWorkers: 'block' });
    const foreign: string[] = [];
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (/^https?:$/.test(url.protocol) && url.origin !== new URL(light.url).origin)
        foreign.push(request.url());
    });
    await page.goto(`${light.url}?input=camera&autostart=1&style=toon`);
    await reach(page, 'running');
    expect(foreign).toEqual([]);
  });

  test('of many changes at the same time the last one to set an option wins', async () => {
    const page = await open('style=none');
    await page.evaluate(async () => {
      const { portoon } = window as unknown as { portoon: { set(look: unknown): Promise<void> } };
      const picture = new OffscreenCanvas(4000, 3000);
      picture.getContext('2d')!.fillRect(0, 0, 4000, 3000);
      const url = URL.createObjectURL(await picture.convertToBlob());
      // The image takes longest to load, although it was requested first.
      await Promise.all([
        portoon.set({ background: url, style: 'udnie' }),
        ...Array.from({ length: 40 }, (_, i) =>
          portoon.set({ strength: i / 40, style: i % 2 === 0 ? 'toon' : 'udnie' }),
        ),
        portoon.set({ background: '#00ff00', style: 'none' }),
      ]);
    });
    const [shown] = await composites(page, camera, 1, {});
    const { matte } = camera.frame(shown!.index);
    const corner = camera.width * 200 + 620;
    expect(matte[corner]).toBe(0);
    expect([...shown!.rgba.subarray(corner * 4, corner * 4 + 3)]).toEqual([0, 255, 0]);
  });

  test('changing style and region shows neither a black nor a raw frame', async () => {
    const page = await open('style=toon');
    const seen = await page.evaluate(watchSwitches);
    expect(seen).toHaveLength(26);
    for (const { brightness, styled } of seen) {
      expect(brightness).toBeGreaterThan(15);
      expect(styled).toBe(true);
    }
  });
});

describe('previews', () => {
  for (const region of ['person', 'everything'])
    test(`with the style on the ${region}: every style on the same frame, as the look would show it`, async () => {
      const page = await open(`style=none&region=${region}`);
      const styles = await page.evaluate(() =>
        (window as unknown as { portoon: Previewing }).portoon.styles
          .filter(({ grade }) => grade === 'live')
          .map(({ id }) => id),
      );
      expect(styles.length).toBeGreaterThanOrEqual(2);
      const [width, height] = [320, 180];
      const pictures = await page.evaluate(takePreviews, { styles: ['none', ...styles], width });
      expect(pictures.map(({ style }) => style)).toEqual(['none', ...styles]);
      expect(pictures.map((picture) => picture.height)).toEqual(pictures.map(() => height));
      const [none, ...styled] = pictures.map(({ rgba }) => new Uint8Array(Buffer.from(rgba, 'base64')));
      const index = camera.indexOf(none!, width, height);
      expect(index).toBeDefined();
      const truth = camera.frame(index!);
      const scale = truth.width / width;
      const at = (pixel: number) =>
        (Math.floor(pixel / width) * scale + scale / 2) * truth.width + (pixel % width) * scale + scale / 2;
      const small = Uint8Array.from(
        { length: width * height * 4 },
        (_, i) => truth.rgba[at(i >> 2) * 4 + (i & 3)]!,
      );
      expect(meanDifference(none!, small, () => true)).toBeLessThan(6);
      const distance = distanceToOutline((pixel) => truth.matte[at(pixel)]! > 127, width, height);
      for (const picture of styled) {
        expect(meanDifference(picture, none!, (pixel) => distance[pixel]! >= 6)).toBeGreaterThan(10);
        const outside = meanDifference(picture, none!, (pixel) => distance[pixel]! <= -6);
        if (region === 'person') expect(outside).toBeLessThan(1);
        else expect(outside).toBeGreaterThan(8);
      }
    });

  test('delay a live frame by no more than one preview', async () => {
    const page = await open('style=toon');
    const seen = await page.evaluate(async () => {
      const { portoon } = globalThis as unknown as { portoon: Previewing };
      /** Its count of frames, as soon as it is told anew. */
      const frames = async () => {
        const before = portoon.stats().frames;
        while (portoon.stats().frames === before) await new Promise((resolve) => setTimeout(resolve, 5));
        return portoon.stats().frames;
      };
      let pictures = 0;
      const onPreview = (_: string, picture: ImageBitmap) => {
        picture.close();
        pictures++;
      };
      // After this round every net is loaded.
      await portoon.preview({ onPreview });
      pictures = 0;
      const before = await frames();
      for (let rounds = 0; rounds < 2; rounds++) await portoon.preview({ onPreview });
      return { pictures, frames: (await frames()) - before };
    });
    // A frame is processed between any two previews. If frames had to wait for a whole round, there
    // would be two.
    expect(seen.pictures).toBeGreaterThan(10);
    expect(seen.frames).toBeGreaterThanOrEqual(0.9 * seen.pictures);
  });

  test('end when the effect closes, which leaves nothing behind', async () => {
    const page = await open('style=toon', { from: light });
    const errors: Error[] = [];
    page.on('pageerror', (error) => errors.push(error));
    const seen = await page.evaluate(async () => {
      const { portoon } = globalThis as unknown as { portoon: Previewing };
      const shown: string[] = [];
      let closing: Promise<void> | undefined;
      const code = await portoon
        .preview({
          onPreview(style, picture) {
            picture.close();
            shown.push(style);
            closing = portoon.close();
          },
        })
        .then(
          () => 'done',
          (error: unknown) => (error as { code: string }).code,
        );
      const began = performance.now();
      await closing;
      return { shown: shown.length, code, patience: performance.now() - began };
    });
    // `close` was answered: the timeout of a second did not have to end it.
    expect(seen.code).toBe('ERR_WORKER_DIED');
    expect(seen.shown).toBe(1);
    expect(seen.patience).toBeLessThan(900);
    await expect.poll(() => page.workers().length).toBe(0);
    expect(errors).toEqual([]);
  });
});

describe('what goes wrong', () => {
  test('a tampered style is refused by name, and the page goes on', async () => {
    const page = await browser.newPage({ serviceWorkers: 'block' });
    await giveOwnNet(page, app.url, 'toon', (route, net) => {
      const damaged = Buffer.from(net);
      damaged[damaged.length >> 1]! ^= 1;
      return route.fulfill({ body: damaged });
    });
    await page.goto(`${app.url}?input=camera&autostart=1&style=toon`);
    await reach(page, 'running');
    await page.getByText('"toon"').first().waitFor();
    const message = await page.evaluate(async () => {
      const { portoon } = window as unknown as { portoon: { set(look: unknown): Promise<void> } };
      return portoon.set({ style: 'toon' }).then(
        () => '',
        (error: unknown) => (error as { code: string }).code,
      );
    });
    expect(message).toBe('ERR_MODEL_INTEGRITY');
    // Another style still works.
    await page.evaluate(() =>
      (window as unknown as { portoon: { set(look: unknown): Promise<void> } }).portoon.set({
        style: 'udnie',
      }),
    );
  });

  for (const [what, code, spoil] of [
    ['truncated', 'ERR_MODEL_INTEGRITY', (body: Buffer) => ({ body: body.subarray(0, body.length >> 1) })],
    ['missing', 'ERR_MODEL_MISSING', () => ({ status: 404, body: 'not here' })],
  ] as const)
    test(`a ${what} matte net is explained in words, with a way to try again`, async () => {
      const page = await browser.newPage({ serviceWorkers: 'block' });
      await page.route('**/models/matte/*.onnx*', async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, headers: {}, ...spoil(await response.body()) });
      });
      await page.goto(`${light.url}?input=camera&autostart=1`);
      await reach(page, 'error');
      await page.getByText('"portrait"').first().waitFor();
      await page.getByText(code).first().waitFor();
      // Once the files can be loaded, it starts without a reload.
      await page.unroute('**/models/matte/*.onnx*');
      await page
        .getByRole('button', { name: /again|restart/i })
        .first()
        .click();
      await reach(page, 'running');
    });

  test('a list of nets with a broken entry leaves that net out and goes on', async () => {
    const page = await browser.newPage({ serviceWorkers: 'block' });
    await page.route('**/models/manifest.json', async (route) => {
      const response = await route.fetch();
      const manifest = (await response.json()) as { models: { id: string; file?: unknown }[] };
      manifest.models.find(({ id }) => id === 'toon')!.file = 7;
      await route.fulfill({ response, json: manifest });
    });
    await page.goto(`${light.url}?input=camera&autostart=1`);
    await reach(page, 'running');
    const styles = await page.evaluate(() =>
      (window as unknown as { portoon: { styles: { id: string }[] } }).portoon.styles.map(({ id }) => id),
    );
    await page.getByText('The net "toon" is left out').first().waitFor();
    expect(styles).not.toContain('toon');
    expect(styles).toContain('udnie');
  });

  test('ep=webgpu without an adapter says so and how to go on', async () => {
    const page = await browser.newPage({ serviceWorkers: 'block' });
    await page.goto(`${light.url}?input=camera&autostart=1&ep=webgpu`);
    await reach(page, 'error');
    await page
      .getByText(/WebGPU/)
      .first()
      .waitFor();
  });

  test('a change that waits for a net is refused when the effect closes', async () => {
    const page = await browser.newPage({ serviceWorkers: 'block' });
    await giveOwnNet(page, light.url, 'udnie', () => new Promise(() => undefined));
    await page.goto(`${light.url}?input=camera&autostart=1&style=none`);
    await reach(page, 'running');
    const code = await page.evaluate(async () => {
      const { portoon } = window as unknown as {
        portoon: { set(look: unknown): Promise<void>; close(): Promise<void> };
      };
      const waiting = portoon.set({ style: 'udnie' }).then(
        () => 'done',
        (error: unknown) => (error as { code: string }).code,
      );
      await portoon.close();
      return waiting;
    });
    expect(code).toBe('ERR_WORKER_DIED');
  });

  test('a wrong option is an error that names it, with a code and a way out', async () => {
    const page = await open('style=none', { from: light });
    const messages = await page.evaluate(async () => {
      const { portoon } = window as unknown as { portoon: { set(look: unknown): Promise<void> } };
      const told: string[] = [];
      for (const look of [
        { region: 'nose' },
        { strength: 2 },
        { background: 'https://example.com/a.png' },
        { quality: 7 },
        { style: '' },
        { colr: 'red', x: 1 },
        5,
        null,
        [],
      ])
        await portoon.set(look).catch((error: unknown) => {
          const { code, message, wayOut } = error as PortoonError;
          told.push(`${code}: ${message} ${wayOut}`);
        });
      return told;
    });
    expect(messages).toHaveLength(9);
    for (const [i, option] of ['region', 'strength', 'background', 'quality', 'style'].entries())
      expect(messages[i]).toMatch(
        new RegExp(`^ERR_PARAMETER: ${option} is .*; it takes .*\\. Give ${option}`),
      );
    expect(messages[5]).toMatch(
      /^ERR_PARAMETER: There is no option colr, x\. The options are style, region, /,
    );
    for (const message of messages.slice(6))
      expect(message).toMatch(/^ERR_PARAMETER: The options are (5|null|\[\]);/);
  });

  test('a worker that dies is replaced, with the same look and the same camera', async () => {
    const page = await open('style=toon', { from: light });
    const canvas = await page.$('#stage');
    await page.evaluate(async () => {
      const { portoon } = window as unknown as {
        portoon: { process(track: MediaStreamTrack): Promise<MediaStreamTrack> };
      };
      const camera = await navigator.mediaDevices.getUserMedia({ video: true });
      const processed = await portoon.process(camera.getVideoTracks()[0]!);
      processed.addEventListener('ended', () => Object.assign(window, { processedEnded: true }));
    });
    await page.workers()[0]!.evaluate(() => {
      self.close();
    });
    // The worker falls silent, and the page notices.
    await page.waitForFunction((old) => document.querySelector('#stage') !== old, canvas, LONG_WAIT);
    await page.waitForFunction(
      () => (window as unknown as { portoon: { stats(): { frames: number } } }).portoon.stats().frames > 5,
    );
    await reach(page, 'running');
    // The processed track ends, so its users know that it is over.
    expect(await page.evaluate(() => 'processedEnded' in window)).toBe(true);
  });

  test('a lost graphics processor comes back by itself', async () => {
    const own = await launchBrowser({ camera: camera.path });
    const page = await open('style=toon', { in_: own });
    const crash = await own.newPage({ serviceWorkers: 'block' });
    await crash.goto('chrome://gpucrash').catch(() => undefined);
    await crash.close();
    const [shown] = await composites(page, camera, 1, {
      style: 'toon',
      region: 'person',
      background: 'live',
    });
    const { rgba: live, matte, width, height } = camera.frame(shown!.index);
    const distance = distanceToOutline((pixel) => matte[pixel]! > 127, width, height);
    expect(meanDifference(shown!.rgba, live, (pixel) => distance[pixel]! <= -12)).toBeLessThan(4);
    expect(meanDifference(shown!.rgba, live, (pixel) => distance[pixel]! >= 12)).toBeGreaterThan(10);
    await own.close();
  });
});

test('a hidden tab goes on', async () => {
  const tabs = await launchBrowserWithTabs({ camera: camera.path });
  try {
    await tabs.page.goto(`${light.url}?input=camera&autostart=1&style=toon`);
    await reach(tabs.page, 'running');
    // A browser that slows hidden pages down lets them do something once a second, or less.
    await expect.poll(() => framesIn(tabs.page, 2), LONG_WAIT).toBeGreaterThan(8);
    await tabs.hide();
    await expect.poll(() => framesIn(tabs.page, 2)).toBeGreaterThan(4);
    expect(await tabs.page.evaluate(() => document.visibilityState)).toBe('hidden');
  } finally {
    await tabs.close();
  }
});
