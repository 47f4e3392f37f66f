/**
 * The extension in the browser, on pages that ask for a camera as call pages do. Its nets cost next
 * to nothing: a person has the colours turned round.
 */
import type { Page, Worker } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fakeCamera, type FakeCamera } from '../fixtures/fake-camera.ts';
import { launchWithExtension, serveSite, type ExtensionBrowser, type Site } from '../fixtures/extension.ts';
import { clickIndicator, readIndicator } from '../fixtures/extension-indicator.ts';
import { attachToOffscreen, type OffscreenTarget } from '../fixtures/extension-target.ts';

/** Nothing but what carries its nonce, and no workers: as strict as call pages are. */
const STRICT = [
  "default-src 'none'",
  "script-src 'nonce-call' 'strict-dynamic'",
  "worker-src 'none'",
  "connect-src 'none'",
  "style-src 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');
const EARLY = `<script nonce="call">
  window.early = navigator.mediaDevices.getUserMedia({ video: true, audio: true });
</script>`;
const PAGES = {
  '/': { html: '<title>call</title>' },
  '/meet': {
    html: `<!doctype html>${EARLY}<title>call</title>`,
    headers: { 'Content-Security-Policy': STRICT },
  },
  '/isolated': {
    html: '<!doctype html><title>call</title>',
    headers: {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
      'Cross-Origin-Resource-Policy': 'same-origin',
    },
  },
  '/frames': { html: '<!doctype html><iframe name="own" src="/"></iframe><iframe name="blank"></iframe>' },
  // Restyles every element, and listens to every key.
  '/proud': {
    html: `<!doctype html><title>call</title><input>
      <style>div { position: relative; opacity: 0.2 } html > div { display: none }</style>
      <script>
        window.heard = [];
        document.addEventListener('keydown', (event) => {
          heard.push(event.key);
          if (event.key === ' ') event.preventDefault();
        });
      </script>`,
  },
  '/patched': {
    html: `<!doctype html><script>
      const { mediaDevices } = navigator;
      const given = mediaDevices.getUserMedia.bind(mediaDevices);
      mediaDevices.getUserMedia = (constraints) => given(constraints);
    </script>`,
  },
};

let camera: FakeCamera;
let site: Site;
let extension: ExtensionBrowser;
let offscreen: OffscreenTarget;
let popup: Page;
let page: Page;

beforeAll(async () => {
  // A green room is what these nets take for no person.
  camera = await fakeCamera({ wall: [0, 177, 64], numbered: false });
  site = await serveSite(PAGES);
  extension = await launchWithExtension(camera.path);
  page = await extension.context.newPage();
});
afterEach(async () => {
  await page.close();
  page = await extension.context.newPage();
});
afterAll(async () => {
  await extension.close();
  await site.close();
});

test('is off until it is switched on in the popup, where people see themselves first', async () => {
  await page.goto(`${site.origin}/`);
  expect(await page.evaluate(isNative)).toBe(true);
  await extension.context.grantPermissions(['camera'], { origin: site.origin });
  await page.evaluate(ask, { video: true });
  expect(await describePicture(page)).toBe('camera');
  // From here on the site never has the camera itself.
  await extension.context.clearPermissions();
  await extension.context.grantPermissions(['microphone'], { origin: site.origin });
  popup = await extension.popup(page);
  expect(await describePicture(popup, 'video')).toBe('cartoon');
  await popup.locator('input[name=on]').check();
  await Promise.all([page.waitForEvent('load'), popup.locator('button[name=reload]').click()]);
  await page.bringToFront();
  await page.evaluate(ask, { video: { width: 640, height: 360 } });
  expect(await describePicture(page)).toBe('cartoon');

  offscreen = await attachToOffscreen(extension.context.browser()!, extension.address);
  await offscreen.evaluate(`
    const { getUserMedia } = MediaDevices.prototype;
    globalThis.cameras = [];
    globalThis.refusal = null;
    globalThis.workers = [];
    globalThis.NativeWorker = class extends Worker {
      constructor(...address) {
        super(...address);
        workers.push(this);
      }
    };
    globalThis.Worker = NativeWorker;
    MediaDevices.prototype.getUserMedia = async function (constraints) {
      if (refusal) throw new DOMException('not today', refusal);
      const stream = await getUserMedia.call(this, constraints);
      cameras.push(...stream.getVideoTracks());
      return stream;
    };`);
  await popup.close();
});

test('the track passes for the camera', async () => {
  await page.goto(`${site.origin}/`);
  await page.evaluate(ask, { video: { width: 640, height: 360, frameRate: 30 } });
  const told = await page.evaluate(async () => {
    const [track] = window.call.getVideoTracks();
    const listed = (await navigator.mediaDevices.enumerateDevices()).find(
      ({ kind }) => kind === 'videoinput',
    );
    return {
      ...{ label: track!.label, kind: track!.kind, muted: track!.muted, state: track!.readyState },
      ...{ settings: track!.getSettings(), constraints: track!.getConstraints() },
      most: track!.getCapabilities().width?.max,
      permission: (await navigator.permissions.query({ name: 'camera' })).state,
      listed: { deviceId: listed?.deviceId, label: listed?.label },
    };
  });
  expect(told).toMatchObject({
    ...{ kind: 'video', muted: false, state: 'live', most: 640, permission: 'granted' },
    settings: { width: 640, height: 360 },
    constraints: { width: 640, height: 360, frameRate: 30 },
    listed: { deviceId: told.settings.deviceId, label: told.label },
  });
  expect(told.label).not.toBe('');
});

test('a page under a strict policy that asks at once, and again after its preview', async () => {
  await page.goto(`${site.origin}/meet`);
  await page.evaluate(async () => {
    window.call = await window.early;
  });
  expect(await describePicture(page)).toBe('cartoon');
  expect(await liveCameras()).toBe(1);
  const first = await page.evaluate(() => {
    const [audio] = window.call.getAudioTracks();
    const [video] = window.call.getVideoTracks();
    for (const track of window.call.getTracks()) track.stop();
    return { audio: audio!.label, video: video!.id, state: video!.readyState };
  });
  expect(first).toMatchObject({ audio: expect.stringContaining('Fake') as string, state: 'ended' });
  await expect.poll(liveCameras).toBe(0);
  await page.evaluate(ask, { video: true });
  expect(await describePicture(page)).toBe('cartoon');
  expect(await page.evaluate(() => window.call.getVideoTracks()[0]!.id)).not.toBe(first.video);
  expect(
    await page.evaluate(() => document.querySelector('[data-portoon]')?.getBoundingClientRect().height),
  ).toBeGreaterThan(0);
});

test('follows applyConstraints in the middle of a call, and refuses what the camera cannot do', async () => {
  await page.goto(`${site.origin}/`);
  await page.evaluate(ask, { video: { width: 640, height: 360 } });
  const refused = await page.evaluate(async () => {
    const [track] = window.call.getVideoTracks();
    await track!.applyConstraints({ width: 320, height: 180, frameRate: 15 });
    return track!.applyConstraints({ width: { min: 5000 } }).then(
      () => '',
      (error: unknown) => (error as OverconstrainedError).constraint,
    );
  });
  expect(refused).toBe('width');
  await expect
    .poll(() => page.evaluate(() => window.call.getVideoTracks()[0]!.getSettings().width))
    .toBe(320);
  expect(await page.evaluate(() => window.call.getVideoTracks()[0]!.getConstraints().height)).toBe(180);
  expect(await describePicture(page)).toBe('cartoon');
});

test('a clone lives by itself, and goes into a call in place of another track', async () => {
  await page.goto(`${site.origin}/`);
  await page.evaluate(ask, { video: true });
  await page.evaluate(async () => {
    const [track] = window.call.getVideoTracks();
    const clone = window.call.clone().getVideoTracks()[0]!;
    track!.stop();
    const [from, to] = [new RTCPeerConnection(), new RTCPeerConnection()];
    from.onicecandidate = ({ candidate }) => void to.addIceCandidate(candidate ?? undefined);
    to.onicecandidate = ({ candidate }) => void from.addIceCandidate(candidate ?? undefined);
    const arrived = new Promise<MediaStreamTrack>((resolve) => {
      to.ontrack = (event) => {
        resolve(event.track);
      };
    });
    const { sender } = from.addTransceiver('video', { direction: 'sendonly' });
    await from.setLocalDescription();
    await to.setRemoteDescription(from.localDescription!);
    await to.setLocalDescription();
    await from.setRemoteDescription(to.localDescription!);
    await sender.replaceTrack(clone);
    window.call = new MediaStream([await arrived]);
    window.clone = clone;
  });
  expect(await describePicture(page)).toBe('cartoon');
  expect(await liveCameras()).toBe(1);
  await page.evaluate(() => {
    window.clone.stop();
  });
  await expect.poll(liveCameras).toBe(0);
});

test('frames, isolated pages, older forms, and several tabs at once', async () => {
  await page.goto(`${site.origin}/frames`);
  // Pages fill their frames this way; it removes the listeners of the frame's window.
  await page.frame({ name: 'blank' })!.evaluate(() => {
    document.open();
    document.close();
  });
  for (const name of ['own', 'blank']) {
    const frame = page.frame({ name })!;
    await frame.evaluate(ask, { video: true });
    expect(await describePicture(frame)).toBe('cartoon');
  }
  const other = await extension.context.newPage();
  await other.goto(`${site.origin}/isolated`);
  await other.evaluate(async () => {
    const { webkitGetUserMedia } = navigator as unknown as {
      webkitGetUserMedia: (asked: object, give: (stream: MediaStream) => void, refuse: () => void) => void;
    };
    window.call = await new Promise((resolve, reject) => {
      webkitGetUserMedia.call(
        navigator,
        { video: { mandatory: { maxWidth: 320, maxHeight: 180 } } },
        resolve,
        reject,
      );
    });
  });
  expect(await describePicture(other)).toBe('cartoon');
  expect(
    await other.evaluate(() => [
      self.crossOriginIsolated,
      window.call.getVideoTracks()[0]!.getSettings().width,
    ]),
  ).toEqual([true, 320]);
  expect(await liveCameras()).toBe(1);
  // A frame of the site in a page that does not let it use the camera.
  await other.goto(`${site.otherOrigin}/`);
  const names = await other
    .evaluate((address) => {
      const frame = document.createElement('iframe');
      Object.assign(frame, { src: address, name: 'barred' });
      document.body.append(frame);
      return new Promise<void>((resolve) => {
        frame.onload = () => {
          resolve();
        };
      });
    }, `${site.origin}/`)
    .then(() =>
      other.frame({ name: 'barred' })!.evaluate(async () => {
        const devices = await navigator.mediaDevices.enumerateDevices();
        return devices.filter(({ kind, label }) => kind === 'videoinput' && label !== '').length;
      }),
    );
  expect(names).toBe(0);
  await other.close();
  await page.goto('about:blank');
  await expect.poll(liveCameras).toBe(0);
});

test('the indicator’s buttons work on a page that restyles and rewrites itself, which keeps its keys', async () => {
  await page.goto(`${site.origin}/proud`);
  // As the browser reads it: any camera.
  await page.evaluate(ask, { video: null } as unknown as MediaStreamConstraints);
  await page.locator('input').focus();
  await expect.poll(() => readIndicator(page)).toEqual(CARTOON);
  await clickIndicator(page, 'Plain');
  await expect.poll(() => readIndicator(page)).toEqual(PLAIN);
  await expect.poll(() => badge(page)).toBe('off');
  // The first space bar goes to the field, the second to the button that has the focus.
  await page.keyboard.press('Space');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await expect.poll(() => readIndicator(page)).toEqual(CARTOON);
  expect(await page.evaluate(() => window.heard)).toEqual([' ', 'Tab']);

  await page.evaluate(() => document.documentElement.requestFullscreen());
  await clickIndicator(page, 'Plain');
  await expect.poll(() => readIndicator(page)).toEqual(PLAIN);
  await page.evaluate(() => {
    document.open();
    document.close();
  });
  await expect.poll(() => readIndicator(page)).toEqual(PLAIN);
  await clickIndicator(page, 'Cartoon');
  await expect.poll(() => badge(page)).toBe('on');
  // Writing the document removed the window's listeners; a page can still get a camera.
  await page.evaluate(ask, { video: true });
});

test('a running call stays as it is when its site is switched off', async () => {
  await page.goto(`${site.origin}/`);
  await page.evaluate(ask, { video: true });
  popup = await extension.popup(page);
  const on = popup.locator('input[name=on]');
  await on.uncheck();
  await popup.getByText('A call that runs keeps the cartoon').waitFor();
  await expect.poll(() => popup.evaluate(storedSites)).toContainEqual([site.origin, false]);
  expect(await readIndicator(page)).toEqual(CARTOON);
  await clickIndicator(page, 'Plain');
  await expect.poll(() => describePicture(page)).toBe('camera');
  await clickIndicator(page, 'Cartoon');
  await expect.poll(() => describePicture(page)).toBe('cartoon');
  await on.check();
  await expect.poll(() => popup.evaluate(storedSites)).toContainEqual([site.origin, true]);
  await popup.close();
});

test('screens and microphones pass untouched', async () => {
  await page.goto(`${site.origin}/`);
  const asked = await page.evaluate(async () => {
    const audio = await navigator.mediaDevices.getUserMedia({ audio: true });
    const screen = await navigator.mediaDevices
      .getUserMedia({
        video: {
          mandatory: { chromeMediaSource: 'desktop', chromeMediaSourceId: 'x' },
        } as MediaTrackConstraints,
      })
      .catch((error: unknown) => (error as Error).name);
    const display = String(Reflect.get(MediaDevices.prototype, 'getDisplayMedia'));
    return { audio: audio.getTracks().map(({ kind }) => kind), screen, display };
  });
  expect(asked.audio).toEqual(['audio']);
  expect(asked.screen).toEqual(expect.any(String));
  expect(asked.display).toContain('[native code]');
  expect(await liveCameras()).toBe(0);
});

test('one key shows the camera as it is and the cartoon again, in the same track', async () => {
  await page.goto(`${site.origin}/`);
  await page.evaluate(ask, { video: true });
  expect(await describePicture(page)).toBe('cartoon');
  await pressKey();
  await expect.poll(() => describePicture(page)).toBe('camera');
  await expect.poll(() => badge(page)).toBe('off');
  await pressKey();
  await expect.poll(() => describePicture(page)).toBe('cartoon');
  await expect.poll(() => badge(page)).toBe('on');
});

test('a refused camera, another patch, and a dead engine are reported; nobody is shown unasked', async () => {
  await page.goto(`${site.origin}/patched`);
  await page.evaluate(ask, { video: true });
  expect(await describePicture(page)).toBe('cartoon');
  await expect.poll(() => badge(page)).toBe('!');

  await page.goto(`${site.otherOrigin}/`);
  popup = await extension.popup(page);
  await popup.locator('input[name=on]').check();
  await popup.close();
  await offscreen.evaluate("refusal = 'NotAllowedError'");
  await page.goto(`${site.otherOrigin}/`);
  const refused = await page.evaluate(() =>
    navigator.mediaDevices.getUserMedia({ video: true }).catch((error: unknown) => (error as Error).name),
  );
  expect(refused).toBe('NotAllowedError');
  await expect.poll(() => badge(page)).toBe('!');

  await offscreen.evaluate('refusal = null');
  await page.evaluate(ask, { video: true });
  expect(await describePicture(page)).toBe('cartoon');
  expect(await badge(page)).toBe('on');

  await breakEngine();
  await expect.poll(() => describePicture(page)).toBe(PAUSED);
  expect(await badge(page)).toBe('!');
  await expect
    .poll(() => readIndicator(page))
    .toEqual({
      words: expect.stringMatching(
        /^Portoon: picture paused\. The .* stopped: died\. .*\(ERR_WORKER_DIED\)$/,
      ) as string,
      buttons: ['Try again', 'Show me'],
    });
  await clickIndicator(page, 'Show me');
  await expect.poll(() => describePicture(page)).toBe('camera');
  await clickIndicator(page, 'Try again');
  await expect.poll(() => describePicture(page)).toBe(PAUSED);
  await offscreen.evaluate('globalThis.Worker = NativeWorker');
  popup = await extension.popup(page);
  await expect.poll(() => describePicture(page)).toBe('cartoon');
  expect(await badge(page)).toBe('on');

  // Who chose so is shown as they are.
  await popup.locator('input[name=failure]').last().check();
  await popup.close();
  await breakEngine();
  await expect.poll(() => describePicture(page)).toBe('camera');
  expect(await badge(page)).toBe('!');
  await offscreen.evaluate('globalThis.Worker = NativeWorker');
});

test('reloading the extension in a call ends the track, shows why, and delays no later request', async () => {
  await page.goto(`${site.origin}/`);
  await page.evaluate(ask, { video: true });
  const ended = page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        window.call.getVideoTracks()[0]!.onended = () => {
          resolve();
        };
      }),
  );
  await serviceWorker().evaluate(() => {
    setTimeout(() => {
      chrome.runtime.reload();
    });
  });
  await ended;
  await expect.poll(async () => (await readIndicator(page)).words).toContain('ERR_EXTENSION_GONE');
  await page.evaluate(ask, { video: true });
  expect(await describePicture(page)).toBe(PAUSED);
});

const CARTOON = { words: 'Portoon: cartoon', buttons: ['Plain'] };
const PLAIN = { words: 'Portoon: your camera as it is', buttons: ['Cartoon'] };

/** The worker dies, and no other one starts. */
function breakEngine(): Promise<unknown> {
  return offscreen.evaluate(`
    globalThis.Worker = class { constructor() { throw new Error('no worker'); } };
    workers.at(-1).dispatchEvent(new ErrorEvent('error', { message: 'died' }));`);
}

/** Parts of the picture that lie on the person's clothes and on the wall, however they sway. */
const CLOTHES = { left: 0.34, top: 0.86, right: 0.44, bottom: 0.98 };
const WALL = { left: 0.68, top: 0.2, right: 0.73, bottom: 0.6 };

/** What a page shows in its call, told from its pixels. */
async function describePicture(place: Pick<Page, 'evaluate'>, video?: 'video'): Promise<string> {
  const { rgba, width, height } = await place.evaluate(readFrame, video);
  const shown = { rgba: Buffer.from(rgba, 'base64'), width, height };
  const live = { ...camera, rgba: camera.frame(0).rgba };
  const wall = distance(meanColour(shown, WALL), meanColour(live, WALL));
  const clothes = meanColour(shown, CLOTHES);
  const own = meanColour(live, CLOTHES);
  const inverted = own.map((value) => 255 - value);
  if (distance(meanColour(shown, WALL), clothes) < 8) return PAUSED;
  if (wall < SHIFT && distance(clothes, own) < 25) return 'camera';
  if (wall < SHIFT && distance(clothes, inverted) < 45) return 'cartoon';
  return `wall ${wall.toFixed()} off, clothes ${clothes.map((value) => value.toFixed()).join(' ')}`;
}

/** A camera's own green comes out this far off at the most, where a call encodes it untouched. */
const SHIFT = 35;
/** One colour in all of the picture, but for words in its middle. */
const PAUSED = 'paused';

interface Picture {
  rgba: ArrayLike<number>;
  width: number;
  height: number;
}

function meanColour({ rgba, width, height }: Picture, part: typeof WALL): number[] {
  const sum = [0, 0, 0];
  let count = 0;
  for (let y = Math.ceil(part.top * height); y < part.bottom * height; y++)
    for (let x = Math.ceil(part.left * width); x < part.right * width; x++) {
      for (const channel of sum.keys()) sum[channel]! += rgba[4 * (y * width + x) + channel]!;
      count++;
    }
  return sum.map((value) => value / count);
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, channel) => Math.abs(value - b[channel]!)));
}

function liveCameras(): Promise<unknown> {
  return offscreen.evaluate("cameras.filter(({ readyState }) => readyState === 'live').length");
}

function serviceWorker(): Worker {
  return extension.context.serviceWorkers()[0]!;
}

function badge(tab: Page): Promise<string> {
  return serviceWorker().evaluate(async (url) => {
    const [found] = (await chrome.tabs.query({})).filter((one) => one.url === url);
    return chrome.action.getBadgeText({ tabId: found!.id! });
  }, tab.url());
}

/** A headless browser has no keys of its own: what it would do when one is pressed. */
async function pressKey(): Promise<void> {
  await serviceWorker().evaluate(async (url) => {
    const tab = (await chrome.tabs.query({})).find((one) => one.url === url);
    (chrome.commands.onCommand as unknown as { dispatch(...values: unknown[]): void }).dispatch(
      'toggle-cartoon',
      tab,
    );
  }, page.url());
}

declare global {
  interface Window {
    early: Promise<MediaStream>;
    call: MediaStream;
    clone: MediaStreamTrack;
    heard: string[];
  }
}

function isNative(): boolean {
  return String(Reflect.get(navigator.mediaDevices, 'getUserMedia')).includes('[native code]');
}

/** Each site, and whether it is on. */
async function storedSites(): Promise<unknown[]> {
  const stored = await chrome.storage.local.get(null);
  const sites = Object.values(stored) as { origin?: string; on?: boolean }[];
  return sites.map(({ origin, on }) => [origin, on]);
}

async function ask(constraints: MediaStreamConstraints): Promise<void> {
  window.call = await navigator.mediaDevices.getUserMedia(constraints);
}

/** The next frame of the call, or of the page's video. */
async function readFrame(selector?: string): Promise<{ rgba: string; width: number; height: number }> {
  let stream = window.call as MediaStream | undefined;
  while (selector !== undefined && !stream) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    stream = (document.querySelector<HTMLVideoElement>(selector)?.srcObject ?? undefined) as typeof stream;
  }
  const { MediaStreamTrackProcessor: Processor } = window as unknown as {
    MediaStreamTrackProcessor: new (init: { track: MediaStreamTrack }) => {
      readable: ReadableStream<VideoFrame>;
    };
  };
  const track = MediaStreamTrack.prototype.clone.call(stream!.getVideoTracks()[0]!);
  const reader = new Processor({ track }).readable.getReader();
  // The first may be one of before.
  for (let skipped = 0; skipped < 2; skipped++) (await reader.read()).value?.close();
  const { value: frame } = await reader.read();
  const { displayWidth: width, displayHeight: height } = frame!;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d')!;
  context.drawImage(frame!, 0, 0);
  frame!.close();
  await reader.cancel();
  track.stop();
  const { data } = context.getImageData(0, 0, width, height);
  let binary = '';
  for (let i = 0; i < data.length; i += 0x8000)
    binary += String.fromCharCode(...data.subarray(i, i + 0x8000));
  return { rgba: btoa(binary), width, height };
}
