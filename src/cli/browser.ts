/** The headless browser, and the page in it that converts films. */
import type { Browser, BrowserType, LaunchOptions, Page } from 'playwright-core';
import type { ConvertProgress } from '../record/convert-protocol.ts';
import { quietFlags } from './chromium.ts';

const options = (executablePath: string): LaunchOptions => ({
  executablePath,
  headless: true,
  // A signal ends this program, which then closes the browser.
  handleSIGINT: false,
  handleSIGTERM: false,
  handleSIGHUP: false,
  // Run by root Chromium has no sandbox, and does not start without this flag.
  args: [...quietFlags, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
});

/** Loaded only now: other commands do without it. */
async function loadChromium(): Promise<BrowserType> {
  return (await import('playwright-core')).chromium;
}

export async function launchBrowser(executablePath: string): Promise<Browser> {
  return (await loadChromium()).launch(options(executablePath));
}

/** A browser that can be ended also when it no longer answers. */
export interface MortalBrowser {
  readonly browser: Browser;
  /** Closes it, and kills it where that takes more than `patience` milliseconds. */
  end(patience: number): Promise<void>;
}

export async function launchMortalBrowser(executablePath: string): Promise<MortalBrowser> {
  const chromium = await loadChromium();
  const server = await chromium.launchServer(options(executablePath));
  const browser = await chromium.connect(server.wsEndpoint());
  return {
    browser,
    async end(patience) {
      const late = setTimeout(() => void server.kill(), patience);
      await server.close();
      clearTimeout(late);
    },
  };
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
