import type { Browser, BrowserContextOptions, Page } from 'playwright';
import { LONG_WAIT } from '../fixtures/waits.ts';

/** A new visitor's page, and the errors that it has logged. */
export interface Visit {
  readonly page: Page;
  /**
   * Uncaught errors, and errors in the console, such as violations of the content security policy
   * and missing files.
   */
  readonly complaints: string[];
  readonly close: () => Promise<void>;
}

/** Opens the studio as a new visitor. `before` runs in the page ahead of its own scripts. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions & { before?: string } = {},
): Promise<Visit> {
  const { before, ...contextOptions } = options;
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    // Requests through a service worker would not reach the routes of a test.
    serviceWorkers: 'block',
    ...contextOptions,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  // A headless browser cannot show a dialog for files. Without this function the studio downloads
  // clips.
  await page.addInitScript('delete window.showSaveFilePicker');
  if (before !== undefined) await page.addInitScript(before);
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}

/** Waits until the page is in this state, by the attribute that it has for other programs. */
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
