import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Listening } from '../../src/server/listen.ts';
import { launchBrowserWithTabs, type BrowserWithTabs } from '../fixtures/browser.ts';
import { fakeCamera } from '../fixtures/fake-camera.ts';
import { decodeErrors, describeFilm, noFfmpeg, probe } from '../fixtures/ffmpeg.ts';
import { serveApp } from '../fixtures/server.ts';
import { message, reach } from './studio-page.ts';
import { LONG_WAIT } from '../fixtures/waits.ts';

const FRAMES = 24;
let folder: string;
let app: Listening;
let tabs: BrowserWithTabs;
let page: Page;

const at = (name: string) => join(folder, name);

beforeAll(async () => {
  if (noFfmpeg) return;
  folder = await mkdtemp(join(tmpdir(), 'portoon-studio-convert-'));
  const camera = await fakeCamera();
  const arguments_ = `-v error -i ${camera.path} -f lavfi -i sine=440:d=0.8 -frames:v ${FRAMES} -c:v libx264 -pix_fmt yuv420p -c:a aac -shortest -metadata title=Holiday -metadata creation_time=2019-07-14T10:00:00Z`;
  const ffmpeg = (args: string, name: string) =>
    promisify(execFile)('ffmpeg', [...args.split(' '), '-y', at(name)]);
  await ffmpeg(arguments_, 'film.mp4');
  const key = `-encryption_scheme cenc-aes-ctr -encryption_key ${'76'.repeat(16)} -encryption_kid ${'a7'.repeat(16)}`;
  const whole = await readFile(at('film.mp4'));
  await Promise.all([
    writeFile(at('notes.mp4'), 'not a film'),
    writeFile(at('letter.txt'), 'Dear diary'),
    writeFile(at('empty.mp4'), ''),
    writeFile(at('half.mp4'), whole.subarray(0, whole.length / 2)),
    copyFile(at('film.mp4'), at('misnamed.webm')),
    ffmpeg(`-v error -i ${at('film.mp4')} -c copy ${key}`, 'locked.mp4'),
    ffmpeg(`-v error -i ${at('film.mp4')} -vn -c copy`, 'sound.m4a'),
    ffmpeg(
      '-v error -f lavfi -i color=s=7680x4320:r=1 -frames:v 1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p',
      'huge.mp4',
    ),
  ]);
  app = await serveApp();
  tabs = await launchBrowserWithTabs({ camera: 'none' });
  page = tabs.page;
  await page.goto(`${app.url}?input=demo&style=toon&quality=96`);
  await reach(page, 'running');
});

afterAll(async () => {
  if (noFfmpeg) return;
  await tabs.close();
  await app.close();
  await rm(folder, { recursive: true });
});

async function drop(...names: string[]): Promise<void> {
  const files = await page.evaluateHandle(() => new DataTransfer());
  for (const name of names) {
    const input = page.locator('input.dropped');
    await page.evaluate(() => {
      const input = document.createElement('input');
      input.type = 'file';
      input.className = 'dropped';
      document.body.append(input);
    });
    await input.setInputFiles(at(name));
    await input.evaluate((element, transfer) => {
      transfer.items.add((element as HTMLInputElement).files![0]!);
      element.remove();
    }, files);
  }
  await page.dispatchEvent('body', 'drop', { dataTransfer: files });
}

const dialog = () => page.getByRole('dialog', { name: /Convert/ });
const films = () => page.getByRole('list', { name: 'Films' });

/** The names of all files in the origin's private folder. */
function leftovers(): Promise<string[]> {
  return page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('clips', { create: true });
    const names: string[] = [];
    for await (const name of folder.keys()) names.push(name);
    return names;
  });
}

describe.skipIf(noFfmpeg)('converting in the studio', () => {
  test('a film that plays is converted whole, in a hidden tab too, and saved', async () => {
    await drop('film.mp4');
    await page.getByRole('button', { name: 'Convert film' }).click();
    await dialog().getByText('640 × 360 · H.264 · AAC').waitFor();
    await dialog().getByText('Faster').click();
    await dialog().getByText('25', { exact: true }).click();
    await dialog().getByRole('button', { name: 'Convert', exact: true }).click();
    await films().getByRole('button', { name: 'Pause' }).click();
    await films().getByRole('button', { name: 'Resume' }).waitFor();
    await films().getByRole('button', { name: 'Resume' }).click();
    await tabs.hide();
    // While the page is hidden its state is not read: the files show when the work is done.
    await expect.poll(leftovers, LONG_WAIT).toEqual([expect.stringMatching(/\.mp4$/)]);
    await tabs.show();
    const bytes = await page.evaluate(async () => {
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle('clips');
      for await (const handle of folder.values())
        return [...new Uint8Array(await (await (handle as FileSystemFileHandle).getFile()).arrayBuffer())];
      return [];
    });
    await writeFile(at('converted.mp4'), new Uint8Array(bytes));
    const made = await probe(at('converted.mp4'));
    // Converted at a constant rate that is lower than the film's.
    expect(made.pictures).toHaveLength((FRAMES * 25) / 30);
    expect(made.tracks.map(({ codec }) => codec).sort()).toEqual(['aac', 'h264']);
    expect(await decodeErrors(at('converted.mp4'))).toBe('');
    const file = await readFile(at('converted.mp4'));
    expect(file.indexOf('moov')).toBeLessThan(file.indexOf('mdat'));
    const { rate, tags } = await describeFilm(at('converted.mp4'));
    expect(rate).toBe('25/1');
    expect(tags).toMatchObject({ title: 'Holiday', creation_time: '2019-07-14T10:00:00.000000Z' });
    await expect(page.getByRole('textbox', { name: 'Name of the clip' }).inputValue()).resolves.toBe(
      'film-toon',
    );
    // The person chooses where to save. A headless browser cannot show its own dialog, so this one
    // picks a file elsewhere.
    await page.evaluate(() => {
      Object.assign(globalThis, {
        showSaveFilePicker: async ({ suggestedName }: { suggestedName: string }) =>
          (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true }),
      });
    });
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    const saved = await page.evaluate(async () => {
      const root = await navigator.storage.getDirectory();
      return (await (await root.getFileHandle('film-toon.mp4')).getFile()).size;
    });
    expect(saved).toBe(bytes.length);
    await expect.poll(leftovers).toEqual([]);
  });

  test('of several films a broken one is named and the others are converted; cancelling leaves nothing', async () => {
    await drop('notes.mp4', 'film.mp4');
    await dialog().getByText('notes.mp4, film.mp4').waitFor();
    await dialog().getByRole('button', { name: 'Convert', exact: true }).click();
    await films().getByText('“notes.mp4” is a text file, not a video.').waitFor();
    await films().getByText(/fps/).waitFor(LONG_WAIT);
    await films().getByRole('button', { name: 'Cancel: film.mp4' }).click();
    await films().getByRole('button', { name: 'Remove: notes.mp4' }).click();
    await films().waitFor({ state: 'detached' });
    await expect.poll(leftovers).toEqual([]);
    // After the conversion the live picture continues.
    const before = await page.evaluate(() => window.portoon!.stats().frames);
    await page.waitForFunction((frames) => window.portoon!.stats().frames > frames + 5, before, {
      polling: 100,
    });
  });
});

describe.skipIf(noFfmpeg)('a file that is dropped or chosen and is not a film', () => {
  test('is named for what it is, and the picture goes on', async () => {
    const told: Record<string, RegExp> = {
      'notes.mp4': /“notes.mp4” is a text file, not a video\. Choose an MP4/,
      'letter.txt': /“letter.txt” is a text file, not a video\. Choose an MP4/,
      'empty.mp4': /“empty.mp4” is empty\. Choose another file/,
      'half.mp4': /“half.mp4” is cut short or damaged.* Copy or download it again/,
      'locked.mp4': /“locked.mp4” is encrypted.* Choose a film that is not protected/,
      'huge.mp4': /“huge.mp4” is 7680 × 4320.* Make it smaller first/,
      'sound.m4a': /“sound.m4a” has sound but no picture\. Choose an MP4/,
    };
    for (const [name, words] of Object.entries(told)) {
      await drop(name);
      await expect
        .poll(() => message(page, `“${name}”`).allTextContents())
        .toEqual([expect.stringMatching(words)]);
    }
    const choosing = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose another video' }).click();
    await (await choosing).setFiles(at('notes.mp4'));
    await message(page, '“notes.mp4” is a text file, not a video.').waitFor();
    // A wrong file extension does not matter.
    await drop('misnamed.webm');
    await message(page, 'notes.mp4').waitFor({ state: 'detached' });
    // Until the new film plays, the button would convert the previous one.
    await page.getByRole('banner').getByText('misnamed.webm').waitFor();
    await page.getByRole('button', { name: 'Convert film' }).click();
    await dialog().getByText('misnamed.webm').waitFor();
  });
});
