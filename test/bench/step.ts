/**
 * `npm run bench:step -- SECONDS`: sound against picture over a long clip of a clapper (default 300
 * s, in real time), in the built app, 640x360 without a style, MP4 and then WebM if asked for.
 * Prints the offsets of the first and the last beeps, in milliseconds. Options: --formats mp4
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildApp, isFresh } from '../../scripts/build.ts';
import { visit, reach } from '../app/studio-page.ts';
import { launchBrowser } from '../fixtures/browser.ts';
import { clapper, measureStep, recorded } from '../fixtures/clapper.ts';
import { projectRoot, serveApp } from '../fixtures/server.ts';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { formats: { type: 'string', default: 'mp4' } },
});
const seconds = Number(positionals[0] ?? 300);

if (!(await isFresh(projectRoot))) await buildApp(projectRoot);
const folder = await mkdtemp(join(tmpdir(), 'portoon-step-'));
const app = await serveApp();
const browser = await launchBrowser({ camera: 'none' });
try {
  process.stdout.write(
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} x ${cpus()[0]?.model ?? '?'}, Chromium ${browser.version()}\n`,
  );
  for (const format of options.formats.split(',')) {
    const { page, close } = await visit(
      browser,
      `${app.url}?input=camera&autostart=1&style=none&region=everything`,
      { before: clapper },
    );
    await reach(page, 'running');
    await page.getByRole('button', { name: 'Recording options' }).click();
    await page.locator(`.formats input[value="${format}"]`).check({ force: true });
    await page.keyboard.press('Escape');
    await page.keyboard.press('r');
    await recorded(page, seconds);
    await page.keyboard.press('r');
    const card = page.locator('.clip').first();
    await card.waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      card.getByRole('button', { name: 'Save' }).click(),
    ]);
    const path = join(folder, `clip.${format}`);
    await download.saveAs(path);
    const { offsets, lastBeep } = await measureStep(path);
    const show = (some: number[]) => some.map((offset) => (1000 * offset).toFixed(1)).join(', ');
    const worst = Math.max(...offsets.slice(5).map(Math.abs));
    process.stdout.write(
      `${format}: last beep at ${lastBeep.toFixed(1)} s; sound late by (ms) ${show(offsets.slice(0, 5))} at first, ${show(offsets.slice(-5))} at last, ${(1000 * worst).toFixed(1)} at most after 5 s\n`,
    );
    await close();
  }
} finally {
  await browser.close();
  await app.close();
  await rm(folder, { recursive: true });
}
