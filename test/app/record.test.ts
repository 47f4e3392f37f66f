import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Listening } from '../../src/server/listen.ts';
import { launchBrowser } from '../fixtures/browser.ts';
import { fakeCamera, type FakeCamera } from '../fixtures/fake-camera.ts';
import { decodeErrors, noFfmpeg, probe } from '../fixtures/ffmpeg.ts';
import { serveApp } from '../fixtures/server.ts';
import { reach, visit, type Visit } from './studio-page.ts';

let folder: string;
let app: Listening;
let camera: FakeCamera;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portoon-record-'));
  app = await serveApp();
  camera = await fakeCamera();
  browser = await launchBrowser({ camera: camera.path });
});

afterAll(async () => {
  await browser.close();
  await app.close();
  await rm(folder, { recursive: true });
});

const visits: Visit[] = [];
afterEach(async () => {
  for (const { close } of visits.splice(0)) await close();
});

async function studio(query = 'input=camera&autostart=1&style=toon&quality=96'): Promise<Visit> {
  const opened = await visit(browser, `${app.url}?${query}`);
  visits.push(opened);
  await reach(opened.page, 'running');
  return opened;
}

async function choose(page: Page, format: string): Promise<void> {
  await page.getByRole('button', { name: 'Recording options' }).click();
  await page.locator(`.formats input[value="${format}"]`).check({ force: true });
  await page.keyboard.press('Escape');
}

/** Waits until the clip shows so much time. */
async function recorded(page: Page, seconds: number): Promise<void> {
  await page.waitForFunction(
    (wanted) => {
      const [minutes = 0, rest = 0] = (document.querySelector('.recorder .elapsed')?.textContent ?? '')
        .split(':')
        .map(Number);
      return minutes * 60 + rest >= wanted;
    },
    seconds,
    { timeout: 60_000, polling: 50 },
  );
}

async function save(page: Page): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('.clip').first().getByRole('button', { name: 'Save' }).click(),
  ]);
  const path = join(folder, `${visits.length}-${Date.now()}-${download.suggestedFilename()}`);
  await download.saveAs(path);
  return path;
}

async function clip(page: Page, format: string, seconds: number): Promise<string> {
  await choose(page, format);
  await page.keyboard.press('r');
  await recorded(page, seconds);
  await page.keyboard.press('r');
  return save(page);
}

describe.skipIf(noFfmpeg)('a clip', () => {
  test.for([
    ['mp4', 'mov,mp4,m4a,3gp,3g2,mj2', 'h264', 'aac'],
    ['webm', 'matroska,webm', 'vp9', 'opus'],
  ] as const)('as %s plays everywhere', async ([format, container, picture, sound]) => {
    const { page, complaints } = await studio();
    const path = await clip(page, format, 2);
    const film = await probe(path);
    console.log(path, JSON.stringify({ ...film, pictures: film.pictures.length }));
    expect(film.container).toBe(container);
    expect(film.tracks.map(({ codec }) => codec)).toEqual([picture, sound]);
    expect(await decodeErrors(path)).toBe('');
    expect(complaints).toEqual([]);
  });
});
