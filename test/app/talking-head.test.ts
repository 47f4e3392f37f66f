import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { expect, test } from 'vitest';
import { readFrameNumber, writeFrameNumber } from '../../scripts/demo/frame-number.ts';
import { y4mFrame, y4mHeader } from '../../scripts/demo/y4m.ts';
import { launchBrowser } from '../fixtures/browser.ts';
import { projectRoot, serveApp } from '../fixtures/server.ts';
import { composites, meanDifference } from '../fixtures/stage.ts';

/** A real person before a real wall; not part of the project, so a clone without it has one test less. */
const clip = join(projectRoot, '../shared/data/clips/talking-head-1.gif');
const WIDTH = 640;
const HEIGHT = 360;
const FRAMES = 48;

/** Chromium itself reads the GIF: no other program is needed. */
async function decode(browser: Browser, url: string, gif: Buffer): Promise<Uint8Array[]> {
  const page = await browser.newPage({ serviceWorkers: 'block' });
  // Only a secure page has an ImageDecoder.
  await page.goto(`${url}favicon.svg`);
  const frames = await page.evaluate(
    async ({ base64, width, height, count }) => {
      const data = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const decoder = new ImageDecoder({ data, type: 'image/gif' });
      await decoder.tracks.ready;
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext('2d', { willReadFrequently: true })!;
      const decoded: string[] = [];
      for (
        let frameIndex = 0;
        frameIndex < Math.min(count, decoder.tracks.selectedTrack!.frameCount);
        frameIndex++
      ) {
        const { image } = await decoder.decode({ frameIndex });
        context.drawImage(image, 0, 0, width, height);
        image.close();
        const rgba = context.getImageData(0, 0, width, height).data;
        let binary = '';
        for (let i = 0; i < rgba.length; i += 0x8000)
          binary += String.fromCharCode(...rgba.subarray(i, i + 0x8000));
        decoded.push(btoa(binary));
      }
      return decoded;
    },
    { base64: gif.toString('base64'), width: WIDTH, height: HEIGHT, count: FRAMES },
  );
  await page.close();
  return frames.map((frame) => new Uint8Array(Buffer.from(frame, 'base64')));
}

test.runIf(existsSync(clip))('a real person is styled and their room is not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'portoon-talking-head-'));
  const app = await serveApp();
  let browser = await launchBrowser();
  try {
    const frames = await decode(browser, app.url, await readFile(clip));
    await browser.close();
    const path = join(folder, 'talking-head.y4m');
    const file = await open(path, 'w');
    await file.write(y4mHeader(WIDTH, HEIGHT, 30));
    for (const [index, rgba] of frames.entries()) {
      const numbered = new Uint8ClampedArray(rgba.buffer, rgba.byteOffset, rgba.length);
      writeFrameNumber(numbered, WIDTH, HEIGHT, index);
      // The clip has 12 frames a second, the camera 30.
      for (let repeat = 0; repeat < 2; repeat++) await file.write(y4mFrame(numbered, WIDTH, HEIGHT));
    }
    await file.close();

    browser = await launchBrowser({ camera: path });
    const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, serviceWorkers: 'block' });
    await page.goto(`${app.url}?input=camera&autostart=1&style=toon`);
    await page.waitForFunction(() => document.documentElement.dataset.state === 'running');
    const camera = { path, frames: frames.length, width: WIDTH, height: HEIGHT, indexOf: readFrameNumber };
    const shown = await composites(page, camera, 3, {
      style: 'toon',
      region: 'person',
      strength: 1,
      background: 'live',
    });
    // For the eye: see the picture in test-results.
    await mkdir('test-results', { recursive: true });
    await writeFile('test-results/talking-head.png', await page.screenshot());
    expect(shown.length).toBeGreaterThan(0);
    const within = (left: number, right: number, top: number, bottom: number) => (pixel: number) => {
      const [x, y] = [pixel % WIDTH, Math.floor(pixel / WIDTH)];
      return x >= left && x < right && y >= top && y < bottom;
    };
    for (const { index, rgba } of shown) {
      expect(meanDifference(rgba, frames[index]!, within(240, 400, 240, 350))).toBeGreaterThan(10);
      expect(meanDifference(rgba, frames[index]!, within(0, 120, 60, 360))).toBeLessThan(4);
      expect(meanDifference(rgba, frames[index]!, within(540, 640, 60, 360))).toBeLessThan(4);
    }
  } finally {
    await browser.close();
    await app.close();
    await rm(folder, { recursive: true });
  }
});
