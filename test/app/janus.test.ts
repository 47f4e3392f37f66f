import { join } from 'node:path';
import { PNG } from 'pngjs';
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../fixtures/browser.ts';
import { fakeCamera, type FakeCamera } from '../fixtures/fake-camera.ts';
import { missingJanus, startJanus, type JanusServer } from '../fixtures/janus.ts';
import { projectRoot } from '../fixtures/server.ts';
import { startNode, type Node } from '../fixtures/signalling.ts';
import { hearsSound } from './obs-page.ts';
import { reach, visit, type Visit } from './studio-page.ts';
import { LONG_WAIT, WAIT } from '../fixtures/waits.ts';

const WIDTH = 320;
const HEIGHT = 180;
const SLOW = { ...LONG_WAIT, polling: 100 };

const gap = missingJanus();
if (gap !== undefined) process.stdout.write(`Not tested: broadcasting over Janus. ${gap}\n`);

let camera: FakeCamera;
/** The same still picture at the size at which pictures are compared. */
let small: FakeCamera;
let browser: Browser;
let janus: JanusServer;
let app: Node;

/** Opens the OBS page for the stream. */
function view(query = ''): Promise<Visit> {
  return visit(browser, `${app.url}obs.html?whep=${encodeURIComponent(janus.whep)}${query}`, {
    viewport: { width: WIDTH, height: HEIGHT },
  });
}

/** The studio with the clip as its camera, and the panel filled in by the keyboard alone. */
async function studio(token: string): Promise<Visit> {
  const visitor = await visit(browser, `${app.url}?input=camera&style=none`, {
    permissions: ['camera', 'microphone'],
  });
  const { page } = visitor;
  await reach(page, 'running');
  await page.keyboard.press('o');
  await page.getByRole('switch', { name: 'Send smaller sizes too' }).press('Space');
  await page.getByLabel('WHIP address').focus();
  await page.keyboard.type(janus.whip);
  await page.keyboard.press('Tab');
  await page.keyboard.type(token);
  await page.keyboard.press('Enter');
  return visitor;
}

async function onAir(page: Page): Promise<void> {
  await page.getByRole('dialog', { name: 'Broadcast' }).getByText('On air').waitFor(LONG_WAIT);
}

/** What is shown, as RGBA; black where nothing is. */
function pixels(page: Page): Promise<number[]> {
  return page.evaluate(
    ([width, height]) => {
      const context = new OffscreenCanvas(width, height).getContext('2d')!;
      const shown = document.querySelector<HTMLVideoElement | HTMLCanvasElement>('.picture:not([hidden])');
      if (shown) context.drawImage(shown, 0, 0, width, height);
      return Array.from(context.getImageData(0, 0, width, height).data);
    },
    [WIDTH, HEIGHT] as const,
  );
}

/** Mean difference of colours to the clip's own frame, in steps of 255. */
function difference(rgba: readonly number[]): number {
  const truth = small.frame(0).rgba;
  let sum = 0;
  for (let i = 0; i < rgba.length; i++) if (i % 4 < 3) sum += Math.abs(rgba[i]! - truth[i]!);
  return sum / (0.75 * rgba.length);
}

/** Waits for new frames on a page that may get another video element meanwhile. */
async function goesOn(page: Page): Promise<void> {
  await page.waitForFunction(
    () => {
      const video = document.querySelector<HTMLVideoElement>('video:not([hidden])');
      return video !== null && !video.paused && video.getVideoPlaybackQuality().totalVideoFrames > 5;
    },
    undefined,
    SLOW,
  );
}

describe.skipIf(gap !== undefined)('over a real media server', () => {
  beforeAll(async () => {
    [camera, small] = await Promise.all([
      // The smallest size for which Chromium sends simulcast, at so low a frame rate that even a
      // busy machine need not drop the larger layer.
      fakeCamera({ frames: 1, frameRate: 10, width: 640, height: 360 }),
      fakeCamera({ frames: 1, width: WIDTH, height: HEIGHT }),
    ]);
    [janus, browser] = await Promise.all([startJanus(), launchBrowser({ camera: camera.path })]);
    app = await startNode({ broadcastOrigins: [...janus.origins] }, join(projectRoot, 'dist'));
  });
  afterEach(async () => {
    // A sender left by a failed test would block the endpoint for the next test.
    await Promise.all(browser.contexts().map((context) => context.close({ reason: 'the test is over' })));
    await expect.poll(() => janus.published()).toBe(false);
  });
  afterAll(async () => {
    await browser.close();
    await janus.stop();
    await app.close();
  });

  it('three pages see what one publishes, also after the server was killed; leaving frees the endpoint', async () => {
    const sender = await studio('not the token');
    const panel = sender.page.getByRole('dialog', { name: 'Broadcast' });
    await panel.getByText('ERR_MEDIA_SERVER_TOKEN').waitFor();
    expect(await panel.getByRole('status').textContent()).toMatch(
      /127\.0\.0\.1:\d+ refuses the token \(403\); it says: “Unauthorized”\. Copy the token once more/,
    );
    expect(await janus.published()).toBe(false);

    await panel.getByLabel('Token', { exact: true }).fill(janus.token);
    await panel.getByRole('button', { name: 'Go on air' }).click();
    const viewers = await Promise.all([view(), view(), view('&audio=0')]);
    await onAir(sender.page);
    await panel.getByText('640 × 360').and(panel.getByText('2 sizes')).waitFor(WAIT);
    await Promise.all(viewers.map(({ page }) => reach(page, 'running')));
    for (const { page } of viewers) {
      await goesOn(page);
      // Of the two sizes the server forwards the larger one, as soon as the sender encodes it.
      await expect
        .poll(() => page.evaluate(() => document.querySelector('video')!.videoWidth), LONG_WAIT)
        .toBe(640);
      await expect.poll(async () => difference(await pixels(page)), WAIT).toBeLessThan(4);
      expect(await page.evaluate(() => document.body.innerText)).toBe('');
    }
    expect(await viewers[0].page.evaluate(hearsSound, WAIT.timeout)).toBe(true);

    await janus.kill();
    await Promise.all([
      panel.getByText('Off air, trying again').waitFor(),
      ...viewers.map(({ page }) => reach(page, 'ready')),
      janus.restart(),
    ]);
    // While the server is away, the page keeps showing the last frame.
    for (const { page } of viewers) expect(difference(await pixels(page))).toBeLessThan(4);
    await onAir(sender.page);
    await Promise.all(viewers.map(({ page }) => reach(page, 'running')));
    await Promise.all(viewers.map(({ page }) => goesOn(page)));

    await sender.page.close({ runBeforeUnload: true });
    await expect.poll(() => janus.published()).toBe(false);
    await Promise.all([sender, ...viewers].map(({ close }) => close()));
  });

  it('a transparent stream is transparent on the page', async () => {
    const sender = await visit(browser, app.url);
    await sender.page.evaluate(publishStacked, [janus.whip, janus.token] as const);
    const viewer = await view('&alpha=stacked-1&fit=cover');
    await reach(viewer.page, 'running');
    // The matte is a disk in the middle, half as high as the picture, in which the stream is
    // orange; around it the stream is green.
    const alphaAt = (picture: PNG, x: number, y: number) =>
      picture.data[4 * (y * picture.width + x) + 3]! / 255;
    const shoot = async () => PNG.sync.read(await viewer.page.screenshot({ omitBackground: true }));
    await expect.poll(async () => alphaAt(await shoot(), WIDTH / 2, HEIGHT / 2), WAIT).toBeGreaterThan(0.95);
    const picture = await shoot();
    let [inside, outside, wrong, green] = [0, 0, 0, 0];
    for (let y = 0; y < HEIGHT; y++)
      for (let x = 0; x < WIDTH; x++) {
        const radius = Math.hypot(x + 0.5 - WIDTH / 2, y + 0.5 - HEIGHT / 2);
        const alpha = alphaAt(picture, x, y);
        const at = 4 * (y * WIDTH + x);
        if (radius < HEIGHT / 4 - 3) {
          inside++;
          if (alpha < 0.95) wrong++;
        } else if (radius > HEIGHT / 4 + 3) {
          outside++;
          if (alpha > 0.05) wrong++;
        }
        if (alpha > 0.05 && picture.data[at + 1]! > picture.data[at]! + 20) green++;
      }
    expect([inside, outside].every((count) => count > 3000)).toBe(true);
    expect({ wrong, green }).toEqual({ wrong: 0, green: 0 });
    // The server answers 406 because it wants to make the offer itself. The console logs that as an
    // error.
    expect(viewer.complaints.filter((text) => !text.includes('406'))).toEqual([]);
    await sender.page.evaluate(() =>
      (globalThis as unknown as { unpublish: () => Promise<void> }).unpublish(),
    );
    await Promise.all([sender, viewer].map(({ close }) => close()));
  });
});

/**
 * Runs in the page: publishes a still stacked picture by WHIP in as few steps as the standard
 * allows.
 */
async function publishStacked([url, token]: readonly [string, string]): Promise<void> {
  const canvas = document.createElement('canvas');
  // 180 lines plus the guard band are no multiple of 16, so 184 are drawn, and the page cuts them.
  [canvas.width, canvas.height] = [320, 384];
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  const draw = () => {
    context.fillStyle = '#000';
    context.fillRect(0, 0, 320, 384);
    context.fillStyle = '#00b140';
    context.fillRect(0, 0, 320, 192);
    // The orange reaches beyond the matte's edge, as from a sender that replaces the background's
    // colours near the edge.
    context.fillStyle = '#ff8000';
    context.beginPath();
    context.arc(160, 92, 60, 0, 7);
    context.fill();
    context.fillStyle = '#fff';
    context.beginPath();
    context.arc(160, 192 + 92, 45, 0, 7);
    context.fill();
  };
  draw();
  setInterval(draw, 50);
  const connection = new RTCPeerConnection();
  connection.addTransceiver(canvas.captureStream(20).getVideoTracks()[0]!, { direction: 'sendonly' });
  await connection.setLocalDescription();
  await new Promise<void>((resolve) => {
    connection.addEventListener('icegatheringstatechange', () => {
      if (connection.iceGatheringState === 'complete') resolve();
    });
  });
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/sdp', Authorization: `Bearer ${token}` },
    body: connection.localDescription!.sdp,
  });
  if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
  await connection.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
  const [sender] = connection.getSenders();
  const parameters = sender!.getParameters();
  parameters.degradationPreference = 'maintain-resolution';
  await sender!.setParameters(parameters);
  const resource = new URL(answer.headers.get('Location')!, url);
  Object.assign(globalThis, {
    async unpublish() {
      connection.close();
      await fetch(resource, { method: 'DELETE', headers: { Authorization: `Bearer ${token}` } });
    },
  });
}
