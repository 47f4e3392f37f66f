/**
 * `npm run bench:record`: what recording takes of the live effect's frame rate, in the built app,
 * 640x360, style short side 192. Stretches with and without recording take turns, so that a machine
 * that slows down does not blame the recorder; each of the one kind is compared with its two
 * neighbours of the other, and the median counts. Beside it what the whole browser takes of the
 * processor for each frame (Linux), which other programs disturb less. Three minutes. Ends with a
 * line of JSON. Options: --seconds 4, --rounds 4, --style toon, --formats mp4,webm,webm-alpha,gif
 */
import { parseArgs } from 'node:util';
import type { Page } from 'playwright';
import { buildApp, isFresh } from '../../scripts/build.ts';
import type { EffectStats } from '../../src/effect/protocol.ts';
import { launchBrowserWithTabs } from '../fixtures/browser.ts';
import { fakeCamera } from '../fixtures/fake-camera.ts';
import { projectRoot, serveApp } from '../fixtures/server.ts';
import { machine, treeSeconds } from './processor.ts';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '4' },
    style: { type: 'string', default: 'toon' },
    formats: { type: 'string', default: 'mp4,webm,webm-alpha,gif' },
  },
});
const seconds = Number(options.seconds);
const rounds = Number(options.rounds);

/** Frames a second, and milliseconds of processor time for each frame. */
interface Pace {
  fps: number;
  processor: number;
}

if (!(await isFresh(projectRoot))) await buildApp(projectRoot);
const camera = await fakeCamera({ numbered: false });
const app = await serveApp();
// Uses a profile on the disk, as people do: in a private window each write passes through another
// process.
const browser = await launchBrowserWithTabs({ camera: camera.path, args: ['--window-size=1280,720'] });
try {
  const { page } = browser;
  await page.goto(`${app.url}?input=camera&autostart=1&style=${options.style}&quality=192`);
  await page.waitForFunction(() => document.documentElement.dataset.state === 'running', undefined, {
    timeout: 120_000,
  });
  await page.waitForTimeout(5000);
  process.stdout.write(
    `${new Date().toISOString().slice(0, 10)}, ${machine()}, Chromium ${browser.browser.version()}\n` +
      'format         frames a second           ms of a core for each\n' +
      '               without   recording       without   recording\n',
  );
  const results: { format: string; without: Pace; recording: Pace; costPercent: number }[] = [];
  for (const format of options.formats.split(',')) {
    await choose(page, format);
    // A transparent clip changes the look, so it is compared with the same look without recording.
    if (format === 'webm-alpha')
      await page.evaluate(() =>
        (globalThis as unknown as { portoon: { set(look: object): Promise<void> } }).portoon.set({
          background: 'transparent',
        }),
      );
    const without = [await pace(page)];
    const recording: Pace[] = [];
    for (let round = 0; round < rounds; round++) {
      await page.keyboard.press('r');
      await page.locator('.recorder.running .bytes').waitFor();
      await page.waitForTimeout(1000);
      recording.push(await pace(page));
      await page.keyboard.press('r');
      const card = page.locator('.clip').first();
      await card.waitFor();
      await card.getByRole('button', { name: 'Discard' }).click();
      await card.getByRole('button', { name: 'Discard for good?' }).click();
      await page.waitForTimeout(700);
      without.push(await pace(page));
    }
    const costs = recording.map(
      ({ fps }, round) => 100 * (1 - (2 * fps) / (without[round]!.fps + without[round + 1]!.fps)),
    );
    const result = {
      format,
      without: middle(without),
      recording: middle(recording),
      costPercent: median(costs),
    };
    results.push(result);
    const cells = [
      result.without.fps,
      result.recording.fps,
      result.without.processor,
      result.recording.processor,
    ];
    const more = 100 * (result.recording.processor / result.without.processor - 1);
    const [a, b, c, d] = cells.map((value) => value.toFixed(1).padStart(10));
    process.stdout.write(
      `${format.padEnd(12)}${a}${b}: ${result.costPercent.toFixed(0)} % (${costs.map((cost) => cost.toFixed(0)).join(', ')})` +
        `${c}${d}: ${more.toFixed(0)} %\n`,
    );
  }
  process.stdout.write(`${JSON.stringify({ style: options.style, seconds, results })}\n`);
} finally {
  await browser.close();
  await app.close();
}

async function choose(page: Page, format: string): Promise<void> {
  await page.getByRole('button', { name: 'Recording options' }).click();
  await page.locator(`.formats input[value="${format}"]`).check({ force: true });
  await page.keyboard.press('Escape');
}

/** Of composited frames over a whole stretch. */
async function pace(page: Page): Promise<Pace> {
  const read = async () => {
    const { frames, at } = await page.evaluate(() => {
      const { frames } = (globalThis as unknown as { portoon: { stats(): EffectStats } }).portoon.stats();
      return { frames, at: performance.now() };
    });
    return { frames, at, used: await treeSeconds(process.pid) };
  };
  const first = await read();
  await page.waitForTimeout(seconds * 1000);
  const last = await read();
  const frames = last.frames - first.frames;
  return {
    fps: (frames * 1000) / (last.at - first.at),
    processor: (1000 * (last.used - first.used)) / frames,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

function middle(paces: readonly Pace[]): Pace {
  return {
    fps: median(paces.map(({ fps }) => fps)),
    processor: median(paces.map(({ processor }) => processor)),
  };
}
