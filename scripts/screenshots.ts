/**
 * `npx tsx scripts/screenshots.ts`: the README's pictures, taken from the real app on the demo
 * clip, into docs/images.
 */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions } from 'playwright';
import { needChromium } from '../src/cli/get-chromium.ts';
import { baseFlags } from '../test/fixtures/chromium.ts';
import { listen } from '../src/server/listen.ts';
import { createAppServer } from '../src/server/server.ts';
import { buildApp, isFresh } from './build.ts';
import { holdPortrait } from './hold-portrait.ts';

const root = resolve(import.meta.dirname, '..');
const folder = join(root, 'docs/images');

interface Shot {
  name: string;
  query: string;
  context: BrowserContextOptions;
  /** Keys pressed once the picture runs. */
  keys: string[];
}

const shots: Shot[] = [
  {
    name: 'studio',
    query: 'style=toon&stats=1',
    context: { viewport: { width: 1280, height: 760 }, colorScheme: 'dark' },
    keys: ['b'],
  },
  {
    name: 'udnie',
    query: 'style=udnie',
    context: { viewport: { width: 1280, height: 760 }, colorScheme: 'light' },
    keys: [],
  },
  {
    name: 'phone',
    query: 'style=toon&background=blur',
    context: { viewport: { width: 390, height: 700 }, deviceScaleFactor: 2, colorScheme: 'dark' },
    keys: [],
  },
];

async function take(browser: Browser, url: string, { name, query, context, keys }: Shot): Promise<void> {
  const page = await (await browser.newContext(context)).newPage();
  await holdPortrait(page);
  await page.goto(`${url}?input=demo&autostart=1&${query}`);
  // The smoothing and the guard need some frames to settle.
  await page.waitForFunction(() => (window.portoon?.stats().frames ?? 0) > 40, undefined, {
    timeout: 120_000,
    polling: 200,
  });
  for (const key of keys) await page.keyboard.press(key);
  await page.waitForTimeout(1500);
  await page.screenshot({ path: join(folder, `${name}.jpg`), type: 'jpeg', quality: 88 });
  await page.context().close();
}

const executablePath = needChromium();
if (!(await isFresh(root))) await buildApp(root);
await mkdir(folder, { recursive: true });
const app = await listen(createAppServer(join(root, 'dist')), 0);
const browser = await chromium.launch({ executablePath, args: baseFlags });
try {
  for (const shot of shots) await take(browser, app.url, shot);
} finally {
  await browser.close();
  await app.close();
}
