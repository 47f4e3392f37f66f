/** A call between Chromium and Firefox. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Browser } from 'playwright';
import puppeteer, { type Browser as Firefox } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../fixtures/browser.ts';
import { missing, pathOf, stopEngine } from '../fixtures/engines.ts';
import { fakeCamera } from '../fixtures/fake-camera.ts';
import { projectRoot } from '../fixtures/server.ts';
import { startNode, type Node } from '../fixtures/signalling.ts';
import { arrive, difference, enter, goesOn, newLink, pixels, sees } from './call-page.ts';
import { LONG_WAIT } from '../fixtures/waits.ts';

const absent = missing('firefox-esr', 'Xvfb');
if (absent) process.stdout.write(`Calls with Firefox are not tested: ${absent}.\n`);

/** Starts a virtual display: without a display Firefox has no WebGL. */
async function startScreen(): Promise<{ display: string; screen: ChildProcess }> {
  const screen = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const [line] = (await once(screen.stdio[3] as Readable, 'data')) as [Buffer];
  return { display: `:${line.toString().trim()}`, screen };
}

describe.skipIf(absent)('Firefox and Chromium', () => {
  let node: Node;
  let chromium: Browser;
  let firefox: Firefox;
  let screen: ChildProcess;
  beforeAll(async () => {
    const { path } = await fakeCamera({ frames: 1, width: 320, height: 180 });
    const { display, ...started } = await startScreen();
    screen = started.screen;
    [node, chromium, firefox] = await Promise.all([
      startNode({}, join(projectRoot, 'dist')),
      launchBrowser({ camera: path }),
      puppeteer.launch({
        browser: 'firefox',
        executablePath: pathOf('firefox-esr')!,
        headless: false,
        env: { ...process.env, DISPLAY: display, LIBGL_ALWAYS_SOFTWARE: '1' },
        extraPrefsFirefox: {
          'media.navigator.permission.disabled': true,
          'media.navigator.streams.fake': true,
          'media.peerconnection.ice.loopback': true,
          'media.peerconnection.ice.obfuscate_host_addresses': false,
          'webgl.force-enabled': true,
        },
      }),
    ]);
  });
  afterAll(async () => {
    await firefox.close();
    await chromium.close();
    await node.close();
    await stopEngine(screen);
  });

  it('see each other’s composites, until one of them leaves', async () => {
    const link = newLink(node.url);
    const ada = await arrive(chromium, link, 'Ada');
    await enter(ada);
    const page = await firefox.newPage();
    // The style is off, so the person is unchanged; the green background proves that the effect
    // drew the picture.
    await page.goto(`${link}&input=demo&style=none&background=%2300c800`);
    await page.waitForFunction(
      () => document.documentElement.dataset.state === 'running',
      undefined,
      LONG_WAIT,
    );
    await page.click('.lobby-card [type=submit]');
    await page.waitForSelector('.person video[data-shown]', LONG_WAIT);
    await sees(ada.page);
    await goesOn(ada.page);

    const corner = async () => (await pixels(ada.page, '.person video', 16, 9)).slice(0, 3);
    await expect.poll(async () => difference(await corner(), [0, 200, 0]), LONG_WAIT).toBeLessThan(25);
    // In the first half of the clip the person is in the middle, in the second half at the side.
    const middle = async () =>
      (await pixels(ada.page, '.person video', 16, 9)).slice(3 * (16 * 5 + 8)).slice(0, 3);
    await expect.poll(async () => difference(await middle(), [0, 200, 0]), LONG_WAIT).toBeGreaterThan(25);

    const ofAda = await pixels(ada.page, '#stage', 16, 9);
    // Firefox makes a picture small by leaving out most of its pixels, so the means are taken here.
    const shown = () =>
      page.evaluate(() => {
        const [columns, rows, side] = [16, 9, 20];
        const context = new OffscreenCanvas(columns * side, rows * side).getContext('2d')!;
        const { width, height } = context.canvas;
        context.drawImage(document.querySelector<HTMLVideoElement>('.person video')!, 0, 0, width, height);
        const { data } = context.getImageData(0, 0, width, height);
        const means = Array<number>(columns * rows * 3).fill(0);
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++)
            for (let channel = 0; channel < 3; channel++)
              means[3 * (columns * Math.floor(y / side) + Math.floor(x / side)) + channel]! +=
                data[4 * (width * y + x) + channel]! / side ** 2;
        return means;
      });
    // Firefox also raises the contrast a little. The tolerance allows that; any other picture
    // differs by more.
    await expect.poll(async () => difference(await shown(), ofAda), LONG_WAIT).toBeLessThan(16);

    await page.click('.call-tool.leave');
    await ada.page.getByRole('heading', { name: 'Nobody else is here yet' }).waitFor();
    await ada.close();
  });
});
