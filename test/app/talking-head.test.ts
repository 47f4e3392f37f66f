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
import { composites, meanDifference, type Composite } from '../fixtures/stage.ts';

/**
 * Clips of real people before real walls. They are not part of the project; where they are missing,
 * these tests are skipped.
 */
const CLIPS = join(projectRoot, '../shared/data/clips');
const WIDTH = 640;
const HEIGHT = 360;
const FRAMES = 48;

/** Chromium decodes the GIF, so no other program is needed. */
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

/** Composited frames of a clip, and the camera frames that they were made from. */
interface Shown {
  frames: Uint8Array[];
  composites: Composite[];
}

/**
 * Plays a clip as the camera of the app, and collects the results. Leaves a screenshot for people
 * to look at.
 */
async function play(name: string, look: Record<string, unknown>): Promise<Shown> {
  const folder = await mkdtemp(join(tmpdir(), 'portoon-talking-head-'));
  const app = await serveApp();
  let browser = await launchBrowser();
  try {
    const frames = await decode(browser, app.url, await readFile(join(CLIPS, `${name}.gif`)));
    await browser.close();
    const path = join(folder, `${name}.y4m`);
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
    const shown = await composites(page, camera, 3, look);
    await mkdir('test-results', { recursive: true });
    await writeFile(`test-results/${name}.png`, await page.screenshot());
    expect(shown.length).toBeGreaterThan(0);
    return { frames, composites: shown };
  } finally {
    await browser.close();
    await app.close();
    await rm(folder, { recursive: true });
  }
}

/** Left, right, top and bottom in pixels. */
type Box = readonly [number, number, number, number];

const within =
  ([left, right, top, bottom]: Box) =>
  (pixel: number) => {
    const [x, y] = [pixel % WIDTH, Math.floor(pixel / WIDTH)];
    return x >= left && x < right && y >= top && y < bottom;
  };

/** The mean alpha in a box, 0..1. */
function meanAlpha(rgba: Uint8Array, box: Box): number {
  const inside = within(box);
  const alphas = rgba.filter((_, i) => i % 4 === 3 && inside(i >> 2));
  return alphas.reduce((sum, alpha) => sum + alpha, 0) / (255 * alphas.length);
}

/** The reason to skip a test whose clip is missing; false if it is there. */
const lacks = (name: string) =>
  !existsSync(join(CLIPS, `${name}.gif`)) && `../shared/data/clips/${name}.gif is not there`;

test('a real person is styled and their room is not', async ({ skip }) => {
  const reason = lacks('talking-head-1');
  if (reason) skip(reason);
  const look = { style: 'toon', region: 'person', strength: 1, background: 'live' };
  const { frames, composites } = await play('talking-head-1', look);
  for (const { index, rgba } of composites) {
    expect(meanDifference(rgba, frames[index]!, within([240, 400, 240, 350]))).toBeGreaterThan(5);
    expect(meanDifference(rgba, frames[index]!, within([0, 120, 60, 360]))).toBeLessThan(1);
    expect(meanDifference(rgba, frames[index]!, within([540, 640, 60, 360]))).toBeLessThan(1);
  }
});

test('two real people are both found, and the wall between them is not taken for one', async ({ skip }) => {
  const reason = lacks('two-people');
  if (reason) skip(reason);
  const { composites } = await play('two-people', { style: 'none', background: 'transparent' });
  // Where the two people are in every frame, however they move their heads.
  const people: Box[] = [
    [120, 220, 240, 350],
    [380, 520, 250, 340],
  ];
  const wall: Box[] = [
    [290, 325, 20, 200],
    [605, 640, 30, 250],
    [140, 300, 0, 50],
  ];
  for (const { rgba } of composites) {
    for (const box of people) expect(meanAlpha(rgba, box), `person at ${box.join()}`).toBeGreaterThan(0.9);
    for (const box of wall) expect(meanAlpha(rgba, box), `wall at ${box.join()}`).toBeLessThan(0.1);
  }
});
