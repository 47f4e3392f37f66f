import type { Browser, BrowserContextOptions, Page } from 'playwright';
import { LONG_WAIT } from '../fixtures/waits.ts';

/** A fresh visitor's page, and what it complained of. */
export interface Visit {
  readonly page: Page;
  /** Uncaught errors, and what the console calls one: a broken policy, a missing file. */
  readonly complaints: string[];
  readonly close: () => Promise<void>;
}

/** Opens the studio as somebody new. `before` runs in the page ahead of its own scripts. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions & { before?: string } = {},
): Promise<Visit> {
  const { before, ...contextOptions } = options;
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    // What a test puts in place of a file passes by a service worker.
    serviceWorkers: 'block',
    ...contextOptions,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  // A headless browser shows nobody a dialog for files; without one clips go to the downloads.
  await page.addInitScript('delete window.showSaveFilePicker');
  if (before !== undefined) await page.addInitScript(before);
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}

/** Waits until the page is in a state, as other programs would. */
export async function reach(page: Page, state: 'ready' | 'running' | 'error'): Promise<void> {
  try {
    // By a timer: a page whose drawing is held up runs no animation frame.
    await page.waitForFunction((wanted) => document.documentElement.dataset.state === wanted, state, {
      ...LONG_WAIT,
      polling: 100,
    });
  } catch (error) {
    const [actual, text] = await page.evaluate(() => [
      document.documentElement.dataset.state,
      document.body.innerText,
    ]);
    throw new Error(`The page is ${actual}, not ${state}. It says: ${text}`, { cause: error });
  }
}

/** The message of the page that mentions `text`. */
export function message(page: Page, text: string) {
  return page.locator('.notice', { hasText: text });
}
