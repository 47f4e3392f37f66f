import { join } from 'node:path';
import { PNG } from 'pngjs';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAppServer } from '../../src/server/server.ts';
import { listen, type Listening } from '../../src/server/listen.ts';
import { launchBrowser } from '../fixtures/browser.ts';
import { projectRoot } from '../fixtures/server.ts';
import { startWhipServer, type WhipServer } from '../fixtures/whip-server.ts';
import { visit } from './studio-page.ts';

let browser: Browser;
let server: WhipServer;
let app: Listening;

const address = (query = '') => `${app.url}obs.html?whep=${server.origin}/whep/live${query}`;
const asked = () => server.asked.filter(({ method }) => method === 'POST').length;
const text = (page: Page) => page.evaluate(() => document.body.innerText);

// What plays is tested over a real media server; here is what must hold without one.
describe('the OBS page without a stream', () => {
  beforeAll(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startWhipServer()]);
    server.replies.POST = [(_, response) => void response.writeHead(404).end()];
    app = await listen(createAppServer(join(projectRoot, 'dist'), {}, [server.origin]), 0);
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([server.close(), app.close()]);
  });

  it('shows nothing at all, and asks again and again', async () => {
    const { page, close } = await visit(browser, address('&fit=wrong&token=t'), {
      viewport: { width: 200, height: 120 },
    });
    const before = asked();
    await expect.poll(asked, { timeout: 15_000 }).toBeGreaterThan(before + 2);
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

  it('says what is wrong where debug asks for it', async () => {
    const { page, close } = await visit(browser, address('&fit=wrong&debug=1&chroma=0000ff'));
    await expect
      .poll(() => text(page), { timeout: 15_000 })
      .toContain('knows no stream at this address (404)');
    expect(await text(page)).toContain('fit=wrong: fit takes contain or cover.');
    expect(await page.evaluate(() => document.body.style.background)).toBe('rgb(0, 0, 255)');
    await close();
  });

  it('runs the effect in place where it may, transparent, and is steered by pages of its own origin', async () => {
    const { page, close } = await visit(browser, `${app.url}obs.html?input=demo&style=none&debug=1`, {
      viewport: { width: 320, height: 180 },
    });
    await page.waitForFunction(() => document.documentElement.dataset.state === 'running', undefined, {
      timeout: 60_000,
    });
    const alpha = async (x: number, y: number) =>
      PNG.sync.read(await page.screenshot({ omitBackground: true })).data[4 * (320 * y + x) + 3];
    await expect.poll(() => alpha(160, 150), { timeout: 20_000 }).toBeGreaterThan(242);
    expect(await alpha(310, 170)).toBeLessThan(13);
    await expect.poll(() => text(page)).toContain('effect: live');
    const answers = await page.evaluate(async () => {
      const heard: unknown[] = [];
      addEventListener('message', ({ data }: MessageEvent<{ ok?: boolean }>) => {
        if (data.ok !== undefined) heard.push(data);
      });
      const say = (data: unknown, origin = location.origin) =>
        dispatchEvent(new MessageEvent('message', { data, origin, source: window }));
      say({ portoon: 1, id: 'foreign', set: { strength: 0.1 } }, 'https://elsewhere.example');
      say({ portoon: 1, id: 'good', set: { strength: 0.5, region: 'everything' }, mute: true });
      while (heard.length < 1) await new Promise((resolve) => setTimeout(resolve, 20));
      say({ portoon: 1, id: 'bad', set: { strength: 7 } });
      while (heard.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
      return heard;
    });
    expect(answers).toMatchObject([
      { id: 'good', ok: true },
      { ok: false, error: expect.stringContaining('set.strength') as string },
    ]);
    await close();
  });

  it('lets go of the stream while OBS hides the source for long', async () => {
    const { page, close } = await visit(browser, 'about:blank', { before: 'window.obsstudio = {};' });
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
      await expect.poll(asked, { timeout: 5000 }).toBeGreaterThan(before);
    };
    await expect.poll(asked, { timeout: 5000 }).toBeGreaterThan(0);
    await goesOn();
    await show(false);
    await page.clock.runFor(5000);
    await show(true);
    await goesOn();
    await show(false);
    await page.clock.runFor(11_000);
    const before = asked();
    await page.clock.runFor(120_000);
    expect(asked()).toBe(before);
    await show(true);
    await expect.poll(asked, { timeout: 5000 }).toBeGreaterThan(before);
    await close();
  });
});
