import type { Browser, Page } from 'playwright-core';
import { FaultError, type ConvertHow, type FilmEngine, type RunOptions } from '../queue/engine.ts';
import type { ConvertOrder, ConvertProgress, JoinOrder } from '../record/convert-protocol.ts';
import { launchBrowser, openConvertPage } from './browser.ts';
import type { FilmServer } from './film-server.ts';
import type { PageAnswer } from './words.ts';

/** Milliseconds in which a page that is given up must go; else its browser goes. */
const PATIENCE = 5000;

/** A page that takes one order after the other. */
interface WarmPage {
  readonly page: Page;
  /** Told the progress of the order under way. */
  onProgress: (progress: ConvertProgress) => void;
}

export interface EngineOptions {
  readonly executablePath: string;
  readonly films: FilmServer;
  /** Where the films and the app are served. */
  readonly site: string;
  /** Milliseconds without progress after which a page is given up. */
  readonly hang: number;
}

/** Pages of one browser, which starts when it is needed, and again when it has died. */
export class BrowserEngine implements FilmEngine {
  /** How often a browser was started. */
  starts = 0;
  private browser: Promise<Browser> | null = null;
  private idle: WarmPage[] = [];

  constructor(private readonly options: EngineOptions) {}

  offer(place: string): string {
    return this.options.films.offer(place);
  }

  withdraw(address: string): void {
    this.options.films.withdraw(address);
  }

  take(file: string) {
    return this.options.films.take(file);
  }

  cuts(order: Pick<ConvertOrder, 'film' | 'name' | 'trim'>, seconds: number, options: RunOptions) {
    // An index scattered over a large film takes long to read, without progress.
    const hang = 10 * this.options.hang;
    return this.run({ ...options, hang }, (page) =>
      page.evaluate(([film, length]) => window.portoonConvert!.cuts(film, length), [order, seconds] as const),
    );
  }

  convert(order: ConvertOrder, how: ConvertHow, options: RunOptions) {
    return this.run(options, (page) =>
      page.evaluate((wanted) => window.portoonConvert!.convert(wanted), { order, ...how }),
    );
  }

  join(order: JoinOrder, options: RunOptions) {
    return this.run(options, (page) => page.evaluate((wanted) => window.portoonConvert!.join(wanted), order));
  }

  async close(): Promise<void> {
    const browser = await this.browser?.catch(() => null);
    await browser?.close();
  }

  /** Has a warm page work. A page that did not end in order is not used again. */
  private async run<Result>(
    { signal, onProgress, hang = this.options.hang }: RunOptions & { hang?: number },
    work: (page: Page) => Promise<PageAnswer<Result>>,
  ): Promise<Result> {
    signal.throwIfAborted();
    const warm = this.idle.pop() ?? (await this.open());
    if (signal.aborted) {
      this.idle.push(warm);
      throw signal.reason as Error;
    }
    let end: (error: Error) => void = () => undefined;
    const ended = new Promise<never>((_resolve, reject) => {
      end = reject;
    });
    ended.catch(() => undefined);
    const hung = () => {
      end(new Error(`The browser made no progress for ${hang / 1000} s.`));
    };
    let watch = setTimeout(hung, hang);
    warm.onProgress = (progress) => {
      clearTimeout(watch);
      watch = setTimeout(hung, hang);
      onProgress(progress);
    };
    const crashed = () => {
      end(new Error('The browser gave up, most likely for lack of memory.'));
    };
    const aborted = () => {
      end(signal.reason as Error);
    };
    warm.page.once('crash', crashed);
    warm.page.once('close', crashed);
    signal.addEventListener('abort', aborted);
    try {
      const working = work(warm.page);
      working.catch(() => undefined);
      const answer = await Promise.race([working, ended]);
      this.idle.push(warm);
      if ('fault' in answer) throw new FaultError(answer.fault);
      return answer.result;
    } catch (error) {
      if (!(error instanceof FaultError)) await this.drop(warm.page);
      throw error;
    } finally {
      clearTimeout(watch);
      warm.page.off('crash', crashed);
      warm.page.off('close', crashed);
      signal.removeEventListener('abort', aborted);
    }
  }

  private async open(): Promise<WarmPage> {
    this.browser ??= this.start();
    const starting = this.browser;
    const warm = { onProgress: () => undefined } as unknown as { page: Page } & WarmPage;
    try {
      warm.page = await openConvertPage(await starting, this.options.site, (progress) => {
        warm.onProgress(progress);
      });
      return warm;
    } catch (error) {
      // The next job tries another browser.
      if (this.browser === starting) this.browser = null;
      await starting.then((browser) => browser.close()).catch(() => undefined);
      throw error;
    }
  }

  private async start(): Promise<Browser> {
    const browser = await launchBrowser(this.options.executablePath);
    this.starts++;
    browser.once('disconnected', () => {
      this.browser = null;
      this.idle = [];
    });
    return browser;
  }

  private async drop(page: Page): Promise<void> {
    const browser = page.context().browser();
    const late = setTimeout(() => void browser?.close(), PATIENCE);
    await page.close().catch(() => undefined);
    clearTimeout(late);
  }
}
