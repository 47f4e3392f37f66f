/** A film on the stage: its player, its sound, and the chosen part. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Listening } from '../../src/server/listen.ts';
import { launchBrowser } from '../fixtures/browser.ts';
import { recorded } from '../fixtures/clapper.ts';
import { decodeSound, noFfmpeg } from '../fixtures/ffmpeg.ts';
import { lightBuild } from '../fixtures/light-app.ts';
import { serveApp } from '../fixtures/server.ts';
import { reach, visit } from './studio-page.ts';

let browser: Browser;
let server: Listening;
let folder: string;
let film: string;

/** Red, then blue, for two seconds each, with a tone of 440 Hz. */
function makeFilm(path: string): void {
  const { status, stderr } = spawnSync('ffmpeg', [
    ...['-v', 'error', '-f', 'lavfi', '-i', 'color=red:s=320x180:r=15:d=2'],
    ...['-f', 'lavfi', '-i', 'color=blue:s=320x180:r=15:d=2', '-f', 'lavfi', '-i', 'sine=440:d=4:r=48000'],
    ...['-filter_complex', '[0:v][1:v]concat=n=2[v]', '-map', '[v]', '-map', '2:a'],
    ...['-c:v', 'libvpx', '-g', '15', '-c:a', 'libopus', path],
  ]);
  if (status !== 0) throw new Error(String(stderr));
}

describe.skipIf(noFfmpeg)('a film', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portoon-film-'));
    film = join(folder, 'a film with a name that is far too long for any bar at the top of a page.webm');
    makeFilm(film);
    [server, browser] = await Promise.all([serveApp(lightBuild()), launchBrowser()]);
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
    await rm(folder, { recursive: true });
  });

  it('can be paused, searched, cut and heard', async () => {
    const { page, complaints, close } = await visit(browser, `${server.url}?input=demo&style=none`, {
      viewport: { width: 1000, height: 700 },
    });
    await reach(page, 'running');
    if (!(await page.locator('.panel').isVisible())) await page.keyboard.press('p');
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Open video' }).click();
    await (await chooser).setFiles(film);
    const place = page.getByRole('slider', { name: 'Place in the film' });
    await place.waitFor();
    await page.keyboard.press('Escape');
    expect(await page.locator('.panel').count()).toBe(0);

    // A long name stays in the bar.
    const outside = await page.evaluate(() =>
      Array.from(document.querySelectorAll('.top > *'))
        .map((element) => element.getBoundingClientRect())
        .filter(({ left, right, height }) => left < 0 || right > innerWidth || height > 80),
    );
    expect(outside).toEqual([]);

    /** Which of the film's two colours the stage shows. */
    const colour = () =>
      page.evaluate(() => {
        const context = new OffscreenCanvas(8, 8).getContext('2d')!;
        context.drawImage(document.querySelector<HTMLCanvasElement>('#stage')!, 0, 0, 8, 8);
        const [red = 0, , blue = 0] = context.getImageData(4, 4, 1, 1).data;
        return red > blue ? 'red' : 'blue';
      });
    await page.getByRole('button', { name: 'Pause the film' }).click();
    for (const [seconds, wanted] of [
      ['3', 'blue'],
      ['1', 'red'],
    ] as const) {
      await place.fill(seconds);
      await expect.poll(colour).toBe(wanted);
    }

    await page.getByRole('button', { name: 'Start here' }).click();
    await place.fill('1.9');
    await page.getByRole('button', { name: 'End here' }).click();
    await page.getByRole('button', { name: 'Play the film' }).click();
    // The part repeats, and the blue half is never shown.
    const seen = await page.evaluate(async () => {
      const slider = document.querySelector<HTMLInputElement>('.film-line input')!;
      const places: number[] = [];
      for (let again = 0, last = 0; again < 2;) {
        await new Promise(requestAnimationFrame);
        const at = slider.valueAsNumber;
        if (at < last - 0.5) again++;
        places.push((last = at));
      }
      return [Math.min(...places), Math.max(...places)];
    });
    expect(seen[0]).toBeGreaterThan(0.8);
    expect(seen[1]).toBeLessThan(2.4);

    await page.keyboard.press('r');
    await recorded(page, 2);
    await page.keyboard.press('r');
    const card = page.locator('.clip');
    await expect.poll(() => card.innerText()).toMatch(/0:0[2-9] · /);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      card.getByRole('button', { name: 'Save' }).click(),
    ]);
    const sound = await decodeSound(await download.path(), 48_000);
    // There is a gap in the sound where the part starts again, so the median is taken.
    const pitches = Array.from({ length: 10 }, (_, tenth) =>
      pitch(sound.subarray(24_000 + 4800 * tenth, 28_800 + 4800 * tenth), 48_000),
    ).sort((a, b) => a - b);
    expect(pitches[5]).toBeCloseTo(440, -1.3);

    await page.getByRole('button', { name: 'Convert film' }).click();
    expect(await page.getByRole('textbox', { name: 'From' }).inputValue()).toBe('0:01');
    expect(await page.getByRole('textbox', { name: 'To' }).inputValue()).toBe('0:01.9');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Whole film' }).click();
    await page.getByRole('button', { name: 'Start here' }).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });
});

/** How often a tone swings through zero, in hertz. */
function pitch(samples: ArrayLike<number>, rate: number): number {
  let rises = 0;
  for (let i = 1; i < samples.length; i++) if (samples[i - 1]! < 0 && samples[i]! >= 0) rises++;
  return (rises * rate) / samples.length;
}
