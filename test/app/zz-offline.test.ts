/** The studio when its server is out of reach. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { launchBrowser } from '../fixtures/browser.ts';
import { projectRoot } from '../fixtures/server.ts';
import { startNode } from '../fixtures/signalling.ts';
import { reach, visit } from './studio-page.ts';

it('a second visit needs no server', async () => {
  const node = await startNode({}, join(projectRoot, 'dist'));
  const browser = await launchBrowser();
  try {
    const { page, complaints } = await visit(browser, `${node.url}?input=demo&style=toon`, {
      serviceWorkers: 'allow',
    });
    await page.waitForFunction(() => document.documentElement.dataset.state === 'running', undefined, { timeout: 280_000 });
    // Of the runtime's three builds one is kept, with its script; of the nets those of full precision.
    const missing = () =>
      page.evaluate(async () => {
        const { files } = (await (await fetch('/offline.json')).json()) as { files: string[] };
        const held = (await (await caches.open('portoon')).keys()).map(({ url }) => url);
        return files.filter(
          (file) =>
            !/\.(jspi|asyncify)-|-half\.onnx/.test(file) && !held.includes(new URL(file, location.href).href),
        );
      });
    await expect.poll(missing, { timeout: 60_000, interval: 500 }).toEqual([]);
    expect(complaints).toEqual([]);

    await node.close();
    // Another look than before: what nobody has loaded yet is there as well.
    await page.goto(`${node.url}?input=demo&style=udnie`);
    await page.waitForFunction(() => document.documentElement.dataset.state === 'running', undefined, { timeout: 280_000 });
    await page.waitForFunction(() => (window.portoon?.stats().ms.style ?? 0) > 0, undefined, {
      polling: 100,
    });
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  } finally {
    await browser.close();
    await node.close();
  }
});

it('what is kept is what a machine on WebGPU runs on', { timeout: 900_000, retry: 0 }, async () => {
  const node = await startNode({}, join(projectRoot, 'dist'));
  const browser = await launchBrowser({ webgpu: true });
  try {
    // The software adapter takes seconds for a net's run: nobody is to be seen.
    const query = '?input=demo&style=none&region=everything&ep=webgpu';
    const { page } = await visit(browser, `${node.url}${query}`, { serviceWorkers: 'allow' });
    await page.waitForFunction(() => document.documentElement.dataset.state === 'running', undefined, { timeout: 280_000 });
    const runtimes = () =>
      page.evaluate(async () => {
        const held = (await (await caches.open('portoon')).keys()).map(({ url }) => url);
        return held.flatMap((url) => /ort-wasm-simd-threaded\.?(\w*)-[^/]*\.wasm$/.exec(url)?.[1] ?? []);
      });
    await expect.poll(runtimes, { timeout: 60_000, interval: 500 }).toEqual(['jspi']);

    await node.close();
    await page.goto(`${node.url}${query}`);
    await page.waitForFunction(() => document.documentElement.dataset.state === 'running', undefined, { timeout: 280_000 });
    expect(await page.evaluate(() => window.portoon?.stats().ep)).toBe('webgpu');
  } finally {
    await browser.close();
    await node.close();
  }
});
