/** The headless browser, and the page in it that converts films. */
import { chromium, type Browser, type Page } from 'playwright-core';
import type { ConvertProgress } from '../record/convert-protocol.ts';
import { quietFlags } from './chromium.ts';

export function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    headless: true,
    // What interrupts this program ends the browser too, in order.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    // A browser of root's own has no sandbox: it says so, and does not start.
    args: [...quietFlags, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
}

/** @param site - where the app is served. */
export async function openConvertPage(
  browser: Browser,
  site: string,
  onProgress: (progress: ConvertProgress) => void,
): Promise<Page> {
  const page = await browser.newPage();
  await page.exposeFunction('tellProgress', onProgress);
  await page.goto(new URL('convert.html', site).href);
  await page.waitForFunction(() => window.portoonConvert !== undefined);
  return page;
}
