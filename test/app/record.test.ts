import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Listening } from '../../src/server/listen.ts';
import { launchBrowser, launchBrowserWithTabs } from '../fixtures/browser.ts';
import { clapper, measureStep, recorded } from '../fixtures/clapper.ts';
import { fakeCamera, type FakeCamera } from '../fixtures/fake-camera.ts';
import {
  decodeErrors,
  decodePictures,
  decodeSound,
  describeFilm,
  noFfmpeg,
  probe,
} from '../fixtures/ffmpeg.ts';
import { lightBuild } from '../fixtures/light-app.ts';
import { serveApp } from '../fixtures/server.ts';
import {
  bestMatch,
  choose,
  constantRate,
  discard,
  expectCameraColours,
  filesLeft,
  fillDisk,
  leaveAndComeBack,
  newestClip,
  slowMicrophones,
} from './record-page.ts';
import { message, reach, visit, type Visit } from './studio-page.ts';
import { LONG_WAIT, WAIT } from '../fixtures/waits.ts';

let folder: string;
/** The app with tiny nets, for tests of clips in which the picture does not matter. */
let app: Listening;
/** The app with the shipped nets, for tests that judge the picture. */
let whole: Listening;
let camera: FakeCamera;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portoon-record-'));
  camera = await fakeCamera();
  [app, whole, browser] = await Promise.all([
    serveApp(lightBuild()),
    serveApp(),
    launchBrowser({ camera: camera.path }),
  ]);
});

afterAll(async () => {
  await browser.close();
  await Promise.all([app.close(), whole.close()]);
  await rm(folder, { recursive: true });
});

const visits: Visit[] = [];
afterEach(async () => {
  for (const { close } of visits.splice(0)) await close();
});

const QUERY = 'input=camera&autostart=1&style=toon&quality=96';

async function studio(
  query = QUERY,
  { from = app, ...options }: Parameters<typeof visit>[2] & { from?: Listening } = {},
): Promise<Visit> {
  const opened = await visit(browser, `${from.url}?${query}`, options);
  visits.push(opened);
  await reach(opened.page, 'running');
  return opened;
}

let saves = 0;
async function save(page: Page): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    newestClip(page).getByRole('button', { name: 'Save' }).click(),
  ]);
  const path = join(folder, `${++saves} ${download.suggestedFilename()}`);
  await download.saveAs(path);
  return path;
}

/** Enough for a test to drop the first few and still judge some. */
const LEAST_FRAMES = 16;

/** Records this long, and longer where a slow machine has not drawn enough pictures by then. */
async function record(page: Page, format: string, seconds: number): Promise<string> {
  await choose(page, format);
  const before = await page.evaluate(() => window.portoon!.stats().frames);
  await page.keyboard.press('r');
  await recorded(page, seconds);
  await page.waitForFunction(
    (enough) => window.portoon!.stats().frames > enough,
    before + LEAST_FRAMES,
    LONG_WAIT,
  );
  await page.keyboard.press('r');
  return save(page);
}

describe.skipIf(noFfmpeg)('a clip', () => {
  test.for([
    ['mp4', 'mov,mp4,m4a,3gp,3g2,mj2', 'h264', 'aac'],
    ['webm', 'matroska,webm', 'vp9', 'opus'],
  ] as const)(
    'as %s has picture and sound in step, with a pause left out',
    async ([format, container, picture, sound]) => {
      const { page, complaints } = await studio('input=camera&autostart=1&style=none&region=everything', {
        before: clapper,
      });
      await choose(page, format);
      // One of the two formats is also recorded at a constant frame rate.
      const even = format === 'webm';
      if (even) await constantRate(page);
      await page.keyboard.press('r');
      await recorded(page, 1);
      await page.getByRole('button', { name: 'Pause recording' }).click();
      await page.waitForTimeout(700);
      await page.getByRole('button', { name: 'Resume recording' }).click();
      await recorded(page, 5);
      await page.keyboard.press('r');
      const path = await save(page);

      const film = await probe(path);
      expect(film.container).toBe(container);
      expect(film.tracks.map(({ codec }) => codec)).toEqual([picture, sound]);
      expect(film.tracks[0]).toMatchObject({ width: 640, height: 360 });
      expect(film.seconds).toBeGreaterThan(4.5);
      expect(film.seconds).toBeLessThan(6.5);
      // A WebM's times are whole milliseconds.
      if (even)
        for (const [n, at] of film.pictures.entries()) expect(Math.abs(at - n / 30)).toBeLessThan(0.0011);
      expect(await decodeErrors(path)).toBe('');
      expect((await describeFilm(path)).colours).toMatchObject({ range: 'tv', matrix: 'bt709' });
      const file = await readFile(path);
      if (format === 'mp4') expect(file.indexOf('moov')).toBeLessThan(file.indexOf('mdat'));
      const { offsets, lastBeep } = await measureStep(path);
      expect(lastBeep).toBeGreaterThan(2);
      // At a constant rate a frame may be shifted by up to three quarters of its duration.
      const most = even ? 0.02 + 0.75 / 30 : 0.02;
      // A wrongly counted pause would shift all that follows it; a busy machine may shift one.
      const inStep = offsets.slice(-3).filter((offset) => Math.abs(offset) < most);
      expect(inStep.length, offsets.join(', ')).toBeGreaterThanOrEqual(2);
      expect(complaints).toEqual([]);
    },
  );

  test('with a transparent background carries the matte of the person', async () => {
    const { page, complaints } = await studio('input=camera&autostart=1&style=none&quality=96', {
      from: whole,
    });
    const path = await record(page, 'webm-alpha', 2);
    expect(await decodeErrors(path)).toBe('');
    expect((await describeFilm(path)).colours).toMatchObject({ range: 'tv', matrix: 'bt709' });
    const film = await probe(path);
    const { width, height, frames } = camera;
    const pictures = await decodePictures(path, { pixels: 'rgba', decoder: 'libvpx-vp9' });
    const mattes = Array.from({ length: frames }, (_, index) => camera.frame(index).matte);
    const matches = film.pictures.map((at, index) => {
      const rgba = pictures.subarray(index * width * height * 4, (index + 1) * width * height * 4);
      return { at, ...bestMatch(rgba, mattes) };
    });
    const settled = matches.slice(2);
    expect(settled.length).toBeGreaterThan(5);
    for (const { overlap } of settled) expect(overlap).toBeGreaterThan(0.93);
    // After the recording the previous background is back.
    await expect.poll(() => page.locator('.stage').getAttribute('data-see-through')).toBeNull();
    expect(complaints).toEqual([]);
  });

  test('is seen and stopped at once while the controls are hidden', async () => {
    const before = `
      globalThis.locks = 0;
      WakeLock.prototype.request = async () => {
        locks++;
        return { release: async () => { locks--; } };
      };`;
    const { page } = await studio('input=camera&autostart=1&style=none', { before });
    await choose(page, 'webm');
    // Before the recorder has started, the second press is a stop as well.
    await page.keyboard.press('r');
    await page.keyboard.press('r');
    await expect.poll(() => page.title()).not.toContain('●');
    await page.keyboard.press('r');
    await recorded(page, 1);
    expect(await page.title()).toContain('●');
    // Nor does the screen go to sleep over it.
    await expect.poll(() => page.evaluate('locks')).toBe(1);
    await page.keyboard.press('h');
    await page.locator('.recorder').waitFor({ state: 'hidden' });
    await page.locator('.recording-dot').click();
    await page.locator('.recording-dot').waitFor({ state: 'detached' });
    expect(await page.title()).not.toContain('●');
    await expect.poll(() => page.evaluate('locks')).toBe(0);
    expect(await newestClip(page).isVisible()).toBe(false);
    await page.keyboard.press('h');
    await newestClip(page).waitFor();
    await expectCameraColours(await save(page), camera);
  });

  test('with a transparent background stays so, even if another is chosen meanwhile', async () => {
    const { page } = await studio('input=camera&autostart=1&style=none&background=blur', { from: whole });
    await choose(page, 'webm-alpha');
    await page.keyboard.press('r');
    await recorded(page, 1);
    await page.keyboard.press('l');
    await recorded(page, 2);
    await page.evaluate(() => window.portoon!.set({ background: '#00ff00' }));
    await recorded(page, 4);
    await page.keyboard.press('r');
    const path = await save(page);
    const pictures = await decodePictures(path, { pixels: 'rgba', decoder: 'libvpx-vp9' });
    const { width, height } = camera;
    const count = pictures.length / (width * height * 4);
    const shares = Array.from({ length: count }, (_, index) => {
      let sum = 0;
      for (let pixel = 0; pixel < width * height; pixel++)
        sum += pictures[(index * width * height + pixel) * 4 + 3]!;
      return sum / (width * height * 255);
    });
    expect(shares.length).toBeGreaterThan(5);
    // The room, which is transparent now, takes more than half of the picture.
    expect(Math.max(...shares)).toBeLessThan(0.6);
    expect(Math.min(...shares)).toBeGreaterThan(0.1);
    // The background that was chosen last is shown afterwards.
    await expect.poll(() => page.locator('.stage').getAttribute('data-see-through')).toBeNull();
    await page.locator('.segmented input[value=colour]:checked').waitFor({ state: 'attached' });
  });

  test('as a GIF moves and ends by itself, and a PNG is the current picture', async () => {
    const { page, complaints } = await studio('input=camera&autostart=1&style=none');
    await choose(page, 'gif');
    await page.keyboard.press('r');
    await newestClip(page).waitFor(LONG_WAIT);
    const gif = await save(page);
    const film = await probe(gif);
    expect(film.tracks).toMatchObject([{ codec: 'gif', width: 480, height: 270 }]);
    expect(film.seconds).toBeGreaterThan(9);
    expect(film.seconds).toBeLessThan(12);
    expect(film.pictures.length).toBeGreaterThan(10);
    expect(await decodeErrors(gif)).toBe('');

    await page.getByRole('button', { name: 'Recording options' }).click();
    await page.getByRole('button', { name: 'Take a picture' }).click();
    await expect.poll(() => page.locator('.clip').count(), WAIT).toBe(2);
    const picture = PNG.sync.read(await readFile(await save(page)));
    expect([picture.width, picture.height]).toEqual([640, 360]);
    expect(camera.indexOf(picture.data, 640, 360)).toBeDefined();
    expect(complaints).toEqual([]);
  });

  test('is made by the browser’s own recorder if pages have no encoders, and survives a closed tab', async () => {
    const { page, complaints } = await studio('input=camera&autostart=1&style=none&region=everything', {
      before: `${clapper}; for (const name of ['VideoEncoder', 'AudioEncoder']) delete globalThis[name];`,
    });
    await page.getByRole('button', { name: 'Recording options' }).click();
    await page.locator('.formats input[value="webm-alpha"]:disabled').waitFor({ state: 'attached' });
    await page.keyboard.press('Escape');
    await page.keyboard.press('r');
    await recorded(page, 2);
    await page.getByRole('button', { name: 'Pause recording' }).click();
    await page.waitForTimeout(700);
    await page.getByRole('button', { name: 'Resume recording' }).click();
    await recorded(page, 4);
    await page.keyboard.press('r');
    const path = await save(page);
    const film = await probe(path);
    expect(film.tracks.map(({ type }) => type).sort()).toEqual(['audio', 'video']);
    expect(film.seconds).toBeGreaterThan(3.5);
    expect(film.seconds).toBeLessThan(5.5);
    expect(film.pictures.length).toBeGreaterThan(20);
    expect(await decodeErrors(path)).toBe('');
    const { offsets } = await measureStep(path);
    // The recorder stamps frames as they arrive, so load makes it late. A pause left in one track
    // would be 0.7 s.
    for (const offset of offsets.slice(-2)) expect(Math.abs(offset)).toBeLessThan(0.3);
    await discard(page);

    await page.keyboard.press('r');
    await recorded(page, 3);
    await leaveAndComeBack(page);
    const found = await save(page);
    expect((await probe(found)).seconds).toBeGreaterThan(1);
    expect(await decodeErrors(found)).toBe('');
    expect(complaints).toEqual([]);
  });

  test('has the sound of a microphone that starts late, and of the next one', async () => {
    const { page, complaints } = await studio('input=camera&autostart=1&style=none', {
      before: `globalThis.__name ??= (named) => named; (${slowMicrophones.toString()})()`,
    });
    await choose(page, 'mp4');
    await page.keyboard.press('r');
    await recorded(page, 4);
    await page.evaluate(() => {
      dispatchEvent(new Event('unplug'));
    });
    await recorded(page, 8);
    await page.keyboard.press('r');
    const path = await save(page);
    const rate = 48_000;
    const sound = await decodeSound(path, rate);
    const loudness = (from: number, to: number) =>
      Math.max(...sound.subarray(from * rate, to * rate).map(Math.abs));
    // Each microphone is silent for its first 1.5 s.
    expect(loudness(0, 0.8)).toBeLessThan(0.01);
    expect(loudness(2.5, 3.5)).toBeGreaterThan(0.2);
    expect(loudness(7, 7.8)).toBeGreaterThan(0.2);
    expect(complaints).toEqual([]);
  });

  test('of the last seconds is there when replay is on', async () => {
    const { page, complaints } = await studio();
    await choose(page, 'mp4');
    await page.getByRole('button', { name: 'Recording options' }).click();
    await page.getByRole('switch', { name: 'Instant replay' }).check({ force: true });
    await page.keyboard.press('Escape');
    await page.waitForTimeout(3000);
    await page.keyboard.press('e');
    await newestClip(page).waitFor();
    const path = await save(page);
    const film = await probe(path);
    expect(film.tracks.map(({ codec }) => codec)).toEqual(['h264', 'aac']);
    expect(film.seconds).toBeGreaterThan(2);
    expect(film.pictures[0]).toBeCloseTo(0, 2);
    const file = await readFile(path);
    expect(file.indexOf('moov')).toBeLessThan(file.indexOf('mdat'));
    expect(await decodeErrors(path)).toBe('');
    expect(complaints).toEqual([]);
  });
});

describe.skipIf(noFfmpeg)('nothing is lost', () => {
  test('when the browser is killed during a recording', async () => {
    const profile = await mkdtemp(join(folder, 'profile-'));
    const killed = await launchBrowserWithTabs({ camera: camera.path, profile });
    await killed.page.goto(`${app.url}?${QUERY}`);
    await reach(killed.page, 'running');
    await choose(killed.page, 'mp4');
    await killed.page.keyboard.press('r');
    await recorded(killed.page, 4);
    await killed.kill();

    const again = await launchBrowserWithTabs({ camera: camera.path, profile });
    try {
      await again.page.goto(`${app.url}?input=demo`);
      await newestClip(again.page).waitFor(LONG_WAIT);
      expect(await newestClip(again.page).innerText()).toContain('Recovered clip');
      const bytes = await again.page.evaluate(async () => {
        const url = document.querySelector<HTMLMediaElement>('.clip .preview')!.src;
        const data = new Uint8Array(await (await fetch(url)).arrayBuffer());
        return Array.from(data);
      });
      const path = join(folder, 'recovered.mp4');
      await writeFile(path, Uint8Array.from(bytes));
      const film = await probe(path);
      expect(film.seconds).toBeGreaterThan(1.5);
      expect(film.tracks).toHaveLength(2);
      expect(await decodeErrors(path)).toBe('');
      // A discarded clip does not come back.
      await newestClip(again.page).getByRole('button', { name: 'Discard' }).click();
      await newestClip(again.page).getByRole('button', { name: 'Discard for good?' }).click();
      await expect.poll(() => filesLeft(again.page)).toEqual([]);
    } finally {
      await again.close();
    }
  });

  test('when the disk is full: it says so, and what was written plays', async () => {
    const { page } = await studio('input=camera&autostart=1&style=none');
    // Browsers reserve space for files by rules of their own, so a full disk cannot be made from
    // outside. The worker's writes are made to fail instead.
    await page.route('**/record.worker*.js', async (route) => {
      const response = await route.fetch();
      const headers = response.headers();
      delete headers['content-encoding'];
      delete headers['content-length'];
      await route.fulfill({
        response,
        headers,
        body: `(${fillDisk.toString()})(400_000);${await response.text()}`,
      });
    });
    await choose(page, 'mp4');
    await page.keyboard.press('r');
    await message(page, 'no space left').waitFor(LONG_WAIT);
    await newestClip(page).waitFor();
    const path = await save(page);
    const film = await probe(path);
    expect(film.seconds).toBeGreaterThan(1);
    expect(await decodeErrors(path)).toBe('');
    await expectCameraColours(path, camera);
  });

  test('when the person leaves: the page asks, and has the clip when they come back', async () => {
    const { page } = await studio();
    await choose(page, 'webm');
    await page.keyboard.press('r');
    await recorded(page, 1);
    const asked = page.waitForEvent('dialog');
    await page.close({ runBeforeUnload: true });
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();
    await recorded(page, 4);
    await leaveAndComeBack(page);
    const path = await save(page);
    const film = await probe(path);
    expect(film.container).toBe('matroska,webm');
    expect(film.seconds).toBeGreaterThan(1.5);
    expect(film.tracks).toHaveLength(2);
    expect(await decodeErrors(path)).toBe('');
  });
});
