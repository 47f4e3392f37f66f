/**
 * `npx tsx scripts/previews.ts`: the small pictures in the strip until there are previews of the
 * person, one for the live grade of each style, taken from the real app on the demo clip and
 * written to src/studio/look/previews/<id>.webp; and the contact sheet of the same,
 * docs/images/styles.jpg. Run it whenever a style changes; the app is built first if it is not
 * fresh.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { chromium, type Page } from 'playwright';
import { listen } from '../src/server/listen.ts';
import { createAppServer } from '../src/server/server.ts';
import { needChromium } from '../src/cli/get-chromium.ts';
import { baseFlags } from '../test/fixtures/chromium.ts';
import { buildApp, isFresh } from './build.ts';
import { holdPortrait } from './hold-portrait.ts';

const root = resolve(import.meta.dirname, '..');
const folder = join(root, 'src/studio/look/previews');
/** Pixels of a preview's side. The tile shows it at half that. */
const SIDE = 160;
/** Pixels of a picture in the contact sheet, and pictures in a row. */
const SHEET_SIDE = 320;
const SHEET_COLUMNS = 3;
/**
 * Short side of the style net's input while the pictures are taken: more than the governor would
 * give on a slow machine.
 */
const QUALITY = 384;
/** Enough for the matte and the style to settle after a change, on a slow machine too. */
const FRAMES_TO_SETTLE = 12;

/** Chooses a style and waits until the stage shows it. */
async function show(page: Page, style: string): Promise<void> {
  await page.evaluate(
    (id) => window.portoon?.set({ style: id, region: 'person', background: 'live' }),
    style,
  );
  const shown = await page.evaluate(() => window.portoon?.stats().frames ?? 0);
  await page.waitForFunction(
    (wanted) => (window.portoon?.stats().frames ?? 0) >= wanted,
    shown + FRAMES_TO_SETTLE,
    { timeout: 120_000, polling: 200 },
  );
}

/** The square around the demo's head and shoulders, as the base64 of a WebP file. */
function take(page: Page, side: number): Promise<string> {
  return page.evaluate((side) => {
    const stage = document.querySelector<HTMLCanvasElement>('#stage');
    const preview = document.createElement('canvas');
    preview.width = side;
    preview.height = side;
    const context = preview.getContext('2d');
    if (!stage || !context) throw new Error('There is no stage to take a preview from.');
    const crop = stage.height * 0.86;
    context.imageSmoothingQuality = 'high';
    context.drawImage(stage, (stage.width - crop) / 2, stage.height * 0.04, crop, crop, 0, 0, side, side);
    return preview.toDataURL('image/webp', 0.86).replace(/^.*,/, '');
  }, side);
}

/** All pictures in rows, as the base64 of a JPEG file. */
function layOut(page: Page, pictures: string[]): Promise<string> {
  return page.evaluate(
    async ({ pictures, side, columns }) => {
      const sheet = document.createElement('canvas');
      sheet.width = side * columns;
      sheet.height = side * Math.ceil(pictures.length / columns);
      const context = sheet.getContext('2d');
      if (!context) throw new Error('There is no canvas for the contact sheet.');
      for (const [n, picture] of pictures.entries()) {
        const image = new Image();
        image.src = `data:image/webp;base64,${picture}`;
        await image.decode();
        context.drawImage(image, side * (n % columns), side * Math.floor(n / columns));
      }
      return sheet.toDataURL('image/jpeg', 0.88).replace(/^.*,/, '');
    },
    { pictures, side: SHEET_SIDE, columns: SHEET_COLUMNS },
  );
}

async function makePreviews(): Promise<void> {
  const executablePath = needChromium();
  if (!(await isFresh(root))) await buildApp(root);
  await mkdir(folder, { recursive: true });
  const server = await listen(createAppServer(join(root, 'dist')), 0);
  const browser = await chromium.launch({ executablePath, args: baseFlags });
  try {
    const page = await browser.newPage();
    await holdPortrait(page);
    await page.goto(`${server.url}?input=demo&style=none&quality=${QUALITY}`);
    await page.waitForFunction(() => document.documentElement.dataset.state === 'running');
    const styles = await page.evaluate(() => window.portoon?.styles ?? []);
    const sheet: string[] = [];
    const live = styles.filter(({ grade }) => grade === 'live');
    for (const { id } of [{ id: 'none' }, ...live]) {
      await show(page, id);
      if (id !== 'none') sheet.push(await take(page, SHEET_SIDE));
      await writeFile(join(folder, `${id}.webp`), Buffer.from(await take(page, SIDE), 'base64'));
      process.stdout.write(`${id}\n`);
    }
    await writeFile(join(root, 'docs/images/styles.jpg'), Buffer.from(await layOut(page, sheet), 'base64'));
  } finally {
    await browser.close();
    await server.close();
  }
}

await makePreviews();
