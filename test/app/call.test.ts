import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/server/app.ts';
import { listen } from '../../src/server/listen.ts';
import { launchBrowser } from '../fixtures/browser.ts';
import { networkProcess, processes } from '../fixtures/browser-processes.ts';
import { recorded } from '../fixtures/clapper.ts';
import { fakeCamera, type FakeCamera } from '../fixtures/fake-camera.ts';
import { noFfmpeg } from '../fixtures/ffmpeg.ts';
import { projectRoot } from '../fixtures/server.ts';
import { TestPage } from '../fixtures/signalling.ts';
import {
  arrive,
  beepsInNewestClip,
  come,
  difference,
  enter,
  fakeMicrophone,
  goesOn,
  lastOfAll,
  newLink,
  offFrame,
  pixels,
  runs,
  sees,
  tile,
  TONE,
  toneOf,
  WATCH,
  type Person,
} from './call-page.ts';
import { reach, visit } from './studio-page.ts';
import { LONG_WAIT, WAIT } from '../fixtures/waits.ts';

/** The clip of Ada's camera, with its true mattes. */
let clip: FakeCamera;
let microphone: { args: string[]; remove: () => Promise<void> };
let ada: Browser;
let grace: Browser;
/** The third person's browser, until the test kills it. */
let doomed: Browser | undefined;
let app: { url: string; port: number; close: () => Promise<void> };

/** Runs the whole server in this process. Given a port, it replaces a server that was closed. */
async function serve(port = 0) {
  const { http, signalling } = await createApp(join(projectRoot, 'dist'), {
    turn: { urls: [], secret: '' },
    proxies: 0,
  });
  const listening = await listen(http, port);
  return {
    url: listening.url,
    port: listening.port,
    async close() {
      await signalling.close();
      await listening.close();
    },
  };
}

beforeAll(async () => {
  microphone = await fakeMicrophone();
  const { args } = microphone;
  // The camera shows one still picture, so what is sent and what is seen can be compared at any
  // moment.
  clip = await fakeCamera({ frames: 1, width: 320, height: 180 });
  const moving = await fakeCamera({ frames: 60, width: 320, height: 180, numbered: false });
  [app, ada, grace] = await Promise.all([
    serve(),
    launchBrowser({ camera: clip.path, args }),
    launchBrowser({ camera: moving.path, args }),
  ]);
});
afterAll(async () => {
  for (const browser of [ada, grace, doomed]) await browser?.close();
  await app.close();
  await microphone.remove();
});

/** One call from its first click to its end: each test goes on where the one before it stopped. */
describe('a call of two', () => {
  /** Ada, who made the room and is its host. */
  let a: Person;
  let b: Person;
  let link: string;
  afterAll(async () => {
    await a.close();
    await b.close();
  });

  it('is started by the key C and joined from its link; each sees the other’s cartoon and hears their beeps', async () => {
    // When the test is tried a second time, the pages of the first try would take its time.
    const leftover = [ada, grace].flatMap((browser) => browser.contexts());
    await Promise.all(leftover.map((context) => context.close()));
    a = await come(ada, `${app.url}?input=camera&style=toon`);
    await runs(a);
    const { page } = a;
    await page.keyboard.press('c');
    await page.getByRole('heading', { name: 'Start a call' }).waitFor();
    link = await page.getByLabel('Link to this call').inputValue();
    expect(new URL(link).searchParams.get('room')).toMatch(/^[\w-]{22}$/);
    expect(page.url()).toBe(link);
    const name = page.getByLabel('Your name');
    await name.pressSequentially('Ada B');
    expect(await name.inputValue()).toBe('Ada B');
    await name.fill('Ada');
    await enter(a);
    await page.getByRole('heading', { name: 'Nobody else is here yet' }).waitFor();
    // The focus moves to the controls of the call.
    await page.getByRole('button', { name: 'Turn the microphone off' }).and(page.locator(':focus')).waitFor();

    b = await arrive(grace, link, 'Grace');
    await enter(b);
    await Promise.all([sees(page), sees(b.page)]);
    await tile(page, 'Grace').waitFor();
    await tile(b.page, 'Ada').waitFor();
    await page.getByRole('heading', { name: 'Nobody else is here yet' }).waitFor({ state: 'detached' });

    // Grace sees what Ada's stage shows, not what Ada's camera gives.
    await goesOn(b.page);
    // A connection begins with few bits; the codec needs a moment for the edges. Meanwhile the
    // drawing may change, as the effect looks for the resolution that this machine can keep up.
    const seen = () => pixels(b.page, '.person video');
    const error = async () => difference(await seen(), await pixels(page, '#stage'));
    await expect.poll(error, LONG_WAIT).toBeLessThan(4);
    const cartoon = await seen();
    // Compared with the clip itself: the person is drawn, the room is unchanged.
    expect(offFrame(cartoon, clip.frame(0), (distance) => distance >= 6)).toBeGreaterThan(10);
    expect(offFrame(cartoon, clip.frame(0), (distance) => distance <= -6)).toBeLessThan(6);
    await page.keyboard.press('0');
    await page.waitForFunction(
      () => document.querySelector('input[name=style]:checked')?.getAttribute('value') === 'none',
    );
    await goesOn(b.page);
    const camera = await pixels(page, '#stage');
    expect(difference(cartoon, camera)).toBeGreaterThan(5);
    await expect.poll(error, LONG_WAIT).toBeLessThan(4);

    // A picture that is cropped at the sides can be shown whole, and cropped again.
    const fit = () =>
      tile(page, 'Grace')
        .locator('video')
        .evaluate((video) => getComputedStyle(video).objectFit);
    await page.getByRole('button', { name: 'Show the whole picture: Grace' }).click();
    expect(await fit()).toBe('contain');
    await page.getByRole('button', { name: 'Fill the tile: Grace' }).click();
    expect(await fit()).toBe('cover');

    await tile(page, 'Grace').and(page.locator('[data-speaking]')).waitFor();
    await b.page.locator('.person.own[data-speaking]').waitFor();
    for (const listener of [page, b.page]) expect(Math.abs((await toneOf(listener)) - TONE)).toBeLessThan(60);
  });

  it('is recorded with everybody’s sound only if that was chosen, and everybody is told', async () => {
    const { page } = a;
    // Ada is muted, so any beep in her clips comes from Grace.
    await page.keyboard.press('m');
    const mark = b.page.getByText('Recording the call', { exact: true });
    await page.keyboard.press('r');
    await recorded(page, 2);
    expect(await mark.count()).toBe(0);
    await page.keyboard.press('r');
    if (!noFfmpeg) expect(await beepsInNewestClip(page)).toBe(0);

    await page.getByRole('button', { name: 'Recording options' }).click();
    await page.getByRole('switch', { name: 'Everyone’s sound' }).check({ force: true });
    await page.keyboard.press('Escape');
    await page.keyboard.press('r');
    await mark.waitFor();
    await b.page.locator('.notice', { hasText: 'Ada is recording the call' }).waitFor();
    await recorded(page, 3);
    await page.keyboard.press('r');
    await mark.waitFor({ state: 'detached' });
    if (!noFfmpeg) expect(await beepsInNewestClip(page)).toBeGreaterThan(0);
    await page.keyboard.press('m');
  });

  it('changes style, region and camera without negotiating again, and shows who is muted or has no camera', async () => {
    const live = await pixels(a.page, '#stage');
    const offers = () => a.page.evaluate<string>('connections[0].localDescription.sdp');
    const agreed = await offers();
    const signals = a.sent.filter((name) => name === 'signal').length;

    await a.page.locator('input[name=style][value=toon]').check({ force: true });
    await expect
      .poll(async () => difference(await pixels(b.page, '.person video'), live), LONG_WAIT)
      .toBeGreaterThan(4);
    await a.page.keyboard.press('g');
    await a.page.locator('input[name=style][value=none]').check({ force: true });

    await a.page.keyboard.press('v');
    await tile(b.page, 'Ada').locator('.avatar').waitFor();
    await a.page.waitForFunction(
      'opened.filter(({ kind }) => kind === "video").every(({ readyState }) => readyState === "ended")',
    );
    await a.page.keyboard.press('v');
    await tile(b.page, 'Ada').locator('.avatar').waitFor({ state: 'detached' });
    await goesOn(b.page);

    await a.page.keyboard.press('m');
    await tile(b.page, 'Ada').getByText('microphone off').waitFor({ state: 'attached' });
    await a.page.keyboard.press('m');
    await tile(b.page, 'Ada').getByText('microphone off').waitFor({ state: 'detached' });

    // The browser fires this event often, whenever it corrects its estimate of the network's speed.
    // It must not cause a new offer either.
    await a.page.evaluate('navigator.connection.dispatchEvent(new Event("change"))');
    await goesOn(b.page);

    expect(await offers()).toBe(agreed);
    expect(await a.page.evaluate('connections.length')).toBe(1);
    // A few late candidates are allowed; an offer would be more.
    expect(a.sent.filter((name) => name === 'signal').length - signals).toBeLessThanOrEqual(3);
  });

  it('goes on without the effect: the others are seen and heard, and the effect can be restarted', async () => {
    const { page } = a;
    await page.evaluate('document.querySelector(".person video").dataset.kept = "yes"');
    // The worker dies, and a new one cannot be loaded.
    await page.route(/effect\.worker/, (route) => route.abort());
    const worker = page.workers().find((candidate) => candidate.url().includes('effect.worker'));
    await worker!.evaluate(() => {
      setTimeout(() => {
        throw new Error('struck by the test');
      });
    });
    await page.waitForFunction(() => document.documentElement.dataset.state === 'error');
    const told = page.locator('.notice', { hasText: 'The call goes on without your picture.' });
    await told.getByText('ERR_WORKER_DIED').waitFor();
    // The same element must still be there: a video that is removed and inserted again is silent
    // meanwhile.
    const other = page.locator('.person:not(.own) video');
    expect(await other.getAttribute('data-kept')).toBe('yes');
    expect(await other.evaluate((video: HTMLVideoElement) => video.paused || video.muted)).toBe(false);
    await goesOn(page);
    await tile(b.page, 'Ada').locator('.avatar').waitFor();

    await page.unroute(/effect\.worker/);
    await page.locator('.person.own').getByRole('button', { name: 'Restart the effect' }).click();
    await runs(a);
    await told.waitFor({ state: 'detached' });
    await tile(b.page, 'Ada').locator('.avatar').waitFor({ state: 'detached' });
    await goesOn(b.page);
  });

  it.runIf(process.platform === 'linux')(
    'finds another network path after the network stopped for a while',
    async () => {
      const fragment = () =>
        b.page.evaluate<string>('/ice-ufrag:(.+)/.exec(connections.at(-1).localDescription.sdp)[1]');
      const before = await fragment();
      // Stopping this process stops all traffic: frames, heartbeats and the server's messages.
      const network = networkProcess(await processes(ada));
      process.kill(network, 'SIGSTOP');
      try {
        // Grace's page either waits for the connection, or has already been told by the server that
        // Ada left.
        await b.page.locator('.person:is([data-link=reconnecting], .invitation)').waitFor(WAIT);
      } finally {
        process.kill(network, 'SIGCONT');
      }
      await b.page.locator('.person[data-link=connected]').waitFor(LONG_WAIT);
      await goesOn(b.page);
      await goesOn(a.page);
      // If the old path comes back by itself, the new one that was asked for meanwhile comes later.
      await expect.poll(fragment, LONG_WAIT).not.toBe(before);
      const found = await fragment();

      // After a change of network the page restarts ICE at once, without waiting for silence. Where
      // an offer is still under way, only that one is sent again; then the network changes anew.
      const afterChange = async () => {
        await a.page.context().setOffline(true);
        await a.page.context().setOffline(false);
        return fragment();
      };
      await expect.poll(afterChange, { ...LONG_WAIT, interval: 5000 }).not.toBe(found);
      await a.page.getByText('server offline').waitFor({ state: 'detached' });
      await goesOn(b.page);
    },
  );

  it('goes on while the server restarts, stays locked, and lets a third in when its host opens it', async () => {
    const { page: pageA } = a;
    const { page: pageB } = b;
    await pageA.getByRole('button', { name: 'People and link' }).click();
    const lock = pageA.getByRole('switch', { name: 'Lock the call' });
    await pageA.locator('label', { hasText: 'Lock the call' }).click();
    await pageB.getByRole('button', { name: 'People and link' }).click();
    const told = pageB.getByText('The host has locked this call.');
    await told.waitFor();
    expect(await pageB.getByRole('switch', { name: 'Lock the call' }).count()).toBe(0);

    const connections = await pageA.evaluate('connections.length');
    const { port } = app;
    await app.close();
    await pageA.getByText('server offline').waitFor({ state: 'attached' });
    // A request that needs the server is refused at once, and is not sent later either.
    await pageA.locator('label', { hasText: 'Lock the call' }).click();
    await pageA
      .locator('.notice', { hasText: 'The call server can’t be reached' })
      .getByText('ERR_SIGNALLING')
      .waitFor();
    expect(await lock.isChecked()).toBe(true);
    await Promise.all([goesOn(pageA), goesOn(pageB)]);
    app = await serve(port);
    for (const page of [pageA, pageB]) await page.getByText('server offline').waitFor({ state: 'detached' });
    await Promise.all([goesOn(pageA), goesOn(pageB)]);
    expect(await pageA.evaluate('connections.length')).toBe(connections);
    // Signalling works again.
    await pageA.keyboard.press('m');
    await tile(pageB, 'Ada').getByText('microphone off').waitFor({ state: 'attached' });

    // In a browser of her own, because the test kills that browser next.
    doomed = await launchBrowser();
    const { page: pageC } = await arrive(doomed, link, 'Mary');
    await pageC.getByRole('button', { name: /^Join/ }).click();
    await pageC.getByRole('alert').getByText('ERR_ROOM_LOCKED').waitFor();
    expect(await lock.isChecked()).toBe(true);
    await pageA.locator('label', { hasText: 'Lock the call' }).click();
    await told.waitFor({ state: 'detached' });
    await pageC.getByRole('button', { name: /^Join/ }).click();
    await Promise.all([
      ...[sees(pageA, 'Grace'), sees(pageA, 'Mary')],
      ...[sees(pageB, 'Ada'), sees(pageB, 'Mary')],
      ...[sees(pageC, 'Ada'), sees(pageC, 'Grace')],
    ]);
    await Promise.all([goesOn(pageA), goesOn(pageB), goesOn(pageC)]);
    expect(await Promise.all([pageA, pageB, pageC].map((page) => tile(page).count()))).toEqual([2, 2, 2]);
    // Everybody sees their own picture, and both others see Ada's still one. With three people each
    // stream gets fewer bits, so the pictures are compared at a small size.
    const ofAda = await pixels(pageA, '#stage', 16, 9);
    for (const page of [pageB, pageC])
      await expect
        .poll(
          async () => difference(await pixels(page, '.person[aria-label=Ada] video', 16, 9), ofAda),
          LONG_WAIT,
        )
        .toBeLessThan(8);
    expect(difference(await pixels(pageB, '.person[aria-label=Mary] video', 16, 9), ofAda)).toBeGreaterThan(
      16,
    );
  });

  it('shows that a browser was killed', async () => {
    const all = await processes(doomed!);
    for (const id of all) process.kill(id, 'SIGKILL');
    doomed = undefined;
    await tile(a.page, 'Mary').waitFor({ state: 'detached' });
    await a.page.getByText('Mary left the call').waitFor();
    await tile(b.page, 'Mary').waitFor({ state: 'detached' });
  });

  it('continues for a person whom a restarted server refuses, until they can rejoin', async () => {
    const { page } = b;
    const room = new URL(link).searchParams.get('room')!;
    // Cuts the page off from the server. The direct connection to the other person stays.
    await page.context().setOffline(true);
    const { port } = app;
    await app.close();
    app = await serve(port);
    await a.page.getByText('server offline').waitFor({ state: 'detached' });
    const strangers = Array.from({ length: 5 }, () => new TestPage(app.url));
    try {
      for (const stranger of strangers) await stranger.join(room);
      await page.context().setOffline(false);
      const told = page.locator('.notice', { hasText: 'The server won’t let you back in' });
      await told.getByText('ERR_ROOM_FULL').waitFor();
      await page.getByText('not let back in', { exact: false }).first().waitFor();
      await goesOn(page);
      await a.page.locator('.person[aria-label=Grace] video[data-shown]').waitFor();
      for (const stranger of strangers) await stranger.code('leave', {});
      await told.waitFor({ state: 'detached' });
    } finally {
      for (const stranger of strangers) stranger.close();
    }
    await page.keyboard.press('m');
    await tile(a.page, 'Grace').getByText('microphone off').waitFor({ state: 'attached' });
    await page.keyboard.press('m');
    await Promise.all([goesOn(a.page), goesOn(page)]);
  });

  it('frees the camera and microphone of the person who leaves, who is host again on return', async () => {
    await a.page.getByRole('button', { name: 'Leave' }).click();
    await b.page.getByRole('heading', { name: 'Nobody else is here yet' }).waitFor();
    await b.page.getByText('Ada left the call').waitFor();
    await a.page.waitForFunction('opened.every(({ readyState }) => readyState === "ended")');
    expect(new URL(a.page.url()).searchParams.has('room')).toBe(false);
    await a.page.getByRole('button', { name: 'Call', exact: true }).and(a.page.locator(':focus')).waitFor();

    await a.page.goto(`${link}&style=none`);
    await runs(a);
    await enter(a);
    await sees(a.page, 'Grace');
    await a.page.getByRole('button', { name: 'People and link' }).click();
    await a.page.locator('.people summary').click();
    await a.page.getByRole('button', { name: 'Remove Grace from the call' }).click();
    await b.page.locator('.notice').getByText('ERR_REMOVED').waitFor();
    await b.page.waitForFunction('opened.every(({ readyState }) => readyState === "ended")');
    await a.page.getByRole('heading', { name: 'Nobody else is here yet' }).waitFor();
    // The call is locked after a removal; otherwise the link would let the removed person in again.
    await a.page.locator('.notice', { hasText: 'Grace was removed' }).waitFor();
    expect(await a.page.getByRole('switch', { name: 'Lock the call' }).isChecked()).toBe(true);
  });
});

describe('a room', () => {
  it('that no link can name is reported, and leads to the studio', async () => {
    const { page, close } = await visit(ada, `${app.url}?room=short&input=demo&style=none`);
    await page.locator('.notice', { hasText: 'incomplete' }).waitFor();
    await page.getByRole('button', { name: 'Call', exact: true }).waitFor();
    await close();
  });

  it('is left by a page whose last step of joining failed: it shows the lobby, and the others see it leave', async () => {
    const link = newLink(app.url);
    const first = new TestPage(app.url);
    await first.join(new URL(link).searchParams.get('room')!, { rejoin: lastOfAll() });
    const before = `
      const { replaceTrack } = RTCRtpSender.prototype;
      window.broken = true;
      RTCRtpSender.prototype.replaceTrack = function (track) {
        return window.broken && track ? Promise.reject(new Error('struck by the test')) : replaceTrack.call(this, track);
      };`;
    const { page, complaints, close } = await arrive(ada, link, 'Ada', before);
    const way = page.getByRole('button', { name: /^Join/ });
    await way.click();
    await page.getByRole('alert').getByText('struck by the test').waitFor();
    await first.next('left');
    await way.and(page.locator(':focus')).waitFor();
    expect(complaints).toEqual([]);
    await page.evaluate('broken = false');
    await way.click();
    await page.getByRole('toolbar', { name: 'Call' }).waitFor();
    first.close();
    await close();
  });

  it('is joined by a browser that is slow to report its encoders, and by one of its tabs only', async () => {
    const before = `${WATCH}
      const { encodingInfo } = MediaCapabilities.prototype;
      MediaCapabilities.prototype.encodingInfo = async function (wish) {
        await new Promise((resolve) => setTimeout(resolve, 1500));
        return encodingInfo.call(this, wish);
      };`;
    const { page, close } = await visit(ada, `${newLink(app.url)}&style=none`, {
      permissions: ['camera', 'microphone'],
      before,
    });
    await page.getByRole('button', { name: /^Join/ }).click();
    await page.getByRole('heading', { name: 'Nobody else is here yet' }).waitFor();

    // Two tabs of one browser would hear each other's loudspeaker.
    const second = await page.context().newPage();
    await second.goto(page.url());
    await second.getByRole('button', { name: /^Join/ }).click();
    await second.getByRole('alert').getByText('ERR_CALL_ELSEWHERE').waitFor();
    await second.getByRole('button', { name: 'Join here instead' }).click();
    await second.getByRole('heading', { name: 'Nobody else is here yet' }).waitFor();
    await page.locator('.notice').getByText('ERR_CALL_ELSEWHERE').waitFor();
    await close();
  });

  it('turns off the camera of a guest who goes back, even one that is still opening', async () => {
    const slow = `${WATCH}
      const quick = MediaDevices.prototype.getUserMedia;
      MediaDevices.prototype.getUserMedia = async function (wish) {
        if (wish.video) await new Promise((resolve) => setTimeout(resolve, 1500));
        return quick.call(this, wish);
      };`;
    for (const before of [slow, WATCH]) {
      const { page, close } = await visit(ada, `${newLink(app.url)}&style=none`, {
        permissions: ['camera', 'microphone'],
        before,
      });
      if (before === WATCH) await reach(page, 'running');
      await page.getByRole('button', { name: 'Not now' }).click();
      const states = () =>
        page.evaluate<string[]>('opened.filter((t) => t.kind === "video").map((t) => t.readyState)');
      await expect.poll(states).toEqual(['ended']);
      await page.getByRole('button', { name: 'Use my camera' }).waitFor();
      await close();
    }
  });

  it('has a lobby that says what is missing, and can be joined without a microphone', async () => {
    const before = `${WATCH}
      const real = MediaDevices.prototype.getUserMedia;
      MediaDevices.prototype.getUserMedia = function (wish) {
        return wish.audio ? Promise.reject(new DOMException('no', 'NotAllowedError')) : real.call(this, wish);
      };`;
    const { page, close } = await visit(ada, `${newLink(app.url)}&style=none`, {
      permissions: ['camera'],
      before,
    });
    await page.getByText('The microphone is blocked').waitFor();
    await page.getByRole('button', { name: /^Join/ }).click();
    await page.getByRole('heading', { name: 'Nobody else is here yet' }).waitFor();
    await close();
  });
});
