/** The app below a path of a site, and behind a server that hangs. */
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serveBelow, type PathProxy } from '../fixtures/below-path.ts';
import { launchBrowser } from '../fixtures/browser.ts';
import { lightBuild } from '../fixtures/light-app.ts';
import { startNode, type Node } from '../fixtures/signalling.ts';
import { arrive, enter, newLink, sees } from './call-page.ts';
import { reach, visit } from './studio-page.ts';
import { LONG_WAIT } from '../fixtures/waits.ts';

let node: Node;
let proxy: PathProxy;
let browser: Browser;

beforeAll(async () => {
  node = await startNode({ proxies: 1 }, lightBuild());
  [proxy, browser] = await Promise.all([serveBelow('/portoon/', node.url), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await proxy.close();
  await node.close();
});

it('people meet below a path', async () => {
  const link = newLink(proxy.url);
  const [ada, grace] = await Promise.all([arrive(browser, link, 'Ada'), arrive(browser, link, 'Grace')]);
  await enter(ada);
  await enter(grace);
  await Promise.all([sees(ada.page, 'Grace'), sees(grace.page, 'Ada')]);
  expect([...ada.complaints, ...grace.complaints]).toEqual([]);
  await Promise.all([ada.close(), grace.close()]);
});

it('the OBS page runs below a path', async () => {
  const { page, complaints, close } = await visit(browser, `${proxy.url}obs.html?input=demo&style=toon`);
  await reach(page, 'running');
  expect(complaints).toEqual([]);
  await close();
});

it('the studio starts from its copy when the server accepts requests but never answers', async () => {
  const { page, complaints, close } = await visit(browser, `${proxy.url}?input=demo&style=none`, {
    serviceWorkers: 'allow',
  });
  await reach(page, 'running');
  const kept = () =>
    page.evaluate(async () => {
      const { scope } = await navigator.serviceWorker.ready;
      const { files } = (await (await fetch('offline.json')).json()) as { files: string[] };
      const held = (await (await caches.open('portoon /portoon/')).keys()).map(({ url }) => url);
      // The browser keeps only the build of the runtime that it uses, and of the nets only those in
      // full precision.
      const missing = files.filter(
        (file) =>
          !/\.(jspi|asyncify)-|-half\.onnx/.test(file) && !held.includes(new URL(file, location.href).href),
      );
      return { scope, missing };
    });
  await expect.poll(kept, { ...LONG_WAIT, interval: 500 }).toEqual({ scope: proxy.url, missing: [] });
  expect(complaints).toEqual([]);

  proxy.hang();
  await page.goto(`${proxy.url}?input=demo&style=none&region=everything`);
  await reach(page, 'running');
  await close();
});
