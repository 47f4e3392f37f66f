/**
 * `npm run bench:record`: what recording takes of the live effect's frame rate, in the built app, 640x360, style short side 192. Each
 * format is measured between two stretches without recording, so that a machine that slows down does not blame the recorder. Under two
 * minutes. Ends with a line of JSON. Options: --seconds 6, --style toon, --formats mp4,webm
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright';
import { buildApp, isFresh } from '../../scripts/build.ts';
import type { EffectStats } from '../../src/effect/protocol.ts';
import { launchBrowser } from '../fixtures/browser.ts';
import { fakeCamera } from '../fixtures/fake-camera.ts';
import { projectRoot, serveApp } from '../fixtures/server.ts';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '6' },
    style: { type: 'string', default: 'toon' },
    formats: { type: 'string', default: 'mp4,webm,webm-alpha,gif' },
  },
});
const seconds = Number(options.seconds);

if (!(await isFresh(projectRoot))) await buildApp(projectRoot);
const camera = await fakeCamera({ numbered: false });
const app = await serveApp();
const browser = await launchBrowser({ camera: camera.path });
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  await page.goto(`${app.url}?input=camera&autostart=1&style=${options.style}&quality=192`);
  await page.waitForFunction(() => document.documentElement.dataset.state === 'running', undefined, {
    timeout: 120_000,
  });
  await page.waitForTimeout(5000);
  process.stdout.write(
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} x ${cpus()[0]?.model ?? '?'}, Chromium ${browser.version()}\n`,
  );
  const results: { format: string; recording: number; without: number; costPercent: number }[] = [];
  process.stdout.write('format       recording   before    after   cost (at most 15 %)\n');
  for (const format of options.formats.split(',')) {
    await choose(page, format);
    // A transparent clip changes the look; the same look is what it is compared with.
    if (format === 'webm-alpha')
      await page.evaluate(() =>
        (globalThis as unknown as { portoon: { set(look: object): Promise<void> } }).portoon.set({
          background: 'transparent',
        }),
      );
    const before = await rate(page);
    await page.keyboard.press('r');
    await page.locator('.recorder.running .bytes').waitFor();
    await page.waitForTimeout(1500);
    const during = await rate(page);
    await page.keyboard.press('r');
    const card = page.locator('.clip').first();
    await card.waitFor();
    await card.getByRole('button', { name: 'Discard' }).click();
    await card.getByRole('button', { name: 'Discard for good?' }).click();
    await page.waitForTimeout(1000);
    const after = await rate(page);
    const without = (before + after) / 2;
    const costPercent = 100 * (1 - during / without);
    results.push({ format, recording: during, without, costPercent });
    const cells = [during, before, after].map((fps) => `${fps.toFixed(1)} fps`.padStart(9)).join('');
    process.stdout.write(`${format.padEnd(13)}${cells}   ${costPercent.toFixed(0)} %\n`);
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

/** Composited frames a second over the whole stretch. */
async function rate(page: Page): Promise<number> {
  const read = () =>
    page.evaluate(() => {
      const { frames } = (globalThis as unknown as { portoon: { stats(): EffectStats } }).portoon.stats();
      return { frames, at: performance.now() };
    });
  const first = await read();
  await page.waitForTimeout(seconds * 1000);
  const last = await read();
  return ((last.frames - first.frames) * 1000) / (last.at - first.at);
}
