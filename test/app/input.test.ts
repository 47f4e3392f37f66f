import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Listening } from '../../src/server/listen.ts';
import { launchBrowser, launchBrowserWithTabs, type BrowserOptions } from '../fixtures/browser.ts';
import { fakeCamera, type FakeCamera } from '../fixtures/fake-camera.ts';
import { projectRoot, serveApp } from '../fixtures/server.ts';

let folder: string;
let app: Listening;
let camera: FakeCamera;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portoon-input-'));
  await build({
    root: join(import.meta.dirname, 'input-page'),
    publicDir: join(projectRoot, 'public'),
    configFile: false,
    logLevel: 'warn',
    worker: { format: 'es' },
    build: { outDir: folder, emptyOutDir: true, target: 'esnext', assetsInlineLimit: 0 },
  });
  app = await serveApp(folder);
  camera = await fakeCamera();
});

afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function open(options: BrowserOptions = {}, address = app.url): Promise<Page> {
  const browser = await launchBrowser({ camera: camera.path, ...options });
  cleanUps.push(() => browser.close());
  const page = await browser.newPage();
  await page.goto(address);
  return page;
}

let shared: Promise<Browser> | undefined;
afterAll(async () => {
  await (await shared)?.close();
});

/** A page in a browser that several tests share: its camera is allowed and shows the clip. */
async function sharedPage(): Promise<Page> {
  shared ??= launchBrowser({ camera: camera.path });
  const context = await (await shared).newContext();
  cleanUps.push(() => context.close());
  const page = await context.newPage();
  await page.goto(app.url);
  return page;
}

interface Told {
  code: string;
  message: string;
  wayOut: string;
}

/** What a person would be told when the camera does not open. */
function cameraError(page: Page, deviceId?: string): Promise<Told> {
  return page.evaluate(
    (id) =>
      window.input.openCamera(id === undefined ? {} : { deviceId: id }).then(
        () => ({ code: 'none', message: '', wayOut: '' }),
        (error: unknown) => {
          const { code, message, wayOut } = error as Told;
          return { code, message, wayOut };
        },
      ),
    deviceId,
  );
}

describe('a camera', () => {
  test('opens, has a name, and goes dark on stop', async () => {
    const page = await sharedPage();
    const seen = await page.evaluate(async () => {
      const source = await window.input.openCamera();
      const { width, height } = source.track.getSettings();
      const [listed] = await window.input.listCameras();
      const { kind, label, deviceId, track } = source;
      const before = track.readyState;
      source.stop();
      source.stop();
      return {
        kind,
        label,
        same: listed?.deviceId === deviceId,
        width,
        height,
        before,
        after: track.readyState,
      };
    });
    expect(seen).toEqual({
      kind: 'camera',
      label: camera.path,
      same: true,
      width: 640,
      height: 360,
      before: 'live',
      after: 'ended',
    });
  });

  test.each([
    ['held upright', 720, 1280, 720, 1280],
    ['held upright, with more pixels than were asked for', 1080, 1920, 720, 1280],
    ['of another shape', 1600, 1200, 1108, 832],
  ])('%s keeps its shape', async (_, width, height, ...expected) => {
    const { path } = await fakeCamera({ frames: 1, width, height });
    const page = await open({ camera: path });
    const { size, same } = await page.evaluate(async () => {
      const source = await window.input.openCamera();
      const { value } = await window.input.framesOf(source.track).frames.getReader().read();
      const { displayWidth, displayHeight } = value!;
      value!.close();
      const { width: w, height: h } = source.track.getSettings();
      source.stop();
      return { size: [displayWidth, displayHeight], same: w === displayWidth && h === displayHeight };
    });
    expect(same).toBe(true);
    for (const [index, side] of expected.entries()) expect(Math.abs(size[index]! - side)).toBeLessThan(3);
  });

  test('shows the frames it was given, in order', async () => {
    const page = await sharedPage();
    const rows = await page.evaluate(async () => {
      const source = await window.input.openCamera();
      const reader = window.input.framesOf(source.track).frames.getReader();
      const corners: number[][] = [];
      for (let k = 0; k < 12; k++) {
        const { value } = await reader.read();
        const canvas = new OffscreenCanvas(640, 360);
        const context = canvas.getContext('2d')!;
        context.drawImage(value!, 0, 0);
        value!.close();
        corners.push([...context.getImageData(0, 0, 640, 12).data]);
      }
      source.stop();
      return corners;
    });
    const numbers = rows.map((row) => camera.indexOf(Uint8Array.from(row), 640, 360));
    for (const [k, number] of numbers.entries()) {
      expect(number).toBeTypeOf('number');
      if (k === 0) continue;
      const step = (number! - numbers[k - 1]! + camera.frames) % camera.frames;
      expect(step).toBeGreaterThan(0);
      expect(step).toBeLessThan(30);
    }
  });

  test('that is remembered but missing is replaced by any other', async () => {
    const page = await sharedPage();
    const label = await page.evaluate(
      async () => (await window.input.openCamera({ deviceId: 'a camera of last week' })).label,
    );
    expect(label).toBe(camera.path);
  });

  test('that is not allowed says how to allow it', async () => {
    const told = await cameraError(await open({ allowCamera: false }));
    expect(told.code).toBe('ERR_CAMERA_DENIED');
    expect(told.wayOut).toContain('allow the camera');
  });

  test('that does not exist says so', async () => {
    const page = await open({ camera: 'none' });
    expect((await cameraError(page)).code).toBe('ERR_CAMERA_MISSING');
    expect((await cameraError(page, 'a camera of last week')).code).toBe('ERR_CAMERA_MISSING');
    expect(await page.evaluate(() => window.input.listCameras())).toEqual([]);
  });

  test.each([
    ['NotReadableError', 'ERR_CAMERA_BUSY'],
    ['AbortError', 'ERR_CAMERA_BUSY'],
    ['SecurityError', 'ERR_CAMERA_DENIED'],
    ['TypeError', 'ERR_CAMERA_UNSUPPORTED'],
  ])('whose browser says %s is explained as %s', async (name, code) => {
    const page = await sharedPage();
    // No fake device refuses to start, so these answers are played.
    await page.evaluate((answer) => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('Could not start', answer));
    }, name);
    const told = await cameraError(page);
    expect(told.code).toBe(code);
    expect(told.message).toMatch(/^[A-Z].*\.$/);
    expect(told.wayOut).toMatch(/^[A-Z].*\.$/);
  });

  test('that is slow to wake up is asked once more', async () => {
    const page = await sharedPage();
    const label = await page.evaluate(async () => {
      const { mediaDevices } = navigator;
      const open = mediaDevices.getUserMedia.bind(mediaDevices);
      mediaDevices.getUserMedia = () => {
        mediaDevices.getUserMedia = open;
        return Promise.reject(new DOMException('Timeout starting video source', 'AbortError'));
      };
      return (await window.input.openCamera()).label;
    });
    expect(label).toBe(camera.path);
  });

  test('on an insecure page says where to go', async () => {
    const args = ['--host-resolver-rules=MAP portoon.test 127.0.0.1'];
    const page = await open({ args }, `http://portoon.test:${app.port}/`);
    const told = await cameraError(page);
    expect(told.code).toBe('ERR_CAMERA_UNSUPPORTED');
    expect(told.wayOut).toContain('http://localhost');
    expect(await page.evaluate(() => window.input.listCameras())).toEqual([]);
  });

  test('that is taken away while it runs ends with a reason, and opens again', async () => {
    const page = await open({ allowCamera: false });
    await page.context().grantPermissions(['camera']);
    await page.evaluate(async () => {
      const source = await window.input.openCamera();
      Object.assign(window, { ended: source.ended });
    });
    await page.context().clearPermissions();
    const told = await page.evaluate(async () => {
      const { code, message } = await (window as unknown as { ended: Promise<Told> }).ended;
      return { code, message };
    });
    expect(told.code).toBe('ERR_CAMERA_STOPPED');
    expect(told.message).toContain(camera.path);

    await page.context().grantPermissions(['camera']);
    const state = await page.evaluate(async () => {
      await window.input.waitForCamera();
      return (await window.input.openCamera()).track.readyState;
    });
    expect(state).toBe('live');
  });

  test('is waited for until it is plugged in, or until nobody waits any more', async () => {
    const page = await sharedPage();
    const outcome = await page.evaluate(async () => {
      const devices = navigator.mediaDevices;
      let plugged: MediaDeviceInfo[] = [];
      // Chromium has no fake device that can be unplugged, so the list of devices is faked; the
      // rest is real.
      devices.enumerateDevices = () => Promise.resolve(plugged);
      const info = (deviceId: string) => ({ kind: 'videoinput', deviceId, label: '' }) as MediaDeviceInfo;
      const steps: string[] = [];
      const waiting = window.input.waitForCamera('desk').then(() => steps.push('came'));
      const pause = () => new Promise((resolve) => setTimeout(resolve, 100));
      plugged = [info('other')];
      devices.dispatchEvent(new Event('devicechange'));
      await pause();
      steps.push('other is not it');
      plugged = [info('other'), info('desk')];
      devices.dispatchEvent(new Event('devicechange'));
      await waiting;
      const abort = new AbortController();
      const given = window.input.waitForCamera('never', abort.signal).catch(() => steps.push('gave up'));
      abort.abort();
      await given;
      return steps;
    });
    expect(outcome).toEqual(['other is not it', 'came', 'gave up']);
  });
});

describe('a hidden tab', () => {
  test('keeps every source at its rate', async () => {
    const tabs = await launchBrowserWithTabs({ camera: camera.path });
    cleanUps.push(() => tabs.close());
    const { page } = tabs;
    await page.goto(app.url);
    await page.evaluate(async () => {
      const { openCamera, openDemo, openVideo, countFrames } = window.input;
      const clip = await (await fetch('/demo/demo.webm')).blob();
      const sources = {
        camera: await openCamera(),
        demo: await openDemo(),
        file: await openVideo(new File([clip], 'clip.webm')),
      };
      const counters = Object.entries(sources).map(
        ([name, { track }]) => [name, countFrames(track)] as const,
      );
      Object.assign(window, {
        counts: () => Object.fromEntries(counters.map(([name, { count }]) => [name, count])),
      });
    });
    const counts = () =>
      page.evaluate(() => (window as unknown as { counts: () => Record<string, number> }).counts());
    const rates = async (seconds: number) => {
      const [from, begun] = [await counts(), performance.now()];
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      const [to, passed] = [await counts(), (performance.now() - begun) / 1000];
      return Object.fromEntries(Object.keys(to).map((name) => [name, (to[name]! - from[name]!) / passed]));
    };
    await tabs.hide();
    // Ten seconds are longer than the clip, so it must also start again from its beginning.
    const hidden = await rates(10);
    expect(await page.evaluate(() => document.visibilityState)).toBe('hidden');
    await tabs.show();
    for (const rate of Object.values(hidden)) {
      expect(rate).toBeGreaterThan(20);
      expect(rate).toBeLessThan(34);
    }
  });
});
