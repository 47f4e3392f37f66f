import { createHash } from 'node:crypto';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../fixtures/browser.ts';
import { serveApp } from '../fixtures/server.ts';
import { giveOwnNet } from './own-net.ts';
import { message, reach, visit } from './studio-page.ts';
import { LONG_WAIT } from '../fixtures/waits.ts';

let browser: Browser;
let server: Awaited<ReturnType<typeof serveApp>>;
let home: string;

beforeAll(async () => {
  [server, browser] = await Promise.all([serveApp(), launchBrowser()]);
  home = server.url;
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

const tile = (page: Page, id: string) => page.locator('.tile', { has: page.locator(`[value="${id}"]`) });
const chosenStyle = (page: Page) => page.locator('input[name=style]:checked').getAttribute('value');
const radio = (page: Page, name: string) => page.getByRole('radio', { name, exact: true });

const detail = (page: Page, name: string) =>
  page.getByRole('radiogroup', { name: 'Detail' }).getByRole('radio', { name });

/** Waits until the page remembers something. */
async function remembered(page: Page, words: string): Promise<void> {
  await page.waitForFunction((wanted) => localStorage.getItem('portoon')?.includes(wanted), words);
}

/** Small RGBA of the newest live picture on a style's tile; null before there is one. */
function preview(page: Page, id: string): Promise<number[] | null> {
  return tile(page, id).evaluate((element) => {
    const canvas = element.querySelector<HTMLCanvasElement>('.live canvas:last-child');
    const context = new OffscreenCanvas(16, 9).getContext('2d', { willReadFrequently: true })!;
    if (!canvas) return null;
    context.drawImage(canvas, 0, 0, 16, 9);
    return Array.from(context.getImageData(0, 0, 16, 9).data);
  });
}

async function previews(page: Page, ...ids: string[]): Promise<number[][]> {
  for (const id of ids) await tile(page, id).locator('.live canvas').first().waitFor(LONG_WAIT);
  return (await Promise.all(ids.map((id) => preview(page, id)))).map((pixels) => pixels!);
}

function distance(a: number[], b: number[]): number {
  return a.reduce((sum, value, at) => sum + Math.abs(value - b[at]!), 0) / a.length;
}

/**
 * Gives the page a matte net that has its output for parts under another name, so that it has none.
 */
async function hideParts(page: Page): Promise<void> {
  const renamed = (net: Buffer) => Buffer.from(net.toString('latin1').replaceAll('parts', 'pants'), 'latin1');
  await page.route('**/models/matte/*.onnx*', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: renamed(await response.body()) });
  });
  await page.route('**/models/manifest.json', async (route) => {
    const manifest = (await (await route.fetch()).json()) as {
      models: { kind: string; file: string; sha256: string; half?: unknown }[];
    };
    const matte = manifest.models.find(({ kind }) => kind === 'matte')!;
    const net = await page.request.get(`${home}models/${matte.file}`);
    matte.sha256 = createHash('sha256')
      .update(renamed(await net.body()))
      .digest('hex');
    // The half-precision variant would still be the original net's.
    delete matte.half;
    await route.fulfill({ json: manifest });
  });
}

describe('the strip', () => {
  it('shows every style on what the camera sees, and on the next source when there is one', async () => {
    const { page, complaints, close } = await visit(
      browser,
      `${home}?input=camera&style=none&region=everything`,
      { permissions: ['camera'] },
    );
    await reach(page, 'running');
    const [live, toon, udnie] = await previews(page, 'none', 'toon', 'udnie');
    // Chromium's own test picture is all green. The demo clip, from which the shipped previews were
    // made, is not.
    const [red, green] = live!.slice(-4);
    expect(green! - red!).toBeGreaterThan(60);
    expect(distance(live!, toon!)).toBeGreaterThan(4);
    expect(distance(toon!, udnie!)).toBeGreaterThan(4);

    await page.getByRole('button', { name: 'Demo' }).click();
    for (const [id, before] of [
      ['none', live!],
      ['udnie', udnie!],
    ] as const)
      await expect
        .poll(async () => distance((await preview(page, id)) ?? before, before), LONG_WAIT)
        .toBeGreaterThan(20);
    // A tile shows two pictures until the old one has faded out.
    await page.waitForFunction(() =>
      Array.from(document.querySelectorAll('.live')).every(
        ({ childElementCount }) => childElementCount === 1,
      ),
    );
    expect(complaints).toEqual([]);
    await close();
  });

  it('marks a style that cannot be loaded, shows the others, and tries again when asked', async () => {
    const { page, close } = await visit(browser, home);
    let isDamaged = true;
    await giveOwnNet(page, home, 'udnie', (route, net) =>
      route.fulfill({ body: isDamaged ? Buffer.from(net).fill(0, 1000, 1100) : net }),
    );
    await page.goto(`${home}?input=demo&style=toon`);
    await reach(page, 'running');
    await tile(page, 'udnie').and(page.locator('[data-fault=ERR_MODEL_INTEGRITY]')).waitFor();
    expect(await tile(page, 'udnie').getAttribute('title')).toContain('udnie');
    expect(await page.locator('input[value=udnie]').getAttribute('aria-description')).toMatch(/try again/);
    await previews(page, 'none', 'toon');
    expect(await page.locator('.notice').count()).toBe(0);

    isDamaged = false;
    await tile(page, 'udnie').click();
    await remembered(page, '"style":"udnie"');
    expect(await chosenStyle(page)).toBe('udnie');
    expect(await page.locator('.tile[data-fault]').count()).toBe(0);
    await close();
  });

  it('is operated with the keyboard, and scrolls by its arrows if it does not fit', async () => {
    const { page, close } = await visit(browser, home, { viewport: { width: 320, height: 640 } });
    await page.route('**/models/manifest.json', async (route) => {
      const manifest = (await (await route.fetch()).json()) as { models: { id: string; kind: string }[] };
      const style = manifest.models.find(({ kind }) => kind === 'style')!;
      const more = Array.from({ length: 6 }, (_, at) => ({
        ...style,
        id: `more-${at}`,
        title: `More ${at}`,
      }));
      await route.fulfill({ json: { models: [...manifest.models, ...more] } });
    });
    await page.goto(`${home}?input=demo&style=none`);
    await reach(page, 'running');
    const seen = (id: string) =>
      expect.poll(async () => {
        const box = (await tile(page, id).boundingBox())!;
        return box.x >= 0 && box.x + box.width <= 320;
      });
    const forward = page.getByRole('button', { name: 'More styles' });
    const back = page.getByRole('button', { name: 'Previous styles' });
    expect(await back.isVisible()).toBe(false);
    await forward.click();
    await seen('none').toBe(false);
    await back.click();
    await seen('none').toBe(true);
    await back.waitFor({ state: 'hidden' });

    await page.locator('input[value=none]').focus();
    await page.keyboard.press('ArrowLeft');
    expect(await chosenStyle(page)).toBe('more-5');
    await seen('more-5').toBe(true);
    await forward.waitFor({ state: 'hidden' });
    await close();
  });
});

describe('how a style is drawn', () => {
  it('is set by two sliders, kept for each style, and goes back by a button or a double click', async () => {
    const { page, close } = await visit(browser, `${home}?input=demo&style=toon`);
    await reach(page, 'running');
    const line = page.getByRole('slider', { name: 'Width of the lines' });
    const colour = page.getByRole('slider', { name: 'Strength of colour' });
    await line.fill('200');
    await colour.focus();
    await page.keyboard.press('ArrowLeft');
    await remembered(page, '"toon":{"line":2,"colour":0.99}');
    await page.waitForFunction(() => window.portoon?.stats().fps);
    await page.getByRole('button', { name: 'Width of the lines: as the style has it' }).click();
    await remembered(page, '"toon":{"line":1,"colour":0.99}');
    await colour.dblclick();
    await remembered(page, '"colour":1}');
    await line.fill('300');

    await tile(page, 'none').click();
    await line.waitFor({ state: 'hidden' });
    expect(await colour.count()).toBe(0);
    await tile(page, 'manga').click();
    await line.waitFor();
    expect(await line.inputValue()).toBe('100');
    expect(await colour.count()).toBe(0);
    await tile(page, 'toon').click();
    await page.waitForFunction(() => localStorage.getItem('portoon')?.includes('"style":"toon"'));
    expect(await line.inputValue()).toBe('300');
    await close();
  });

  it('may take the colours of a picture that is dropped on the styles', async () => {
    const { page, close } = await visit(browser, `${home}?input=demo&style=toon`);
    await reach(page, 'running');
    await page.locator('.strip').evaluate(async (strip) => {
      const canvas = new OffscreenCanvas(64, 64);
      const context = canvas.getContext('2d')!;
      for (const [n, colour] of ['#203040', '#ffcc00'].entries()) {
        context.fillStyle = colour;
        context.fillRect(0, 32 * n, 64, 32);
      }
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([await canvas.convertToBlob()], 'a.png', { type: 'image/png' }));
      for (const type of ['dragover', 'drop'])
        strip.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    });
    await remembered(page, '"palette":"203040-ffcc00"');
    expect(await page.locator('.palette span').count()).toBe(2);
    expect(await page.locator('.drop[data-over]').count()).toBe(0);
    await page.getByRole('button', { name: 'Own colours' }).click();
    await remembered(page, '"palette":"none"');
    await page.goto(`${home}?input=demo&style=toon&palette=102030-ffeedd`);
    await reach(page, 'running');
    expect(await page.locator('.palette span').count()).toBe(2);
    // The colours travel in a link to the look, with all the rest of it.
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy link to this look' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      `${home}?style=toon&region=person&strength=1&line=1&colour=1&palette=102030-ffeedd&detail=auto&background=live`,
    );
    await close();
  });

  it('can be set in the address', async () => {
    const { page, close } = await visit(browser, `${home}?input=demo&style=toon&line=0.5&colour=7`);
    await reach(page, 'running');
    expect(await page.getByRole('slider', { name: 'Width of the lines' }).inputValue()).toBe('50');
    expect(await message(page, 'colour').innerText()).toContain('it must be from 0 to 2');
    await close();
  });
});

describe('detail', () => {
  it('is a choice of three beside the style, not a tile, and is kept for all styles and visits', async () => {
    const { page, close } = await visit(browser, `${home}?input=demo&style=toon`);
    await reach(page, 'running');
    expect(await page.locator('.tile [value=toon-fine]').count()).toBe(0);
    expect(await detail(page, 'Auto').isChecked()).toBe(true);
    // These tests have no graphics processor.
    await page.waitForFunction(() => window.portoon?.stats().fps);
    expect(await page.evaluate(() => window.portoon?.stats().detail)).toBe('light');
    await page.getByText('Fine', { exact: true }).click();
    await remembered(page, '"detail":"fine"');
    await page.waitForFunction(() => window.portoon?.stats().detail === 'fine');
    expect(await chosenStyle(page)).toBe('toon');

    await page.goto(`${home}?input=demo`);
    await reach(page, 'running');
    await tile(page, 'comic').click();
    expect(await detail(page, 'Fine').isChecked()).toBe(true);
    await page.keyboard.press('d');
    await remembered(page, '"detail":"light"');
    await page.waitForFunction(() => window.portoon?.stats().detail === 'light');
    await close();
  });

  it('can be set in the address, also by the id of a fine grade as in older links', async () => {
    const { page, close } = await visit(browser, `${home}?input=demo&style=toon-fine`);
    await reach(page, 'running');
    expect(await chosenStyle(page)).toBe('toon');
    expect(await detail(page, 'Fine').isChecked()).toBe(true);
    expect(await page.locator('.notice').count()).toBe(0);
    await page.waitForFunction(() => window.portoon?.stats().detail === 'fine');
    await page.goto(`${home}?input=demo&style=toon&detail=light`);
    await reach(page, 'running');
    expect(await detail(page, 'Light').isChecked()).toBe(true);
    await close();
  });
});

describe('the controls', () => {
  it('follow a script that changes the look, and do not remember what it chose', async () => {
    const { page, close } = await visit(browser, `${home}?input=demo&style=toon`);
    await reach(page, 'running');
    await page.getByRole('slider', { name: 'Strength of the style' }).fill('90');
    await remembered(page, '"strength":0.9');
    await page.evaluate(() =>
      window.portoon?.set({
        style: 'udnie',
        region: 'background',
        strength: 0.4,
        background: 'rebeccapurple',
      }),
    );
    expect(await chosenStyle(page)).toBe('udnie');
    expect(await radio(page, 'Background').isChecked()).toBe(true);
    expect(await page.locator('.section .amount').first().textContent()).toBe('40 %');
    expect(await radio(page, 'Colour').isChecked()).toBe(true);
    expect(await page.getByLabel('Another colour').inputValue()).toBe('#663399');

    // The person's own changes are stored on top of what the link chose.
    await page.keyboard.press('g');
    await remembered(page, '"region":"everything"');
    await page.goto(`${home}?input=demo`);
    await reach(page, 'running');
    expect(await chosenStyle(page)).toBe('toon');
    expect(await radio(page, 'Everything').isChecked()).toBe(true);
    expect(await page.locator('.section .amount').first().textContent()).toBe('90 %');
    expect(await radio(page, 'Live').isChecked()).toBe(true);
    await close();
  });

  it('go back from a region that the net cannot segment, and say why', async () => {
    const { page, close } = await visit(browser, home);
    await hideParts(page);
    await page.goto(`${home}?input=demo&region=hair`);
    await reach(page, 'running');
    await message(page, 'ERR_PARTS_MISSING').getByText('hair').first().waitFor();
    expect(await radio(page, 'Person').isChecked()).toBe(true);

    await radio(page, 'Background').check({ force: true });
    await remembered(page, '"region":"background"');
    expect(await page.locator('.notice').count()).toBe(0);
    // The choice is reverted by itself, perhaps before it can be seen as chosen.
    await radio(page, 'Face').click({ force: true });
    await message(page, 'ERR_PARTS_MISSING').getByText('face').first().waitFor();
    expect(await radio(page, 'Background').isChecked()).toBe(true);
    expect(await page.evaluate(() => localStorage.getItem('portoon'))).toContain('"region":"background"');
    await close();
  });
});
