/** The studio when its server is out of reach. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { launchBrowser } from '../fixtures/browser.ts';
import { projectRoot } from '../fixtures/server.ts';
import { startNode } from '../fixtures/signalling.ts';
import { reach, visit } from './studio-page.ts';
import { LONG_WAIT } from '../fixtures/waits.ts';

it('a second visit needs no server', async () => {
  const node = await startNode({}, join(projectRoot, 'dist'));
  const browser = await launchBrowser();
  try {
    const { page, complaints } = await visit(browser, `${node.url}?input=demo&style=toon`, {
      serviceWorkers: 'allow',
    });
    await reach(page, 'running');
    // The browser keeps only the build of the runtime that it uses, with its script, and of the
    // nets only those in full precision.
    const missing = () =>
      page.evaluate(async () => {
        const { files } = (await (await fetch('/offline.json')).json()) as { files: string[] };
        const held = (await (await caches.open('portoon')).keys()).map(({ url }) => url);
        return files.filter(
          (file) =>
            !/\.(jspi|asyncify)-|-half\.onnx/.test(file) && !held.includes(new URL(file, location.href).href),
        );
      });
    await expect.poll(missing, { ...LONG_WAIT, interval: 500 }).toEqual([]);
    expect(complaints).toEqual([]);

    await node.close();
    // A style that was not loaded before the server stopped must be available as well.
    await page.goto(`${node.url}?input=demo&style=udnie`);
    await reach(page, 'running');
    await page.waitForFunction(() => (window.portoon?.stats().ms.style ?? 0) > 0, undefined, {
      polling: 100,
    });
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  } finally {
    await browser.close();
    await node.close();
  }
});
