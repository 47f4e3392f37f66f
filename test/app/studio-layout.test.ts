import { PNG } from 'pngjs';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../fixtures/browser.ts';
import { fakeCamera } from '../fixtures/fake-camera.ts';
import { lightBuild } from '../fixtures/light-app.ts';
import { serveApp } from '../fixtures/server.ts';
import { faint } from './legibility.ts';
import { reach, visit } from './studio-page.ts';
import { WAIT } from '../fixtures/waits.ts';

let browser: Browser;
let server: Awaited<ReturnType<typeof serveApp>>;
let home: string;

beforeAll(async () => {
  // The camera shows one still picture, so both sides of the divider show the same moment.
  const still = await fakeCamera({ frames: 1 });
  [server, browser] = await Promise.all([serveApp(lightBuild()), launchBrowser({ camera: still.path })]);
  home = server.url;
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

const SIZES = [
  [1440, 900],
  [1024, 700],
  [390, 844],
  [844, 390],
  [360, 640],
  [640, 360],
] as const;

const sizeOf = ([width, height]: readonly [number, number]) => ({ width, height });

/** Resolves when nothing of the interface moves any more. */
async function stopped(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every(
        ({ playState, effect }) => playState !== 'running' || effect?.getTiming().iterations === Infinity,
      ),
  );
}

interface Box {
  part: string;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Where the visible parts of the interface are. */
function parts(page: Page): Promise<Box[]> {
  return page.evaluate(() =>
    ['.brand', '.chip', '.recorder', '.tools', '.statistics', '.strip', '.panel', '.card', '.notice', '.knob']
      .flatMap((part) => Array.from(document.querySelectorAll(part), (element) => ({ part, element })))
      .filter(({ element }) => element.checkVisibility())
      .map(({ part, element }) => {
        const { left, top, right, bottom } = element.getBoundingClientRect();
        return { part, left, top, right, bottom };
      }),
  );
}

function expectNoOverlap(boxes: Box[], width: number, height: number): void {
  for (const box of boxes) {
    const inside =
      box.left >= -0.5 && box.top >= -0.5 && box.right <= width + 0.5 && box.bottom <= height + 0.5;
    expect(inside, `${box.part} in ${width}x${height}: ${JSON.stringify(box)}`).toBe(true);
  }
  for (const [index, a] of boxes.entries())
    for (const b of boxes.slice(index + 1)) {
      const apart =
        a.right <= b.left + 0.5 ||
        b.right <= a.left + 0.5 ||
        a.bottom <= b.top + 0.5 ||
        b.bottom <= a.top + 0.5;
      expect(apart, `${a.part} and ${b.part} in ${width}x${height}`).toBe(true);
    }
}

describe('the interface', () => {
  it.each([
    ['shrinks', SIZES],
    ['grows', SIZES.toReversed()],
  ])('fits into a window that %s without overlap', async (_how, sizes) => {
    const { page, close } = await visit(browser, home, { viewport: sizeOf(sizes[0]) });
    await reach(page, 'ready');
    for (const [width, height] of sizes) {
      await page.setViewportSize({ width, height });
      const welcome = await parts(page);
      expect(welcome.map(({ part }) => part)).toContain('.card');
      expectNoOverlap(welcome, width, height);
      // Both buttons are visible without scrolling.
      for (const name of ['Use my camera', 'Try the demo']) {
        const box = await page.getByRole('button', { name }).boundingBox();
        expect(box!.y + box!.height).toBeLessThanOrEqual(height);
      }
    }

    await page.setViewportSize(sizeOf(sizes[0]));
    await page.goto(`${home}?autostart=1&stats=1&style=none`);
    await reach(page, 'running');
    await page.getByText('fps').waitFor();
    for (const [width, height] of sizes) {
      await page.setViewportSize({ width, height });
      const open = await page.locator('.panel').count();
      await stopped(page);
      expectNoOverlap(await parts(page), width, height);
      await page.getByRole('button', { name: 'Settings', exact: true }).click();
      await expect.poll(() => page.locator('.panel').count()).toBe(1 - open);
      await stopped(page);
      expectNoOverlap(await parts(page), width, height);

      const small = await page.evaluate(() =>
        Array.from(document.querySelectorAll('button, label.tile, .segmented label, .switch, select'))
          .filter((element) => element.checkVisibility())
          .map((element) => ({ box: element.getBoundingClientRect(), name: element.textContent }))
          .filter(({ box }) => box.width < 28 || box.height < 36)
          .map(({ name, box }) => `${name} ${box.width}x${box.height}`),
      );
      expect(small, `too small in ${width}x${height}`).toEqual([]);
    }
    await close();
  });

  // At 200 % zoom a window of 1280 x 800 has 640 x 400.
  it('keeps every control inside of the window at any size, also while it records', async () => {
    const { page, close } = await visit(browser, `${home}?autostart=1&style=none`);
    await reach(page, 'running');
    await page.keyboard.press('r');
    await page.locator('.recorder.running .bytes').waitFor();
    for (const [width, height] of [
      [640, 400],
      [640, 900],
      [700, 500],
      [820, 600],
      [480, 400],
      [320, 256],
    ] as const) {
      await page.setViewportSize({ width, height });
      const outside = await page.evaluate(() =>
        Array.from(document.querySelectorAll('.top button'))
          .filter((element) => element.checkVisibility())
          .map((element) => ({ name: element.ariaLabel, box: element.getBoundingClientRect() }))
          .filter(({ box }) => box.left < 0 || box.right > innerWidth || box.bottom > innerHeight)
          .map(({ name }) => name),
      );
      expect(outside, `outside of ${width}x${height}`).toEqual([]);
      await page.getByRole('button', { name: 'Settings', exact: true }).click();
      const cut = await page.evaluate(() =>
        Array.from(document.querySelectorAll('.panel .segmented label > span'))
          .filter((label) => label.scrollWidth > label.clientWidth)
          .map((label) => label.textContent),
      );
      expect(cut, `labels cut in ${width}x${height}`).toEqual([]);
      await page.getByRole('button', { name: 'Close settings' }).click();
    }
    await page.getByRole('button', { name: 'Stop recording' }).click();
    await close();
  });

  it('can be read in light and in dark', async () => {
    const { page, close } = await visit(browser, `${home}?autostart=1&stats=1&style=none`);
    await reach(page, 'running');
    await page.getByText('fps').waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await stopped(page);
      expect(await faint(page), colorScheme).toEqual([]);
    }
    await close();
  });

  it('has a name for every control, and hides decorations from screen readers', async () => {
    const { page, close } = await visit(browser, `${home}?autostart=1&stats=1`);
    await reach(page, 'running');
    const flaws = await page.evaluate(() => {
      const found: string[] = [];
      const ids = Array.from(document.querySelectorAll('[id]'), ({ id }) => id);
      found.push(...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `two of #${id}`));
      for (const image of document.querySelectorAll('img'))
        if (!image.hasAttribute('alt')) found.push('an img without alt');
      for (const svg of document.querySelectorAll('svg'))
        if (svg.getAttribute('aria-hidden') !== 'true') found.push('an svg that is read aloud');
      for (const control of document.querySelectorAll<HTMLElement>(
        'button, input, select, [role=slider], [role=radiogroup], dialog',
      )) {
        const labels = 'labels' in control ? Array.from((control as HTMLInputElement).labels ?? []) : [];
        const by = document.getElementById(control.getAttribute('aria-labelledby') ?? '')?.textContent;
        const name =
          control.getAttribute('aria-label') ?? by ?? labels[0]?.textContent ?? control.textContent;
        if (name.trim() === '') found.push(`a ${control.outerHTML.slice(0, 80)} without a name`);
      }
      return found;
    });
    expect(flaws).toEqual([]);
    await page.getByRole('radiogroup', { name: 'Style' }).waitFor();
    await page.getByRole('banner').waitFor();
    await page.getByRole('main').waitFor();
    await page.getByRole('complementary', { name: 'Settings' }).waitFor();
    await page.getByRole('img', { name: /live picture/ }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    await page.keyboard.press('0');
    expect(await page.getByRole('status').textContent()).toBe('No style');
    await close();
  });
});

/** Mean absolute difference over the middle of two screenshots, the second moved by `dx`, `dy`. */
function difference(a: PNG, b: PNG, dx = 0, dy = 0): number {
  let sum = 0;
  let count = 0;
  for (let y = Math.round(a.height * 0.3); y < a.height * 0.7; y++)
    for (let x = Math.round(a.width * 0.3); x < a.width * 0.7; x++)
      for (let c = 0; c < 3; c++) {
        sum += Math.abs(a.data[(y * a.width + x) * 4 + c]! - b.data[((y + dy) * a.width + x + dx) * 4 + c]!);
        count++;
      }
  return sum / count;
}

describe('the divider', () => {
  it('lays the raw picture exactly on the stage, in any window, mirrored or not', async () => {
    const { page, close } = await visit(browser, `${home}?autostart=1&style=none`);
    await reach(page, 'running');
    await page.keyboard.press('b');
    const divider = page.getByRole('slider', { name: 'Before and after' });
    await divider.focus();
    await page.waitForFunction(() => (document.querySelector('video')?.videoWidth ?? 0) > 0);
    await page.keyboard.press('h');
    let mirrors = true;
    for (const [width, height, mirrored] of [
      [900, 700, true],
      [900, 700, false],
      [1300, 420, true],
      [390, 760, true],
      [390, 760, false],
    ] as const) {
      await page.setViewportSize({ width, height });
      if (mirrored !== mirrors) await page.keyboard.press('m');
      mirrors = mirrored;
      const shoot = async (key: string, at: string) => {
        await divider.press(key);
        await expect.poll(() => divider.getAttribute('aria-valuenow')).toBe(at);
        await stopped(page);
        return PNG.sync.read(await page.screenshot());
      };
      // The effect draws the new size a little later than the page, so this is repeated.
      let [before, after] = [await shoot('End', '100'), await shoot('Home', '0')];
      for (let tries = 0; difference(before, after) >= 4 && tries < 20; tries++)
        [before, after] = [await shoot('End', '100'), await shoot('Home', '0')];
      const aligned = difference(before, after);
      const where = `${width} x ${height}, mirrored ${mirrored}`;
      expect(aligned, where).toBeLessThan(4);
      // A counter-check: the pictures differ when one is moved, so they are not merely plain.
      for (const [dx, dy] of [
        [2, 0],
        [-2, 0],
        [0, 2],
        [0, -2],
      ] as const)
        expect(difference(before, after, dx, dy), where).toBeGreaterThan(aligned);
    }
    await close();
  });

  it('follows the pointer and stays within the picture', async () => {
    const { page, close } = await visit(browser, `${home}?autostart=1&style=none`, {
      viewport: { width: 1300, height: 420 },
    });
    await reach(page, 'running');
    await page.keyboard.press('b');
    await page.keyboard.press('h');
    const divider = page.getByRole('slider', { name: 'Before and after' });
    await page.mouse.move(650, 210);
    await page.mouse.down();
    await page.mouse.move(500, 100, { steps: 4 });
    // The picture is 420 * 16 / 9 wide and stands in the middle.
    const left = (1300 - (420 * 16) / 9) / 2;
    const share = Math.round(((500 - left) / ((420 * 16) / 9)) * 100);
    expect(Number(await divider.getAttribute('aria-valuenow'))).toBeCloseTo(share, -0.5);
    await page.mouse.move(5, 100, { steps: 4 });
    await page.mouse.up();
    expect(await divider.getAttribute('aria-valuenow')).toBe('0');
    const knob = await divider.boundingBox();
    expect(knob!.x + knob!.width / 2).toBeCloseTo(left, -0.5);
    await close();
  });
});

describe('a slow first visit', () => {
  it('shows the untouched picture until the nets are there, unless the room is to be hidden', async () => {
    const { page, close } = await visit(browser, 'about:blank');
    const held: (() => void)[] = [];
    await page.route('**/*.onnx*', async (route) => {
      await new Promise<void>((go) => held.push(go));
      // Requests of the first page fail here, because that page is gone.
      await route.continue().catch(() => undefined);
    });
    await page.goto(`${home}?autostart=1&style=none&background=blur`);
    await page.getByText('Loading the effect').waitFor();
    await expect.poll(() => page.locator('.chip').innerText()).toBe('Starting…');
    expect(await page.locator('.raw').count()).toBe(0);
    await page.goto(`${home}?autostart=1&style=none`);
    const raw = page.getByLabel('Your picture, without the effect yet');
    await expect.poll(() => raw.evaluate((video: HTMLVideoElement) => video.videoWidth)).toBeGreaterThan(0);
    expect(await page.evaluate(() => document.documentElement.dataset.state)).toBe('loading');
    await expect.poll(() => held.length).toBeGreaterThan(0);
    for (const go of held) go();
    await page.unroute('**/*.onnx*');
    await reach(page, 'running');
    expect(await raw.count()).toBe(0);
    await close();
  });
});

/** Whether a button can be clicked where it is. */
function isOnTop(page: Page, selector: string): Promise<boolean> {
  return page.evaluate((wanted) => {
    const button = document.querySelector(wanted)!;
    const { left, top, right, bottom } = button.getBoundingClientRect();
    return [top + 2, bottom - 2].every((y) =>
      button.contains(document.elementFromPoint((left + right) / 2, y)),
    );
  }, selector);
}

describe('clips', () => {
  it('fold, play large at one tap, and cover neither the person nor Join', async () => {
    const { page, close } = await visit(browser, `${home}?autostart=1&style=none`, {
      permissions: ['camera', 'microphone'],
      viewport: { width: 1280, height: 800 },
    });
    await reach(page, 'running');
    const cards = page.locator('.clip');
    for (let made = 1; made <= 3; made++) {
      await page.getByRole('button', { name: 'Recording options' }).click();
      await page.getByRole('button', { name: 'Take a picture' }).click();
      await expect.poll(() => cards.count(), WAIT).toBe(made);
      await page.keyboard.press('Escape');
    }
    // The person's face is in the middle.
    expect((await page.locator('.clip-tray').boundingBox())!.y).toBeGreaterThan(380);
    await cards.first().getByRole('button', { name: 'Discard' }).press('Enter');
    await cards.first().getByRole('button', { name: 'Discard for good?' }).press('Enter');
    await expect.poll(() => cards.count()).toBe(2);
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.closest('.clip') !== null))
      .toBe(true);

    await page.setViewportSize({ width: 390, height: 844 });
    await cards.first().getByRole('button', { name: 'Show the clip large' }).click();
    const large = page.getByRole('dialog').getByRole('img', { name: 'The clip' });
    expect((await large.boundingBox())!.width).toBeGreaterThan(340);
    await page.keyboard.press('Escape');

    for (const [width, height] of [
      [390, 844],
      [1280, 800],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.getByRole('button', { name: 'Call', exact: true }).click();
      const fold = page.getByRole('button', { name: '2 clips' });
      await expect.poll(() => fold.getAttribute('aria-expanded')).toBe('false');
      for (const unfolded of [false, true]) {
        if (unfolded) await fold.click();
        await expect.poll(() => isOnTop(page, '.lobby-card [type=submit]')).toBe(true);
      }
      await page.getByRole('button', { name: 'Cancel' }).click();
    }
    await close();
  });
});

describe('the lobby', () => {
  it.each(['', '&foo=1&region=nose&room2=1&strength=9'])(
    'has Join in view in any window, also below notices: %s',
    async (odd) => {
      const { page, close } = await visit(browser, `${home}?room=${'a'.repeat(22)}&style=none${odd}`, {
        permissions: ['camera', 'microphone'],
      });
      await reach(page, 'running');
      await page.locator('.strip').waitFor();
      if (odd) await page.locator('.notice').first().waitFor();
      for (const [width, height] of SIZES) {
        await page.setViewportSize({ width, height });
        await expect
          .poll(() => isOnTop(page, '.lobby-card [type=submit]'), { message: `${width} x ${height}` })
          .toBe(true);
      }
      await close();
    },
  );

  it('shows guests their own picture where it says so', async () => {
    const { page, close } = await visit(browser, `${home}?room=${'a'.repeat(22)}`, {
      permissions: ['camera', 'microphone'],
    });
    await reach(page, 'running');
    // The style strip appears with the picture, and moves what is centred above it.
    await page.locator('.strip').waitFor();
    const apart = () =>
      page.evaluate(() => {
        const [stage, tile] = ['.stage', '.lobby .own'].map((part) =>
          document.querySelector(part)!.getBoundingClientRect(),
        );
        return [stage!.x - tile!.x, stage!.y - tile!.y, stage!.width - tile!.width];
      });
    await expect.poll(apart).toEqual([0, 0, 0]);
    await close();
  });
});
