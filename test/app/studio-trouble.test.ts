import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../fixtures/browser.ts';
import { lightBuild } from '../fixtures/light-app.ts';
import { serveApp } from '../fixtures/server.ts';
import { message, reach, visit } from './studio-page.ts';

let browser: Browser;
let server: Awaited<ReturnType<typeof serveApp>>;
let home: string;

beforeAll(async () => {
  [server, browser] = await Promise.all([serveApp(lightBuild()), launchBrowser()]);
  home = server.url;
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

describe('the address', () => {
  it('may be wrong: each parameter is named with what it takes, and the page goes on', async () => {
    const query =
      'input=demo&style=gouache&region=nose&strength=7&background=sparkling&ep=cuda&quality=high&stats=yes&zoom=2';
    const { page, close } = await visit(browser, `${home}?${query}`);
    await reach(page, 'running');
    const notice = message(page, 'style=gouache');
    await notice.waitFor();
    const text = (await notice.textContent()) ?? '';
    for (const sentence of [
      '“region=nose” was ignored: it must be person, face, hair, clothes, background or everything.',
      '“strength=7” was ignored: it must be from 0 to 1.',
      '“background=sparkling” was ignored: it must be live, blur, transparent,',
      '“ep=cuda” was ignored: it must be auto, webgpu or wasm.',
      '“quality=high” was ignored: it must be auto or',
      '“stats=yes” was ignored: it must be 1 or 0.',
      '“style=gouache” was ignored: it must be none',
      'Ignored in the link: zoom.',
      'ERR_PARAMETER',
    ])
      expect(text).toContain(sentence);
    expect(await page.locator('.notice').count()).toBe(1);
    await page.getByRole('button', { name: /^Dismiss/ }).click();
    expect(await page.locator('.notice').count()).toBe(0);
    await close();
  });

  it('may name a video that is not there', async () => {
    const { page, close } = await visit(browser, `${home}?input=/nowhere.webm`);
    const problem = page.getByRole('alert');
    await problem.getByText('ERR_VIDEO_UNREADABLE').waitFor();
    await problem.getByRole('button', { name: 'Use the demo' }).click();
    await reach(page, 'running');
    await close();
  });

  it('may name a background that is not a picture', async () => {
    const { page, close } = await visit(browser, `${home}?input=demo&style=none&background=/index.html`);
    await message(page, 'ERR_IMAGE_UNREADABLE').waitFor();
    await reach(page, 'running');
    // Without the image the background is blurred: somebody who wanted an image did not want to
    // show their room.
    expect(await page.getByRole('radio', { name: 'Blur' }).isChecked()).toBe(true);
    await close();
  });
});

describe('a camera', () => {
  it('that is denied: says how to allow it, and offers the demo', async () => {
    const strict = await launchBrowser({ allowCamera: false });
    try {
      const { page, close } = await visit(strict, `${home}?autostart=1`);
      const problem = page.getByRole('alert');
      await problem.getByText('ERR_CAMERA_DENIED').waitFor();
      await problem.getByRole('button', { name: 'Try again' }).waitFor();
      await problem.getByRole('button', { name: 'Use the demo' }).click();
      await reach(page, 'running');
      expect(await problem.count()).toBe(0);
      await close();
    } finally {
      await strict.close();
    }
  });

  it('that is missing is watched for', async () => {
    const before = `
      const { mediaDevices } = navigator;
      const { getUserMedia, enumerateDevices } = MediaDevices.prototype;
      window.plugged = false;
      mediaDevices.enumerateDevices = async () => window.plugged ? enumerateDevices.call(mediaDevices) : [];
      mediaDevices.getUserMedia = (wish) => window.plugged
        ? getUserMedia.call(mediaDevices, wish)
        : Promise.reject(new DOMException('none', 'NotFoundError'));`;
    const { page, close } = await visit(browser, `${home}?input=camera`, { before, permissions: ['camera'] });
    await page.getByRole('alert').getByText('ERR_CAMERA_MISSING').waitFor();
    await page.evaluate('plugged = true; navigator.mediaDevices.dispatchEvent(new Event("devicechange"))');
    await reach(page, 'running');
    await close();
  });

  it('that is listed but does not open is not asked for again and again', async () => {
    const before = `
      const { mediaDevices } = navigator;
      const { getUserMedia } = MediaDevices.prototype;
      window.mended = false;
      window.calls = 0;
      mediaDevices.getUserMedia = (wish) => {
        window.calls++;
        return window.mended
          ? getUserMedia.call(mediaDevices, wish)
          : Promise.reject(new DOMException('none', 'NotFoundError'));
      };`;
    const { page, close } = await visit(browser, `${home}?input=camera`, { before, permissions: ['camera'] });
    await page.getByRole('alert').getByText('ERR_CAMERA_MISSING').waitFor();
    await page.waitForTimeout(3000);
    expect(await page.evaluate('calls')).toBe(1);
    await page.evaluate('mended = true; navigator.mediaDevices.dispatchEvent(new Event("devicechange"))');
    await reach(page, 'running');
    await close();
  });

  it('that is unplugged leaves its last picture, and comes back by itself', async () => {
    const before = `
      const { mediaDevices } = navigator;
      const { getUserMedia, enumerateDevices } = MediaDevices.prototype;
      window.plugged = true;
      mediaDevices.enumerateDevices = async () => window.plugged ? enumerateDevices.call(mediaDevices) : [];
      mediaDevices.getUserMedia = async (wish) => {
        const stream = await getUserMedia.call(mediaDevices, wish);
        window.cameraTrack = stream.getVideoTracks()[0];
        return stream;
      };`;
    const { page, close } = await visit(browser, `${home}?input=camera`, { before, permissions: ['camera'] });
    await reach(page, 'running');
    await page.evaluate('plugged = false; cameraTrack.stop(); cameraTrack.dispatchEvent(new Event("ended"))');
    await message(page, 'ERR_CAMERA_STOPPED').waitFor();
    await reach(page, 'ready');
    // The stage may still be fading in.
    await page.waitForFunction(() => getComputedStyle(document.querySelector('#stage')!).opacity === '1');
    await page.evaluate('plugged = true; navigator.mediaDevices.dispatchEvent(new Event("devicechange"))');
    await reach(page, 'running');
    expect(await page.locator('.notice').count()).toBe(0);
    await close();
  });
});

describe('the effect', () => {
  it('that cannot start says why, and starts again without a reload', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.route('**/models/manifest.json', (route) => route.fulfill({ status: 404, body: '' }));
    await page.goto(`${home}?input=demo`);
    await reach(page, 'error');
    const problem = page.getByRole('alert');
    await problem.getByText('ERR_MANIFEST').waitFor();
    await page.evaluate('sameDocument = true');
    await page.unroute('**/models/manifest.json');
    await problem.getByRole('button', { name: 'Restart the effect' }).click();
    await reach(page, 'running');
    expect(await page.evaluate('sameDocument')).toBe(true);
    await context.close();
  });

  it('whose style arrives damaged goes on without it', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.route('**/models/style/**', async (route) => {
      const response = await route.fetch();
      const body = await response.body();
      const middle = body.length >> 1;
      body.fill(~body[middle]!, middle, middle + 1);
      await route.fulfill({ response, body });
    });
    await page.goto(`${home}?input=demo`);
    await reach(page, 'running');
    const notice = message(page, 'ERR_MODEL_INTEGRITY');
    await notice.waitFor();
    // The effect reports that the style was reverted before the page asks again.
    await page.locator('input[name=style][value=none]:checked').waitFor({ state: 'attached' });
    await page.unroute('**/models/style/**');
    await notice.getByRole('button', { name: 'Try again' }).click();
    await page.waitForFunction(
      () => document.querySelector('input[name=style]:checked')?.getAttribute('value') !== 'none',
    );
    expect(await page.locator('.notice').count()).toBe(0);
    await context.close();
  });

  it('whose worker dies keeps the last picture until the next one', async () => {
    const { page, close } = await visit(browser, `${home}?input=demo`);
    await reach(page, 'running');
    const opacity = () =>
      page
        .locator('.canvas-holder canvas')
        .first()
        .evaluate((canvas) => getComputedStyle(canvas).opacity);
    // Waits until the stage has faded in.
    await expect.poll(opacity).toBe('1');
    const worker = page.workers().find((candidate) => candidate.url().includes('effect'));
    await worker!.evaluate(() => {
      setTimeout(() => {
        throw new Error('struck by the test');
      });
    });
    await message(page, 'ERR_WORKER_DIED').waitFor();
    expect(await opacity()).toBe('1');
    await reach(page, 'running');
    await expect.poll(() => page.locator('canvas').count()).toBe(1);
    expect(await page.locator('#stage').count()).toBe(1);
    await close();
  });

  it('that this browser cannot run is explained in one sentence', async () => {
    const { page, close } = await visit(browser, `${home}?input=demo`, {
      before: 'delete window.VideoFrame',
    });
    await reach(page, 'error');
    await page.getByRole('alert').getByText('ERR_UNSUPPORTED_BROWSER').waitFor();
    expect(await page.getByRole('button', { name: 'Restart the effect' }).count()).toBe(0);
    await close();
  });
});
