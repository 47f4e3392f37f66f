import { join } from 'node:path';
import { PNG } from 'pngjs';
import type { Browser, Page, Request } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAppServer } from '../../src/server/server.ts';
import { listen, type Listening } from '../../src/server/listen.ts';
import { launchBrowser } from '../fixtures/browser.ts';
import { softwareObsFlags } from '../fixtures/chromium.ts';
import { judgeCutOut } from '../fixtures/cut-out.ts';
import { fakeCamera, type FakeCamera } from '../fixtures/fake-camera.ts';
import { projectRoot } from '../fixtures/server.ts';
import { meanDifference } from '../fixtures/stage.ts';
import { startWhipServer, type WhipServer } from '../fixtures/whip-server.ts';
import { reach, visit } from './studio-page.ts';
import { WAIT } from '../fixtures/waits.ts';

let camera: FakeCamera;
let browser: Browser;
let server: WhipServer;
let app: Listening;

const address = (query = '') => `${app.url}obs.html?whep=${server.origin}/whep/live${query}`;
const asked = () => server.asked.filter(({ method }) => method === 'POST').length;
const text = (page: Page) => page.evaluate(() => document.body.innerText);

/** Lets the test do with the page's camera what a key of the keyboard does. */
const keepCamera = `
  const { mediaDevices } = navigator;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => {
    const stream = await open(constraints);
    const [track] = stream.getVideoTracks();
    window.switchCamera = (on) => {
      Object.defineProperty(track, 'muted', { value: !on, configurable: true });
      track.dispatchEvent(new Event(on ? 'unmute' : 'mute'));
    };
    return stream;
  };`;

// Playing a stream is tested in `janus.test.ts`. These tests check what must work without a stream.
describe('the OBS page without a stream', () => {
  beforeAll(async () => {
    camera = await fakeCamera({ frames: 1, width: 640, height: 360 });
    [browser, server] = await Promise.all([
      launchBrowser({ camera: camera.path, allowCamera: false, args: softwareObsFlags }),
      startWhipServer(),
    ]);
    server.replies.POST = [(_, response) => void response.writeHead(404).end()];
    app = await listen(createAppServer(join(projectRoot, 'dist'), {}, [server.origin]), 0);
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([server.close(), app.close()]);
  });

  it('shows nothing at all, and keeps asking for the stream', async () => {
    const { page, close } = await visit(browser, address('&fit=wrong&token=t'), {
      viewport: { width: 200, height: 120 },
    });
    const before = asked();
    await expect.poll(asked).toBeGreaterThan(before + 2);
    expect(server.asked.at(-1)!.headers.authorization).toBe('Bearer t');
    expect(await text(page)).toBe('');
    const { data } = PNG.sync.read(await page.screenshot({ omitBackground: true }));
    expect(data.every((value) => value === 0)).toBe(true);
    const style = await page.evaluate(() => {
      const { cursor, overflow } = getComputedStyle(document.body);
      return { cursor, overflow };
    });
    expect(style).toEqual({ cursor: 'none', overflow: 'hidden' });
    await close();
  });

  it('says what is wrong if `debug` is set', async () => {
    const { page, close } = await visit(browser, address('&fit=wrong&debug=1&chroma=0000ff'));
    await expect.poll(() => text(page)).toContain('knows no stream at this address (404)');
    expect(await text(page)).toContain('fit=wrong: fit takes contain or cover.');
    expect(await page.evaluate(() => document.body.style.background)).toBe('rgb(0, 0, 255)');
    await close();
  });

  it('says what an address lacks that names nothing to show', async () => {
    const { page, close } = await visit(browser, `${app.url}obs.html?style=comic`);
    await expect.poll(() => text(page)).toContain('Nothing to show: take the link that the studio shows');
    await close();
  });

  it('runs the effect itself if it may use the camera, and says what is missing only if `debug` is set', async () => {
    const size = { width: 640, height: 360 };
    const { page, complaints, close } = await visit(
      browser,
      `${app.url}obs.html?input=camera&quality=96&onlost=clear`,
      {
        viewport: size,
        permissions: ['camera'],
        before: keepCamera,
      },
    );
    await reach(page, 'running');
    const { matte, rgba } = camera.frame(0);
    const look = async () => {
      const picture = PNG.sync.read(await page.screenshot({ omitBackground: true }));
      const inside = (pixel: number) => matte[pixel] === 255 && picture.data[4 * pixel + 3] === 255;
      return { ...judgeCutOut(picture, matte), drawn: meanDifference(picture.data, rgba, inside) };
    };
    // The matte and the style settle over the first frames, so the picture is polled as a whole. On
    // a busy machine the governor takes a smaller matte, whose edge is softer.
    await expect
      .poll(look, WAIT)
      .toSatisfy(
        ({ solid, clear, error, drawn }: Awaited<ReturnType<typeof look>>) =>
          solid > 0.96 && clear > 0.995 && error < 4 && drawn > 10,
      );
    await page.evaluate('portoon.set({ style: "none" })');
    await expect.poll(async () => (await look()).drawn).toBeLessThan(5);

    // When a camera is switched off by its key, the page shows what `onlost` asks for, and recovers
    // by itself.
    const isEmpty = async () => {
      const { data } = PNG.sync.read(await page.screenshot({ omitBackground: true }));
      return data.every((value) => value === 0);
    };
    await page.evaluate('switchCamera(false)');
    await reach(page, 'ready');
    await expect.poll(isEmpty).toBe(true);
    await page.evaluate('switchCamera(true)');
    await expect.poll(async () => (await look()).solid).toBeGreaterThan(0.96);
    await reach(page, 'running');
    expect(await text(page)).toBe('');
    expect(complaints).toEqual([]);
    await close();

    // In these two pages nobody allows the camera.
    const [silent, asked] = await Promise.all(
      ['', '&debug=1'].map((more) =>
        visit(browser, `${app.url}obs.html?input=camera${more}`, { viewport: size }),
      ),
    );
    await expect
      .poll(() => text(asked!.page), WAIT)
      .toContain('No camera: start OBS with --enable-media-stream --use-fake-ui-for-media-stream');
    expect(await text(asked!.page)).toContain('The browser was not allowed to use the camera.');
    expect(await text(silent!.page)).toBe('');
    const { data } = PNG.sync.read(await silent!.page.screenshot({ omitBackground: true }));
    expect(data.every((value) => value === 0)).toBe(true);
    await Promise.all([silent!.close(), asked!.close()]);
  });

  it('a deck controls the studio, and a page of another origin does not', async () => {
    const { page: deck, complaints, close } = await visit(browser, `${app.url}deck.html`);
    const [studio] = await Promise.all([
      deck.waitForEvent('popup'),
      deck.getByRole('button', { name: 'Open the studio' }).click(),
    ]);
    await studio.getByRole('button', { name: 'Try the demo' }).click();
    await reach(studio, 'running');
    const says = (words: string) =>
      expect.poll(() => deck.getByRole('status').innerText(), WAIT).toContain(words);
    const ask = async (name: string) => {
      await deck.getByRole('status').evaluate((status) => {
        status.textContent = '';
      });
      await deck.getByRole('button', { name, exact: true }).click();
      await says('Done.');
    };
    const controls = async () => ({
      style: await studio.locator('input[name=style]:checked').inputValue(),
      region: await studio.getByRole('radiogroup', { name: 'Region' }).locator(':checked').inputValue(),
      strength: await studio.getByRole('slider', { name: 'Strength of the style' }).inputValue(),
    });
    expect(await controls()).toEqual({ style: 'toon', region: 'person', strength: '100' });
    for (const name of ['Original', 'Everything', 'Half strength']) await ask(name);
    expect(await controls()).toEqual({ style: 'none', region: 'everything', strength: '50' });

    // Imitates a message from another origin: a page there could not get a reference to the studio.
    await studio.evaluate(() => {
      const data = { portoon: 1, set: { style: 'toon', strength: 0.1 }, mute: true };
      const origin = 'https://elsewhere.example';
      dispatchEvent(new MessageEvent('message', { data, origin, source: opener as Window }));
    });
    await ask('Person');
    expect(await controls()).toEqual({ style: 'none', region: 'person', strength: '50' });

    const post = (data: unknown) =>
      deck.evaluate((data) => {
        open('', 'portoon-studio')!.postMessage(data, location.origin);
      }, data);
    for (const nonsense of [null, 'set', [1], { portoon: 2 }, { ok: true, portoon: 1 }]) await post(nonsense);
    await post({ portoon: 1, id: {}, set: [] });
    await says('id: ');
    await post({ portoon: 1, set: { strength: 7 }, mute: true });
    await says('set.strength: ');
    await post({ portoon: 1, set: { style: 'nobody' } });
    await says('nobody');

    await studio.context().grantPermissions(['microphone']);
    await studio.keyboard.press('c');
    const microphone = studio.getByRole('button', { name: 'Turn the microphone off' });
    await microphone.waitFor();
    await ask('Mute');
    await studio.getByRole('button', { name: 'Turn the microphone on' }).waitFor();
    await ask('Unmute');
    await microphone.waitFor();
    await reach(studio, 'running');
    expect(complaints).toEqual([]);
    await close();
  });

  it('releases the stream while OBS hides the source for long', async () => {
    const { page, close } = await visit(browser, 'about:blank', { before: 'window.obsstudio = {};' });
    const underWay = new Set<Request>();
    page.on('request', (request) => underWay.add(request));
    page.on('requestfinished', (request) => underWay.delete(request));
    page.on('requestfailed', (request) => underWay.delete(request));
    await page.clock.install();
    await page.goto(address());
    const show = (visible: boolean) =>
      page.evaluate(
        (detail) => {
          dispatchEvent(new CustomEvent('obsSourceVisibleChanged', { detail }));
        },
        { visible },
      );
    const goesOn = async () => {
      const before = asked();
      await page.clock.runFor(40_000);
      await expect.poll(asked).toBeGreaterThan(before);
    };
    await expect.poll(asked).toBeGreaterThan(0);
    await goesOn();
    await show(false);
    await page.clock.runFor(5000);
    await show(true);
    await goesOn();
    await show(false);
    await page.clock.runFor(11_000);
    // The last question may be on its way to the server.
    await expect.poll(() => underWay.size).toBe(0);
    const before = asked();
    await page.clock.runFor(120_000);
    expect(asked()).toBe(before);
    await show(true);
    await expect.poll(asked).toBeGreaterThan(before);
    await close();
  });
});
