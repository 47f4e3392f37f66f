import { PNG } from 'pngjs';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../fixtures/browser.ts';
import { lightBuild } from '../fixtures/light-app.ts';
import { serveApp } from '../fixtures/server.ts';
import { WAIT } from '../fixtures/waits.ts';
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

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
/** A picture whose left half is red and whose right half is blue. */
function redThenBlue(): Buffer {
  const picture = new PNG({ width: 64, height: 36 });
  for (let pixel = 0; pixel < 64 * 36; pixel++)
    picture.data.set(pixel % 64 < 32 ? [255, 0, 0, 255] : [0, 0, 255, 255], 4 * pixel);
  return PNG.sync.write(picture);
}

/** The side with more red than the other: of the stage's canvas, or of what a tap gets. */
function redSide(page: Page, whose: 'canvas' | 'tap'): Promise<string> {
  return page.evaluate(async (whose) => {
    const context = new OffscreenCanvas(16, 9).getContext('2d')!;
    const side = (picture: CanvasImageSource) => {
      // The upper corners: in the middle is the person, who is partly red.
      context.drawImage(picture, 0, 0, 16, 9);
      const [r0, , b0] = context.getImageData(0, 0, 1, 1).data;
      const [r1, , b1] = context.getImageData(15, 0, 1, 1).data;
      const lean = r0! - b0! - (r1! - b1!);
      return lean > 20 ? 'left' : lean < -20 ? 'right' : 'neither';
    };
    if (whose === 'canvas') return side(document.querySelector<HTMLCanvasElement>('#stage')!);
    const { port1, port2 } = new MessageChannel();
    const tapped = new Promise<VideoFrame>((resolve) => {
      port1.onmessage = ({ data }: MessageEvent<{ frame: VideoFrame }>) => {
        resolve(data.frame);
      };
    });
    await window.portoon!.tap(port2);
    port1.postMessage(null);
    const frame = await tapped;
    await window.portoon!.tap(null);
    const found = side(frame);
    frame.close();
    return found;
  }, whose);
}
const chosenStyle = (page: Page) => page.locator('input[name=style]:checked').getAttribute('value');

describe('a first visit', () => {
  it('asks where the picture comes from, plays the demo, and need not ask again', async () => {
    const { page, complaints, close } = await visit(browser, home);
    await page.getByText('Nothing leaves this computer').waitFor();
    await button(page, 'Use my camera').waitFor();
    await reach(page, 'ready');
    expect(await page.locator('#stage').count()).toBe(1);

    await button(page, 'Try the demo').click();
    await reach(page, 'running');
    expect(await button(page, 'Try the demo').count()).toBe(0);
    expect(await page.evaluate(() => typeof window.portoon?.stats().fps)).toBe('number');

    await page.reload();
    await reach(page, 'running');
    expect(complaints).toEqual([]);
    await close();
  });

  it('opens the camera when asked to, mirrored', async () => {
    const { page, complaints, close } = await visit(browser, home, { permissions: ['camera'] });
    await button(page, 'Use my camera').click();
    await reach(page, 'running');
    expect(await button(page, 'Mirror').getAttribute('aria-pressed')).toBe('true');
    expect(await page.locator('#camera option:checked').textContent()).toMatch(/fake/i);

    await page.reload();
    await reach(page, 'running');
    expect(complaints).toEqual([]);
    await close();
  });
});

describe('the keyboard', () => {
  it('reaches every control, and each has a name', async () => {
    const { page, close } = await visit(browser, `${home}?input=demo`);
    await reach(page, 'running');
    await page.keyboard.press('b');
    const names: string[] = [];
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      const name = await page.evaluate(() => {
        const { activeElement: at } = document;
        if (!at || at === document.body) return null;
        const label =
          at instanceof HTMLInputElement || at instanceof HTMLSelectElement ? at.labels?.[0] : null;
        return (at.getAttribute('aria-label') ?? label?.textContent ?? at.textContent).trim();
      });
      if (name === null) break;
      names.push(name);
    }
    expect(names).not.toContain('');
    for (const wanted of [
      'Before and after',
      'Mirror',
      'Full screen',
      'Settings',
      'Person',
      'Live',
      'Camera',
      'Reset the look',
    ])
      expect(names).toContain(wanted);
    await close();
  });

  it('does what the help says', async () => {
    const { page, close } = await visit(browser, `${home}?input=demo&region=background`);
    await reach(page, 'running');
    const press = (key: string) => page.keyboard.press(key);

    await press('0');
    expect(await chosenStyle(page)).toBe('none');
    await press('ArrowRight');
    expect(await chosenStyle(page)).not.toBe('none');
    await press('ArrowLeft');
    expect(await chosenStyle(page)).toBe('none');

    await press('g');
    expect(await page.getByRole('radio', { name: 'Everything' }).isChecked()).toBe(true);
    await press('m');
    expect(await button(page, 'Mirror').getAttribute('aria-pressed')).toBe('true');

    await press('s');
    await page.getByRole('region', { name: 'Statistics' }).getByText('fps').waitFor();
    await press('s');
    expect(await page.getByRole('region', { name: 'Statistics' }).count()).toBe(0);

    await press('b');
    const divider = page.getByRole('slider', { name: 'Before and after' });
    await divider.focus();
    await press('ArrowRight');
    await press('PageUp');
    expect(await divider.getAttribute('aria-valuenow')).toBe('62');
    await press('Home');
    expect(await divider.getAttribute('aria-valuenow')).toBe('0');
    expect(await chosenStyle(page)).toBe('none');
    await press('b');
    expect(await divider.count()).toBe(0);

    await press('h');
    expect(await page.locator('.tools').isVisible()).toBe(false);
    await press('Escape');
    expect(await page.locator('.tools').isVisible()).toBe(true);
    await close();
  });

  it('stays in the help until it is closed', async () => {
    const { page, close } = await visit(browser, home);
    await reach(page, 'ready');
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Shortcuts' });
    await dialog.waitFor();
    for (let i = 0; i < 5; i++) {
      await page.keyboard.press('Tab');
      // The focus may move through the browser's own controls, but not to the page behind the
      // dialog.
      const behind = await page.evaluate(() => {
        const { activeElement: at } = document;
        return at !== null && at !== document.body && at.closest('dialog') === null;
      });
      expect(behind).toBe(false);
    }

    // One-key shortcuts can be switched off, for people who dictate or rest a hand on the keys.
    // Escape still works.
    await dialog.getByRole('switch', { name: 'One-key shortcuts' }).uncheck({ force: true });
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    const tools = page.locator('.tools');
    await page.keyboard.press('h');
    await page.keyboard.press('?');
    expect([await tools.isVisible(), await dialog.isVisible()]).toEqual([true, false]);
    await button(page, 'Help and shortcuts').click();
    await dialog.getByRole('switch', { name: 'One-key shortcuts' }).check({ force: true });
    await page.keyboard.press('Escape');
    await page.keyboard.press('h');
    await tools.waitFor({ state: 'hidden' });
    await close();
  });

  it('leaves the arrows to the controls that need them', async () => {
    const { page, close } = await visit(
      browser,
      `${home}?input=demo&style=none&strength=0.5&region=background`,
    );
    await reach(page, 'running');
    await page.getByRole('slider', { name: 'Strength of the style' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.section .amount').first().textContent()).toBe('51 %');
    expect(await chosenStyle(page)).toBe('none');
    await page.getByRole('radio', { name: 'Background', exact: true }).focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.getByRole('radio', { name: 'Everything' }).isChecked()).toBe(true);
    expect(await chosenStyle(page)).toBe('none');
    await close();
  });
});

describe('choices', () => {
  it('are restored on the next visit, and the address overrides them', async () => {
    const { page, close } = await visit(browser, `${home}?input=demo`);
    await reach(page, 'running');
    await page.keyboard.press('0');
    await page.getByText('Everything', { exact: true }).click();
    await page.getByText('Colour', { exact: true }).click();
    await button(page, 'Plum').click();
    await page.getByText('Dark', { exact: true }).click();
    await page.getByRole('slider', { name: 'Strength of the style' }).fill('30');
    // The change is stored as soon as the effect has applied it.
    await page.waitForFunction(() => localStorage.getItem('portoon')?.includes('"strength":0.3'));

    await page.reload();
    await reach(page, 'running');
    expect(await chosenStyle(page)).toBe('none');
    expect(await page.getByRole('radio', { name: 'Everything' }).isChecked()).toBe(true);
    expect(await page.getByRole('radio', { name: 'Colour', exact: true }).isChecked()).toBe(true);
    expect(await button(page, 'Plum').getAttribute('aria-pressed')).toBe('true');
    expect(await page.locator('.section .amount').first().textContent()).toBe('30 %');
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');

    await page.goto(`${home}?input=demo&region=background&strength=0.8`);
    await reach(page, 'running');
    expect(await page.getByRole('radio', { name: 'Background', exact: true }).isChecked()).toBe(true);
    expect(await page.locator('.section .amount').first().textContent()).toBe('80 %');

    await button(page, 'Reset the look').click();
    expect(await page.getByRole('radio', { name: 'Person' }).isChecked()).toBe(true);
    expect(await page.locator('.section .amount').first().textContent()).toBe('100 %');
    await button(page, 'Undo').click();
    expect(await page.getByRole('radio', { name: 'Background', exact: true }).isChecked()).toBe(true);
    expect(await page.locator('.section .amount').first().textContent()).toBe('80 %');
    await close();
  });

  it('keep the background picture over a reload', async () => {
    // The tiny nets see people nearly everywhere, and little background.
    const whole = await serveApp();
    const { page, complaints, close } = await visit(browser, `${whole.url}?input=demo&style=none`);
    await reach(page, 'running');
    const chooser = page.waitForEvent('filechooser');
    await page.getByText('Image', { exact: true }).click();
    await (await chooser).setFiles({ name: 'room.png', mimeType: 'image/png', buffer: redThenBlue() });
    await page.getByAltText('The chosen background').waitFor();
    await page.waitForFunction(() => localStorage.getItem('portoon')?.includes('"background":"image"'));
    // The style sheet mirrors the canvas. So it holds the picture mirrored, which nobody else gets.
    await expect.poll(() => redSide(page, 'canvas'), WAIT).toBe('left');
    await expect.poll(() => redSide(page, 'tap'), WAIT).toBe('left');
    for (const [pressed, canvas] of [
      ['true', 'right'],
      ['false', 'left'],
    ] as const) {
      await button(page, 'Mirror').click();
      await button(page, 'Mirror')
        .and(page.locator(`[aria-pressed=${pressed}]`))
        .waitFor();
      await expect.poll(() => redSide(page, 'canvas'), WAIT).toBe(canvas);
      await expect.poll(() => redSide(page, 'tap'), WAIT).toBe('left');
    }

    await page.reload();
    await reach(page, 'running');
    await page.getByAltText('The chosen background').waitFor();
    expect(await page.getByRole('radio', { name: 'Image' }).isChecked()).toBe(true);
    expect(complaints).toEqual([]);
    await close();
    await whole.close();
  });

  it('say Image only when there is one: a dialog that is cancelled changes nothing', async () => {
    const { page, close } = await visit(browser, `${home}?input=demo&style=none&background=blur`);
    await reach(page, 'running');
    const chooser = page.waitForEvent('filechooser');
    await page.getByText('Image', { exact: true }).click();
    // What could not be drawn cannot be chosen.
    const accepted = await (await chooser).element().getAttribute('accept');
    expect(accepted).toContain('image/png');
    expect(accepted).not.toContain('svg');
    expect(await page.getByRole('radio', { name: 'Blur' }).isChecked()).toBe(true);
    expect(await page.getByRole('radio', { name: 'Image' }).isChecked()).toBe(false);
    await page.getByText('Transparent', { exact: true }).click();
    expect(await page.getByRole('radio', { name: 'Transparent' }).isChecked()).toBe(true);
    await close();
  });

  it('survive a background file that is not a picture', async () => {
    const { page, close } = await visit(browser, `${home}?input=demo&style=none`);
    await reach(page, 'running');
    const image = page.getByText('Image', { exact: true });
    const shown = page.getByAltText('The chosen background');
    const picture = await page.locator('.brand').screenshot();
    const choose = async (click: () => Promise<void>, name: string, buffer: Buffer) => {
      const chooser = page.waitForEvent('filechooser');
      await click();
      await (await chooser).setFiles({ name, mimeType: 'image/png', buffer });
    };
    const bad = Buffer.from('no picture');

    await choose(() => image.click(), 'bad.png', bad);
    await message(page, 'ERR_IMAGE_UNREADABLE').waitFor();
    await choose(() => image.click(), 'good.png', picture);
    await page.waitForFunction(() => localStorage.getItem('portoon')?.includes('"background":"image"'));
    expect(await message(page, 'ERR_IMAGE_UNREADABLE').count()).toBe(0);
    const before = await shown.getAttribute('src');

    // A second click on Image opens the chooser again.
    await choose(() => image.click(), 'bad.png', bad);
    await message(page, 'ERR_IMAGE_UNREADABLE').waitFor();
    expect(await shown.getAttribute('src')).toBe(before);

    await page.reload();
    await reach(page, 'running');
    await shown.waitFor();
    expect(await page.locator('.notice').count()).toBe(0);
    await close();
  });

  it('forget a kept picture that cannot be read', async () => {
    const { page, close } = await visit(browser, home);
    await page.evaluate(async () => {
      const folder = await navigator.storage.getDirectory();
      const stream = await (await folder.getFileHandle('background', { create: true })).createWritable();
      await stream.write('no picture');
      await stream.close();
      localStorage.setItem('portoon', '{"version":1,"background":"image"}');
    });
    await page.goto(`${home}?input=demo&style=none`);
    await reach(page, 'running');
    await message(page, 'ERR_IMAGE_UNREADABLE').waitFor();
    expect(await page.getByRole('radio', { name: 'Blur' }).isChecked()).toBe(true);
    await page.reload();
    await reach(page, 'running');
    expect(await page.locator('.notice').count()).toBe(0);
    await close();
  });

  it('do not include what an address asked for', async () => {
    const colour = encodeURIComponent('oklch(0.7 0.1 200)');
    const { page, close } = await visit(
      browser,
      `${home}?input=demo&style=none&region=background&background=${colour}`,
    );
    await reach(page, 'running');
    expect(await page.getByRole('radio', { name: 'Colour', exact: true }).isChecked()).toBe(true);
    await page.getByRole('slider', { name: 'Strength of the style' }).fill('30');
    await page.waitForFunction(() => localStorage.getItem('portoon')?.includes('"strength":0.3'));
    await page.goto(`${home}?input=demo`);
    await reach(page, 'running');
    expect(await chosenStyle(page)).not.toBe('none');
    expect(await page.getByRole('radio', { name: 'Live' }).isChecked()).toBe(true);
    expect(await page.getByRole('radio', { name: 'Person' }).isChecked()).toBe(true);
    expect(await page.locator('.section .amount').first().textContent()).toBe('30 %');
    await close();
  });

  it('of a style survive keys that are pressed too early', async () => {
    const { page, close } = await visit(browser, `${home}?input=demo`);
    await reach(page, 'running');
    const offered = page.locator('input[name=style]');
    const last = (await offered.last().getAttribute('value')) ?? '';
    await page.evaluate((style) => {
      localStorage.setItem('portoon', JSON.stringify({ version: 1, style }));
    }, last);
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    await page.route('**/models/manifest.json', async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(`${home}?input=demo`);
    await page.locator('#settings-button').waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('0');
    letGo();
    await reach(page, 'running');
    expect(await chosenStyle(page)).toBe(last);
    await close();
  });

  it.each([
    ['damaged', `localStorage.setItem('portoon', '{"version":1,"strength":"lots","region":')`],
    ['without the name of a style', `localStorage.setItem('portoon', '{"version":1,"style":""}')`],
    ['of another age', `localStorage.setItem('portoon', '{"version":99}')`],
    [
      'denied',
      `Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } })`,
    ],
  ])('work without storage that is %s', async (_how, before) => {
    const { page, complaints, close } = await visit(browser, `${home}?input=demo`, { before });
    await reach(page, 'running');
    expect(await page.getByRole('radio', { name: 'Person' }).isChecked()).toBe(true);
    expect(complaints).toEqual([]);
    await close();
  });
});

describe('a video', () => {
  it('plays when it is dropped on the window', async () => {
    const { page, complaints, close } = await visit(browser, home);
    await reach(page, 'ready');
    await page.evaluate(async () => {
      const clip = await (await fetch('/demo/demo.webm')).blob();
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([clip], 'holiday.webm', { type: 'video/webm' }));
      for (const type of ['dragover', 'drop'])
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    });
    await reach(page, 'running');
    await page.locator('.chip', { hasText: 'holiday.webm' }).waitFor();
    expect(await button(page, 'Mirror').getAttribute('aria-pressed')).toBe('false');
    expect(complaints).toEqual([]);
    await close();
  });
});
