/**
 * The extension in the browser, on pages that ask for a camera as call pages do. Its nets cost next
 * to nothing: a person has the colours turned round.
 */
import type { Page, Worker } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { look } from './axe.ts';
import { fakeCamera, type FakeCamera } from '../fixtures/fake-camera.ts';
import { ask, PAUSED, readPicture } from '../fixtures/extension-call.ts';
import { launchWithExtension, serveSite, type ExtensionBrowser, type Site } from '../fixtures/extension.ts';
import { CALL_PAGES } from '../fixtures/extension-pages.ts';
import { clickIndicator, readIndicator } from '../fixtures/extension-indicator.ts';
import { attachToOffscreen, type OffscreenTarget } from '../fixtures/extension-target.ts';

let camera: FakeCamera;
let site: Site;
let extension: ExtensionBrowser;
let offscreen: OffscreenTarget;
let popup: Page;
let page: Page;

beforeAll(async () => {
  // A green room is what these nets take for no person.
  camera = await fakeCamera({ wall: [0, 177, 64], numbered: false });
  site = await serveSite(CALL_PAGES);
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
  const { flaws, at } = await look(popup);
  await at('popup');
  await popup.locator('input[name=on]').check();
  // While the browser asks for the permission, it may close the popup; people open it again.
  await expect.poll(() => popup.evaluate(storedSites)).toContainEqual([site.origin, true]);
  await popup.reload();
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
  await popup.goto(new URL('camera.html', popup.url()).href);
  const camera = await look(popup);
  await camera.at('page of the camera');
  await popup.close();
  expect([...flaws, ...camera.flaws]).toEqual([]);
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

test('constraints give the size, the shape and the refusal that the browser gives for the camera', async () => {
  const own = await extension.context.newPage();
  await extension.context.grantPermissions(['camera'], { origin: site.otherOrigin });
  await own.goto(`${site.otherOrigin}/`);
  await page.goto(`${site.origin}/`);
  for (const place of [own, page]) await place.evaluate(ask, { video: { width: 360, aspectRatio: 1 } });
  await expect.poll(() => page.evaluate(settings)).toEqual(await own.evaluate(settings));
  expect(await describePicture(page)).toBe('cartoon');
  for (const constraints of CONSTRAINTS) {
    const given = await own.evaluate(constrain, constraints);
    expect(await page.evaluate(constrain, constraints), JSON.stringify(constraints)).toBe(given);
    await expect
      .poll(() => page.evaluate(settings), { message: JSON.stringify(constraints) })
      .toEqual(await own.evaluate(settings));
  }
  await own.close();
  await extension.context.clearPermissions();
  await extension.context.grantPermissions(['microphone'], { origin: site.origin });
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
  await expect.poll(() => badge(page)).toBe('on');
  await serviceWorker().evaluate(recordBadges);
  await page.frame({ name: 'blank' })!.evaluate(stop);
  // The badge is for all frames; it goes with the last call, which ends with its frame.
  const shown = () => serviceWorker().evaluate(() => [...new Set(badges)]);
  await expect.poll(shown).not.toEqual([]);
  expect(await shown()).toEqual(['on']);
  await page.evaluate(() => {
    document.querySelector('iframe[name=own]')!.remove();
  });
  await expect.poll(() => badge(page)).toBe('');
  await page.frame({ name: 'blank' })!.evaluate(ask, { video: true });
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

test('a page that is left in its call frees the camera, and gets a live one when people go back', async () => {
  await page.goto(`${site.origin}/`);
  await page.evaluate(ask, { video: true });
  await expect.poll(() => badge(page)).toBe('on');
  await page.goto(`${site.otherOrigin}/`);
  await expect.poll(liveCameras).toBe(0);
  await page.goBack();
  expect(await page.evaluate(() => 'call' in window)).toBe(false);
  await page.evaluate(ask, { video: true });
  expect(await describePicture(page)).toBe('cartoon');

  // A page whose call is over is kept by the browser as it is.
  await page.evaluate(stop);
  await expect.poll(liveCameras).toBe(0);
  await page.goto(`${site.otherOrigin}/`);
  // The page fires no `load` again.
  await page.goBack({ waitUntil: 'commit' });
  expect(await page.evaluate(() => (window.call as MediaStream | undefined)?.active ?? false)).toBe(false);
  await expect.poll(() => readIndicator(page)).toEqual({ words: '', buttons: [] });
  await page.evaluate(ask, { video: true });
  expect(await describePicture(page)).toBe('cartoon');
  await expect.poll(() => badge(page)).toBe('on');
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

/** `resizeMode` is not in TypeScript's DOM library. */
type Constraints = MediaTrackConstraints & { resizeMode?: ConstrainDOMString };
const CONSTRAINTS: readonly Constraints[] = [
  { width: 320, height: 240 },
  { height: { exact: 180 }, aspectRatio: { exact: 0.5 } },
  { width: { min: 5000 } },
  { advanced: [{ width: 5000 }, { width: { exact: 160 }, height: { exact: 160 } }, { width: 320 }] },
  { width: 320, resizeMode: 'none' },
  { width: { exact: 320 }, resizeMode: { exact: 'none' } },
  { facingMode: { exact: 'environment' } },
  { deviceId: { exact: 'gone' } },
  { groupId: { exact: 'gone' } },
  { groupId: 'gone', width: { max: 480 }, height: { max: 270 } },
  {},
  { frameRate: 10 },
];

/** What the constraint is called that was refused; empty where none was. */
function constrain(constraints: MediaTrackConstraints): Promise<string> {
  return window.call
    .getVideoTracks()[0]!
    .applyConstraints(constraints)
    .then(
      () => '',
      (error: unknown) => (error as OverconstrainedError).constraint,
    );
}

function settings(): unknown {
  const { width, height, frameRate, ...rest } = window.call.getVideoTracks()[0]!.getSettings();
  return { width, height, frameRate, resizeMode: (rest as { resizeMode?: string }).resizeMode };
}

function stop(): void {
  for (const track of window.call.getTracks()) track.stop();
}

const CARTOON = { words: 'Portoon: cartoon', buttons: ['Plain'] };
const PLAIN = { words: 'Portoon: your camera as it is', buttons: ['Cartoon'] };

/** The worker dies, and no other one starts. */
function breakEngine(): Promise<unknown> {
  return offscreen.evaluate(`
    globalThis.Worker = class { constructor() { throw new Error('no worker'); } };
    workers.at(-1).dispatchEvent(new ErrorEvent('error', { message: 'died' }));`);
}

const describePicture = (place: Pick<Page, 'evaluate'>, video?: 'video') => readPicture(place, camera, video);

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

/** What the badge says from now on. */
declare const badges: string[];

function recordBadges(): void {
  const said: string[] = [];
  const show = Reflect.get(chrome.action, 'setBadgeText') as (details: unknown) => Promise<void>;
  Object.assign(globalThis, { badges: said });
  Object.assign(chrome.action, {
    setBadgeText: (details: chrome.action.BadgeTextDetails) => {
      said.push(details.text ?? '');
      return show.call(chrome.action, details);
    },
  });
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

function isNative(): boolean {
  return String(Reflect.get(navigator.mediaDevices, 'getUserMedia')).includes('[native code]');
}

/** Each site, and whether it is on. */
async function storedSites(): Promise<unknown[]> {
  const stored = await chrome.storage.local.get(null);
  const sites = Object.values(stored) as { origin?: string; on?: boolean }[];
  return sites.map(({ origin, on }) => [origin, on]);
}
