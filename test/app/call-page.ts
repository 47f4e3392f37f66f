import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright';
import type { DemoFrame } from '../../scripts/demo/frame.ts';
import { ROOM_LENGTH } from '../../src/server/signals.ts';
import { beepsIn } from '../fixtures/clapper.ts';
import { decodeSound } from '../fixtures/ffmpeg.ts';
import { newRoom } from '../fixtures/signalling.ts';
import { distanceToOutline } from '../fixtures/stage.ts';
import { visit, type Visit } from './studio-page.ts';
import { LONG_WAIT } from '../fixtures/waits.ts';

/** Hertz of what the fake microphone hears. */
export const TONE = 1000;
export const SLOW = { ...LONG_WAIT, polling: 200 };

/**
 * A fake microphone that beeps: noise suppression would take a steady tone for noise. 16 bits,
 * mono.
 */
export async function fakeMicrophone(): Promise<{ args: string[]; remove: () => Promise<void> }> {
  const rate = 48_000;
  const samples = Buffer.alloc(2 * rate);
  for (let i = 0; i < rate; i++) {
    const on = i % (rate / 2) < rate / 4;
    samples.writeInt16LE(on ? Math.round(20_000 * Math.sin((2 * Math.PI * TONE * i) / rate)) : 0, 2 * i);
  }
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(2 * rate, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.length, 40);
  const folder = await mkdtemp(join(tmpdir(), 'portoon-call-'));
  const sound = join(folder, 'beeps.wav');
  await writeFile(sound, Buffer.concat([header, samples]));
  return {
    args: [`--use-file-for-fake-audio-capture=${sound}`],
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Keeps what the page opens, for the tests to look at. */
export const WATCH = `
  window.connections = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...given) { super(...given); window.connections.push(this); }
  };
  window.opened = [];
  const { getUserMedia } = window.MediaDevices?.prototype ?? {};
  if (getUserMedia) MediaDevices.prototype.getUserMedia = async function (wish) {
    const stream = await getUserMedia.call(this, wish);
    window.opened.push(...stream.getTracks());
    return stream;
  };`;

export interface Person extends Visit {
  /** Names of the signalling requests that the page has sent. */
  readonly sent: string[];
}

/**
 * Opens a page of the app as a new visitor. `before` runs in it ahead of the page's own scripts.
 */
export async function come(browser: Browser, url: string, before = ''): Promise<Person> {
  const sent: string[] = [];
  const visitor = await visit(browser, 'about:blank', {
    permissions: ['camera', 'microphone'],
    before: WATCH + before,
  });
  visitor.page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => {
      const request = /^\d+\["(\w+)"/.exec(String(payload))?.[1];
      if (request !== undefined) sent.push(request);
    });
  });
  await visitor.page.goto(url);
  return { ...visitor, sent };
}

/** Resolves when their picture runs. */
export async function runs({ page }: Person): Promise<void> {
  await page.waitForFunction(() => document.documentElement.dataset.state === 'running', undefined, SLOW);
}

/**
 * Opens the lobby under a name, and waits until the picture runs. No style is chosen unless the
 * address names one.
 */
export async function arrive(browser: Browser, url: string, name: string, before = ''): Promise<Person> {
  const there = new URL(url);
  if (!there.searchParams.has('style')) there.searchParams.set('style', 'none');
  const person = await come(browser, there.href, before);
  const field = person.page.getByLabel('Your name');
  await field.clear();
  await field.pressSequentially(name);
  await runs(person);
  return person;
}

export async function enter({ page }: Person): Promise<void> {
  await page.getByRole('button', { name: /^Join/ }).click();
  await page.getByRole('toolbar', { name: 'Call' }).waitFor();
}

export function newLink(url: string): string {
  return `${url}?room=${Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url')}`;
}

/** The tile of the person with this name, or of the only other person. */
export function tile(page: Page, name?: string) {
  return page.locator(name === undefined ? '.person:not(.own)' : `.person[aria-label=${name}]`);
}

export async function sees(page: Page, name?: string): Promise<void> {
  await tile(page, name).locator('video[data-shown]').waitFor(LONG_WAIT);
}

/**
 * An element's picture as RGB, by default at the cameras' size: browsers smooth scaled videos and
 * canvases differently.
 */
export function pixels(page: Page, selector: string, width = 320, height = 180): Promise<number[]> {
  return page.evaluate(
    ({ selector: wanted, width: w, height: h }) => {
      const element = document.querySelector<HTMLVideoElement | HTMLCanvasElement>(wanted)!;
      const context = new OffscreenCanvas(w, h).getContext('2d')!;
      context.imageSmoothingQuality = 'high';
      context.drawImage(element, 0, 0, w, h);
      return Array.from(context.getImageData(0, 0, w, h).data).filter((_, index) => index % 4 < 3);
    },
    { selector, width, height },
  );
}

export function difference(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + Math.abs(value - b[index]!), 0) / a.length;
}

/** Resolves when ten more frames of everybody else have been shown. */
export async function goesOn(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const video of document.querySelectorAll<HTMLVideoElement>('.person video'))
      video.dataset.before = String(video.getVideoPlaybackQuality().totalVideoFrames);
  });
  await page.waitForFunction(
    () =>
      [...document.querySelectorAll<HTMLVideoElement>('.person video')].every(
        (video) => video.getVideoPlaybackQuality().totalVideoFrames > Number(video.dataset.before) + 10,
      ),
    undefined,
    SLOW,
  );
}

/**
 * The loudest frequency, in hertz, in the sound of the other person; waits until there is a loud
 * sound.
 */
export function toneOf(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const stream = document.querySelector<HTMLVideoElement>('.person video')!.srcObject as MediaStream;
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
    context.createMediaStreamSource(stream).connect(analyser);
    const bins = new Float32Array(analyser.frequencyBinCount);
    const until = performance.now() + 30_000;
    let loudest = 0;
    do {
      await new Promise((resolve) => setTimeout(resolve, 50));
      analyser.getFloatFrequencyData(bins);
      loudest = bins.indexOf(Math.max(...bins));
    } while (!(bins[loudest]! > -50) && performance.now() < until);
    await context.close();
    return bins[loudest]! > -50 ? (loudest * context.sampleRate) / analyser.fftSize : 0;
  });
}

/** Saves the clip that was made last, and throws it away. */
export async function beepsInNewestClip(page: Page): Promise<number> {
  const card = page.locator('.clip').first();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    card.getByRole('button', { name: 'Save' }).click(),
  ]);
  const beeps = beepsIn(await decodeSound(await download.path(), 48_000));
  // Nobody can say whether a download arrived, so it takes two clicks to throw the clip away.
  await card.getByRole('button', { name: 'Discard' }).click();
  await card.getByRole('button', { name: 'Discard for good?' }).click();
  return beeps.length;
}

/**
 * Makes an id that sorts last. The members with lower ids make the offers to it, so it is connected
 * as soon as it joins.
 */
export function lastOfAll(): { id: string; secret: string } {
  for (;;) {
    const secret = newRoom();
    const id = createHash('sha256').update(secret).digest('base64url').slice(0, ROOM_LENGTH);
    if (id.startsWith('zz')) return { id, secret };
  }
}

/**
 * How far a picture is from a camera's frame of the same size, over the pixels whose distance to
 * the true outline counts. The distance is in pixels, and negative outside.
 */
export function offFrame(
  picture: readonly number[],
  { rgba, matte, width, height }: DemoFrame,
  counts: (distance: number) => boolean,
): number {
  const distances = distanceToOutline((pixel) => matte[pixel]! > 127, width, height);
  const chosen = picture.filter((_, index) => counts(distances[Math.floor(index / 3)]!));
  const truth = rgba.filter((_, index) => index % 4 < 3 && counts(distances[index >> 2]!));
  return difference(chosen, Array.from(truth));
}
