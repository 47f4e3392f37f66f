import { join } from 'node:path';
import { PNG } from 'pngjs';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../fixtures/browser.ts';
import { obsFlags } from '../fixtures/chromium.ts';
import { judgeCutOut, type CutOut } from '../fixtures/cut-out.ts';
import { fakeCamera, type FakeCamera } from '../fixtures/fake-camera.ts';
import { projectRoot } from '../fixtures/server.ts';
import { startNode, type Node } from '../fixtures/signalling.ts';
import { SLOW, WATCH } from './call-page.ts';
import { hearsSound } from './obs-page.ts';
import { reach, visit, type Visit } from './studio-page.ts';
import { WAIT } from '../fixtures/waits.ts';

const SIZE = { width: 640, height: 360 };

let camera: FakeCamera;
let greenRoom: FakeCamera;
let browser: Browser;
let app: Node;
let studio: Visit;
let link: string;

const panel = () => studio.page.getByRole('dialog', { name: 'Broadcast' });
const text = (page: Page) => page.evaluate(() => document.body.innerText);

function watch(query = '', before = ''): Promise<Visit> {
  return visit(browser, link + query, { viewport: SIZE, before: WATCH + before });
}

async function shoot(page: Page): Promise<PNG> {
  return PNG.sync.read(await page.screenshot({ omitBackground: true }));
}

/**
 * Polls until the picture is good enough, for a while: codec and matte need a moment.
 * Returns the last result.
 */
async function settled(page: Page, good: (found: CutOut) => boolean): Promise<CutOut> {
  const until = performance.now() + WAIT.timeout;
  for (;;) {
    const found = judgeCutOut(await shoot(page), camera.frame(0).matte);
    if (good(found) || performance.now() > until) return found;
  }
}

/** Counts how often the page begins to read a track's frames, and keeps the track. */
const SUPPLIES = `
globalThis.supplies = 0;
globalThis.MediaStreamTrackProcessor = class extends MediaStreamTrackProcessor {
  constructor(...given) {
    super(...given);
    supplies++;
    globalThis.supplied ??= given[0].track;
  }
};
`;

describe('the OBS link', () => {
  beforeAll(async () => {
    [camera, greenRoom] = await Promise.all([
      fakeCamera({ frames: 1, ...SIZE }),
      fakeCamera({ frames: 1, ...SIZE, wall: [0, 177, 64] }),
    ]);
    [browser, app] = await Promise.all([
      launchBrowser({ camera: camera.path, args: obsFlags }),
      startNode({}, join(projectRoot, 'dist')),
    ]);
    studio = await visit(browser, `${app.url}?input=camera&style=none`, {
      permissions: ['camera', 'microphone', 'clipboard-read', 'clipboard-write'],
      before: WATCH + SUPPLIES,
    });
    await reach(studio.page, 'running');
    await studio.page.keyboard.press('o');
    await panel().getByRole('switch', { name: 'OBS link' }).press('Space');
    await panel().getByText('nobody has the link open').waitFor();
    link = await panel().getByLabel('Link for OBS').inputValue();
  });
  afterAll(async () => {
    await browser.close();
    await app.close();
  });

  it('shows the person alone, in every codec, with nothing of the room along the outline', async () => {
    const { page, complaints, close } = await watch();
    await reach(page, 'running');
    const able = await studio.page.evaluate(codecs);
    for (const codec of able) {
      await studio.page.evaluate(sendAs, codec);
      await page.waitForFunction(receives, codec, SLOW);
      const found = await settled(page, ({ solid, error }) => solid > 0.98 && error < 4);
      expect(found.solid).toBeGreaterThan(0.98);
      expect(found.clear).toBeGreaterThan(0.995);
      expect(found.error).toBeLessThan(4);
    }
    expect(able).toContain('video/VP8');
    // AV1 takes so much processor time that the rest of the test would be slow.
    await studio.page.evaluate(sendAs, 'video/VP8');

    const dressed = await watch('&mirror&chroma=3366cc&fit=cover&stats=1&bitrate=400&audio=0');
    await reach(dressed.page, 'running');
    const { matte } = camera.frame(0);
    const mirrored = Uint8Array.from(
      matte,
      (_, at) => matte[at - (at % SIZE.width) + SIZE.width - 1 - (at % SIZE.width)]!,
    );
    // Pixels that have the chroma colour exactly are counted as transparent.
    const keyed = async () => {
      const picture = await shoot(dressed.page);
      for (let at = 0; at < picture.data.length; at += 4) {
        const [red, green, blue, alpha] = picture.data.subarray(at, at + 4) as unknown as number[];
        if (red === 0x33 && green === 0x66 && blue === 0xcc && alpha === 255) picture.data[at + 3] = 0;
      }
      return judgeCutOut(picture, mirrored);
    };
    await expect.poll(async () => (await keyed()).solid, WAIT).toBeGreaterThan(0.98);
    // The card with the figures covers one corner, so not everything is clear.
    expect((await keyed()).clear).toBeGreaterThan(0.9);
    await expect.poll(() => text(dressed.page), SLOW).toMatch(/640 × \d+ +\d+ fps +[\d.]+ Mbit\/s +\w+/);
    expect(await studio.page.evaluate(mostBits)).toContain(400_000);
    expect(
      await dressed.page.evaluate(() => getComputedStyle(document.querySelector('canvas')!).objectFit),
    ).toBe('cover');
    await dressed.close();
    // Viewers that come and go do not restart the source.
    expect(await studio.page.evaluate('supplies')).toBe(1);

    const { rgba } = greenRoom.frame(0);
    await studio.page.evaluate(feedStill, { ...SIZE, rgba: Buffer.from(rgba).toString('base64') });
    const green = await settled(page, ({ solid, green }) => solid > 0.8 && green < 0.01);
    expect(green.green).toBeLessThan(0.01);
    expect(green.error).toBeLessThan(6);
    // A counter-check: with the raw picture the same measure finds green.
    const raw = Object.assign(new PNG(SIZE), { data: Buffer.from(rgba) });
    expect(judgeCutOut(raw, camera.frame(0).matte).green).toBeGreaterThan(0.3);
    expect(await text(page)).toBe('');
    expect(complaints).toEqual([]);
    // Release the open camera: while no page reads it, other tabs get no frames from it (Chromium
    // 156).
    await studio.page.evaluate('supplied.stop()');
    await close();
  });

  it('survives a closed tab and a call, pauses for a hidden source, and carries sound if it is wanted', async () => {
    const { page, close } = await watch('&label=Scene&onlost=clear', 'window.obsstudio = {};');
    await reach(page, 'running');
    await panel()
      .getByText(/Scene: [\d.]+ Mbit/)
      .waitFor();

    // After a while the sender is told that the source is hidden. It then sends nothing until the
    // source is shown again.
    await page.evaluate(() => {
      const visible = (shown: boolean) =>
        dispatchEvent(new CustomEvent('obsSourceVisibleChanged', { detail: { visible: shown } }));
      visible(false);
      Object.assign(globalThis, { visible });
    });
    await panel().getByText('hidden there, nothing is sent').waitFor();
    await expect.poll(() => studio.page.evaluate(sends)).toBe(false);
    await page.evaluate('visible(true)');
    await expect.poll(() => studio.page.evaluate(sends)).toBe(true);

    // When the first tab closes, another tab of the studio takes over the same link.
    const heir = await studio.page.context().newPage();
    await heir.goto(studio.page.url());
    await heir.keyboard.press('o');
    await heir.getByText('Another tab of this browser answers this link').waitFor();
    await reach(heir, 'running');
    await studio.page.close();
    studio = { ...studio, page: heir };
    await panel()
      .getByText(/Scene: [\d.]+ Mbit/)
      .waitFor();
    await reach(page, 'running');
    expect((await settled(page, ({ solid }) => solid > 0.95)).solid).toBeGreaterThan(0.95);

    // Sound is sent once it is switched on, and not before.
    expect(await page.evaluate(hearsSound, 500)).toBe(false);
    await panel().getByRole('switch', { name: 'Send the microphone' }).press('Space');
    expect(await page.evaluate(hearsSound, WAIT.timeout)).toBe(true);
    await heir.keyboard.press('Escape');

    // After leaving a call, the stream to OBS continues.
    await studio.page.keyboard.press('c');
    await studio.page.getByRole('button', { name: /^Join/ }).click();
    await studio.page.getByRole('button', { name: /^(Leave|Hang up)/ }).click();
    await studio.page.getByRole('button', { name: 'Call' }).waitFor();
    expect(await page.evaluate(shownAnew)).toBe(true);

    await studio.page.keyboard.press('o');
    await panel().getByRole('switch', { name: 'OBS link' }).press('Space');
    await reach(page, 'ready');
    const gone = await shoot(page);
    expect(gone.data.every((value) => value === 0)).toBe(true);
    await close();
  });
});

/** Runs in the studio: shows the effect a picture in place of the camera. */
async function feedStill({ width, height, rgba }: { width: number; height: number; rgba: string }) {
  const { portoon } = globalThis as unknown as {
    portoon: { feed(track: MediaStreamTrack): Promise<void>; stats(): { frames: number } };
  };
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d')!;
  const picture = new ImageData(
    Uint8ClampedArray.from(atob(rgba), (byte) => byte.charCodeAt(0)),
    width,
    height,
  );
  setInterval(() => {
    context.putImageData(picture, 0, 0);
  }, 50);
  await portoon.feed(canvas.captureStream().getVideoTracks()[0]!);
  const before = portoon.stats().frames;
  // The matte needs some frames to settle on the new source.
  while (portoon.stats().frames < before + 20) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Runs in the studio: the codecs that the connection to the viewer offers. */
function codecs(): string[] {
  const { connections } = globalThis as unknown as { connections: RTCPeerConnection[] };
  const sender = connections
    .at(-1)!
    .getSenders()
    .find(({ track }) => track?.kind === 'video')!;
  const wanted = ['video/VP8', 'video/VP9', 'video/H264', 'video/AV1'];
  const there = new Set(sender.getParameters().codecs.map(({ mimeType }) => mimeType));
  return wanted.filter((codec) => there.has(codec));
}

/** Runs in the studio: bits a second that each picture may take. */
function mostBits(): (number | undefined)[] {
  const { connections } = globalThis as unknown as { connections: RTCPeerConnection[] };
  return connections
    .flatMap((connection) => connection.getSenders())
    .filter(({ track }) => track?.kind === 'video')
    .map((sender) => sender.getParameters().encodings[0]?.maxBitrate);
}

/** Runs in the studio: changes the codec of what is sent. */
async function sendAs(codec: string): Promise<void> {
  const { connections } = globalThis as unknown as { connections: RTCPeerConnection[] };
  const sender = connections
    .at(-1)!
    .getSenders()
    .find(({ track }) => track?.kind === 'video')!;
  const parameters = sender.getParameters();
  const encoding = parameters.encodings[0] as RTCRtpEncodingParameters & { codec?: RTCRtpCodec };
  encoding.codec = parameters.codecs.find(({ mimeType }) => mimeType === codec)!;
  await sender.setParameters(parameters);
}

/** Runs in the viewer: whether frames come in a codec. */
async function receives(codec: string): Promise<boolean> {
  const { connections } = globalThis as unknown as { connections: RTCPeerConnection[] };
  const report = await connections.at(-1)!.getStats();
  let found = false;
  report.forEach((entry: Record<string, unknown>) => {
    if (entry.type !== 'inbound-rtp' || entry.kind !== 'video' || Number(entry.framesPerSecond) === 0) return;
    const used = report.get(String(entry.codecId)) as { mimeType?: string } | undefined;
    if (used?.mimeType === codec) found = true;
  });
  return found;
}

/** Runs in the studio: whether any viewer is sent pictures. */
function sends(): boolean {
  const { connections } = globalThis as unknown as { connections: RTCPeerConnection[] };
  return connections.some(
    (connection) =>
      connection.connectionState === 'connected' &&
      connection.getSenders().some(({ track }) => track?.kind === 'video'),
  );
}

/** Runs in the viewer: waits for ten more frames, of whichever stream is then shown. */
async function shownAnew(): Promise<boolean> {
  // Each stream has an element of its own, which counts from nothing.
  const counted = new Map<HTMLVideoElement, number>();
  const fresh = () => {
    let frames = 0;
    for (const video of document.querySelectorAll('video')) {
      const count = video.getVideoPlaybackQuality().totalVideoFrames;
      frames += count - (counted.get(video) ?? 0);
      counted.set(video, count);
    }
    return frames;
  };
  fresh();
  const until = performance.now() + 20_000;
  for (let frames = 0; performance.now() < until;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    frames += fresh();
    if (frames >= 10) return true;
  }
  return false;
}
