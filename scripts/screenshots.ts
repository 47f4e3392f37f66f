/**
 * `npx tsx scripts/screenshots.ts [NAME …]`: the pictures of the README and the guides, taken from
 * the real app on the demo clip, into docs/images; all of them, or those that are named.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions } from 'playwright';
import { needChromium } from '../src/cli/get-chromium.ts';
import sharp from 'sharp';
import { baseFlags } from '../test/fixtures/chromium.ts';
import { convert } from '../test/fixtures/convert-command.ts';
import { decodePictures } from '../test/fixtures/ffmpeg.ts';
import { launchSwitchedOn } from '../test/fixtures/extension.ts';
import { fakeCamera } from '../test/fixtures/fake-camera.ts';
import { writeFilm } from '../test/fixtures/film.ts';
import { listen } from '../src/server/listen.ts';
import { createAppServer } from '../src/server/server.ts';
import { buildApp, isFresh } from './build.ts';
import { farAway } from './demo/far-away.ts';
import { demoFrame, type DemoFrame } from './demo/frame.ts';
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
  // Smoothing and matte cleanup need some frames to settle.
  await page.waitForFunction(() => (window.portoon?.stats().frames ?? 0) > 40, undefined, {
    timeout: 120_000,
    polling: 200,
  });
  for (const key of keys) await page.keyboard.press(key);
  await page.waitForTimeout(1500);
  await page.screenshot({ path: join(folder, `${name}.jpg`), type: 'jpeg', quality: 88 });
  await page.context().close();
}

/** Ways to sit in front of a camera, in the order of the picture. */
const kinds: Readonly<Record<string, (seconds: number) => DemoFrame>> = {
  portrait: (seconds) => demoFrame(seconds, WIDTH, HEIGHT),
  desk: (seconds) => demoFrame(seconds, WIDTH, HEIGHT, { framing: 'desk' }),
  // Beside the laptop.
  far: (seconds) => farAway(seconds, WIDTH, HEIGHT, 0.84),
};
const WIDTH = 1280;
const HEIGHT = 720;
/** Frames of each film, enough for the matte to settle. */
const FRAMES = 12;
/** Width in pixels of each in the picture. */
const TILE = 640;

/** Converts a film of each kind, and puts their last frames side by side. Needs ffmpeg. */
async function takeKinds(): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'portoon-kinds-'));
  for (const [name, draw] of Object.entries(kinds)) {
    const frames = Array.from({ length: FRAMES }, (_, index) => draw(index / 30).rgba);
    await writeFilm(join(home, `${name}.mp4`), frames, { width: WIDTH, height: HEIGHT });
  }
  const names = Object.keys(kinds);
  const films = names.map((name) => `${name}.mp4`);
  const { code, errors } = await convert(home, ...films, '-o', join(home, 'drawn/'), '-s', 'toon');
  if (code !== 0) throw new Error(errors);
  const tiles = await Promise.all(
    names.map(async (name) => {
      const drawn = join(home, 'drawn', `${name}-toon.mp4`);
      const pictures = await decodePictures(drawn, { pixels: 'rgba' });
      const raw = { width: WIDTH, height: HEIGHT, channels: 4 } as const;
      return sharp(pictures.subarray(-4 * WIDTH * HEIGHT), { raw })
        .resize(TILE)
        .png()
        .toBuffer();
    }),
  );
  const height = (TILE * HEIGHT) / WIDTH;
  await sharp({ create: { width: TILE * tiles.length, height, channels: 3, background: 'white' } })
    .composite(tiles.map((input, index) => ({ input, left: index * TILE, top: 0 })))
    .jpeg({ quality: 86 })
    .toFile(join(folder, 'kinds.jpg'));
  await rm(home, { recursive: true });
}

/** The extension's popup, over a site that is switched on. */
async function takeExtension(): Promise<void> {
  const camera = await fakeCamera({ numbered: false, frames: 1, width: WIDTH, height: HEIGHT });
  const site = await launchSwitchedOn(camera.path);
  try {
    const { popup } = site;
    await popup.emulateMedia({ colorScheme: 'light' });
    await popup.locator('button[name=reload]').click();
    // The styles are listed when the cartoon runs.
    await popup.locator('select[name=style] option').nth(1).waitFor({ state: 'attached', timeout: 120_000 });
    await popup.waitForTimeout(6000);
    await popup.locator('body').screenshot({
      ...{ path: join(folder, 'extension.jpg'), type: 'jpeg', quality: 88 },
    });
  } finally {
    await site.close();
  }
}

const named = process.argv.slice(2);
const isWanted = (name: string) => named.length === 0 || named.includes(name);
await mkdir(folder, { recursive: true });
if (isWanted('extension')) await takeExtension();
if (isWanted('kinds')) await takeKinds();
const wanted = shots.filter(({ name }) => isWanted(name));
if (wanted.length > 0) {
  if (!(await isFresh(root))) await buildApp(root);
  const app = await listen(createAppServer(join(root, 'dist')), 0);
  const browser = await chromium.launch({ executablePath: needChromium(), args: baseFlags });
  try {
    for (const shot of wanted) await take(browser, app.url, shot);
  } finally {
    await browser.close();
    await app.close();
  }
}
