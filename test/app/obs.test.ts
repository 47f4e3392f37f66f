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
