/** What tests do on a page that records, and what they put in place of its devices and its disk. */
import type { Page } from 'playwright';
import { expect } from 'vitest';
import type { FakeCamera } from '../fixtures/fake-camera.ts';
import { decodePictures } from '../fixtures/ffmpeg.ts';

export async function choose(page: Page, format: string): Promise<void> {
  await page.getByRole('button', { name: 'Recording options' }).click();
  await page.locator(`.formats input[value="${format}"]`).check({ force: true });
  await page.keyboard.press('Escape');
}

export async function constantRate(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Recording options' }).click();
  await page.getByRole('switch', { name: 'Constant frame rate' }).check({ force: true });
  await page.keyboard.press('Escape');
}

export function newestClip(page: Page) {
  return page.locator('.clip').first();
}

/** A page cannot know whether a download arrived, so discarding a clip takes two clicks. */
export async function discard(page: Page): Promise<void> {
  await newestClip(page).getByRole('button', { name: 'Discard' }).click();
  await newestClip(page).getByRole('button', { name: 'Discard for good?' }).click();
}

/** Chromium's generator of tracks, of which TypeScript does not know. */
type Generator = new (init: { kind: 'audio' }) => MediaStreamTrack & { writable: WritableStream<AudioData> };

/**
 * Runs in the page, and replaces its microphones: the first has one channel at 16 kHz, as over
 * Bluetooth, the next two have 44.1 kHz. Each is silent for 1.5 s, and the event `unplug` unplugs
 * it.
 */
export function slowMicrophones(): void {
  const { MediaStreamTrackGenerator } = globalThis as unknown as { MediaStreamTrackGenerator: Generator };
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  let opened = 0;
  navigator.mediaDevices.getUserMedia = async (wish) => {
    if (!wish?.audio) return open(wish);
    const [sampleRate, numberOfChannels] = opened++ === 0 ? [16_000, 1] : [44_100, 2];
    const track = new MediaStreamTrackGenerator({ kind: 'audio' });
    const writer = track.writable.getWriter();
    const numberOfFrames = sampleRate / 100;
    const began = performance.now() + 1500;
    let done = 0;
    const beat = setInterval(() => {
      for (; began + (done + 1) * 10 <= performance.now(); done++) {
        const data = new Float32Array(numberOfFrames * numberOfChannels);
        for (let i = 0; i < data.length; i++)
          data[i] = 0.5 * Math.sin((2 * Math.PI * 440 * (i % numberOfFrames)) / sampleRate);
        const timestamp = Math.round((began + done * 10) * 1000);
        const block = { format: 'f32-planar' as const, sampleRate, numberOfFrames, numberOfChannels };
        writer.write(new AudioData({ ...block, timestamp, data })).catch(() => undefined);
      }
    }, 5);
    addEventListener(
      'unplug',
      () => {
        clearInterval(beat);
        track.stop();
        track.dispatchEvent(new Event('ended'));
      },
      { once: true },
    );
    return new MediaStream([track]);
  };
}

/** Reloads the page while a recording runs. */
export async function leaveAndComeBack(page: Page): Promise<void> {
  page.once('dialog', (dialog) => void dialog.accept());
  await page.reload();
  await page.getByText('Recovered clip').waitFor();
}

/**
 * Runs in the worker. All files together hold `room` bytes; a write beyond that is cut short, as on
 * a full disk.
 */
export function fillDisk(room: number): void {
  interface Handle {
    write: (data: Uint8Array, options: { at: number }) => number;
    getSize: () => number;
  }
  const { prototype } = (globalThis as unknown as { FileSystemSyncAccessHandle: { prototype: Handle } })
    .FileSystemSyncAccessHandle;
  const { write } = prototype;
  let left = room;
  prototype.write = function (data, { at }) {
    const before = this.getSize();
    const fits = Math.max(0, Math.min(data.byteLength, before + left - at));
    const written = write.call(this, data.subarray(0, fits), { at });
    left -= this.getSize() - before;
    return written;
  };
}

/**
 * Which matte of the demo clip is most like the alpha of a picture, and their intersection over
 * union.
 */
export function bestMatch(rgba: Uint8Array, mattes: ArrayLike<number>[]): { index: number; overlap: number } {
  let best = { index: -1, overlap: 0 };
  for (const [index, matte] of mattes.entries()) {
    let both = 0;
    let either = 0;
    for (let pixel = 0; pixel < matte.length; pixel += 3) {
      const here = rgba[pixel * 4 + 3]! > 127;
      const there = matte[pixel]! > 127;
      if (here && there) both++;
      if (here || there) either++;
    }
    if (both / either > best.overlap) best = { index, overlap: both / either };
  }
  return best;
}

export function filesLeft(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('clips');
    const names: string[] = [];
    for await (const name of folder.keys()) names.push(name);
    return names;
  });
}

/**
 * Expects the camera's colours in the last frame of a clip whose number can be read, both for
 * players that read the tags and for those that always take BT.709 in the limited range.
 */
export async function expectCameraColours(path: string, camera: FakeCamera): Promise<void> {
  const { width, height } = camera;
  const limited = 'iw:ih:in_color_matrix=bt709:in_range=tv';
  const [byTags, byForce] = await Promise.all([
    decodePictures(path, { pixels: 'rgba' }),
    decodePictures(path, { pixels: 'rgba', size: limited }),
  ]);
  const bytes = 4 * width * height;
  let from = byTags.length - bytes;
  let index: number | undefined;
  for (; index === undefined && from >= 0; from -= bytes)
    index = camera.indexOf(byTags.subarray(from, from + bytes), width, height);
  expect(index).toBeDefined();
  const source = meanColours(camera.frame(index!).rgba, width, height);
  for (const pixels of [byTags, byForce]) {
    const frame = pixels.subarray(from + bytes, from + 2 * bytes);
    for (const [at, mean] of meanColours(frame, width, height).entries())
      expect(Math.abs(mean - source[at]!)).toBeLessThan(6);
  }
}

/** Means of red, green and blue over each of 16 x 9 parts of an RGBA picture. */
function meanColours(rgba: ArrayLike<number>, width: number, height: number): number[] {
  const means = Array<number>(16 * 9 * 3).fill(0);
  const pixels = (width / 16) * (height / 9);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const part = Math.floor((9 * y) / height) * 16 + Math.floor((16 * x) / width);
      for (let c = 0; c < 3; c++) means[3 * part + c]! += rgba[4 * (y * width + x) + c]! / pixels;
    }
  return means;
}
