import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import {
  FaultError,
  type ConvertSettings,
  type ConvertDriver,
  type RunOptions,
} from '../queue/convert-driver.ts';
import type { ConvertRequest, ConvertProgress, JoinRequest } from '../record/convert-protocol.ts';
import { launchMortalBrowser, openConvertPage, type MortalBrowser } from './browser.ts';
import type { FilmServer } from './film-server.ts';
import type { PageAnswer } from './page-protocol.ts';

/** Milliseconds in which a page that is given up must close; else its browser is closed. */
const CLOSE_TIMEOUT_MS = 5000;

/** A page that takes one request after the other. */
interface WarmPage {
  readonly page: Page;
  /** Called with the progress of the request under way. */
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
export class BrowserDriver implements ConvertDriver {
  /** How often a browser was started. */
  starts = 0;
  private browser: Promise<MortalBrowser> | null = null;
  private idle: WarmPage[] = [];

  constructor(private readonly options: EngineOptions) {}

  offer(place: string): string {
    return this.options.films.offer(place);
  }

  withdraw(address: string): void {
    this.options.films.withdraw(address);
  }

  openForWriting(file: string) {
    return this.options.films.openForWriting(file);
  }

  cuts(request: Pick<ConvertRequest, 'film' | 'name' | 'trim'>, seconds: number, options: RunOptions) {
    // An index scattered over a large film takes long to read, without progress.
    const hang = 10 * this.options.hang;
    return this.run({ ...options, hang }, (page) =>
      page.evaluate(([film, length]) => window.portoonConvert!.cuts(film, length), [
        request,
        seconds,
      ] as const),
    );
  }

  convert(request: ConvertRequest, how: ConvertSettings, options: RunOptions) {
    return this.run(options, (page) =>
      page.evaluate((wanted) => window.portoonConvert!.convert(wanted), { request, ...how }),
    );
  }

  join(request: JoinRequest, options: RunOptions) {
    return this.run(options, (page) =>
      page.evaluate((wanted) => window.portoonConvert!.join(wanted), request),
    );
  }

  async close(): Promise<void> {
    const browser = await this.browser?.catch(() => null);
    await browser?.end(this.patience);
  }

  private get patience(): number {
    return Math.min(CLOSE_TIMEOUT_MS, this.options.hang);
  }

  /** Runs something in a warm page. A page that broke is not used again. */
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
    const starting = (this.browser ??= this.start());
    const warm = { onProgress: () => undefined } as unknown as { page: Page } & WarmPage;
    try {
      const opening = openConvertPage((await starting).browser, this.options.site, (progress) => {
        warm.onProgress(progress);
      });
      const page = await this.inTime(opening, this.options.hang);
      if (!page) throw new Error('The browser opened no page.');
      warm.page = page;
      return warm;
    } catch (error) {
      await this.giveUp(starting);
      throw error;
    }
  }

  private start(): Promise<MortalBrowser> {
    const starting = launchMortalBrowser(this.options.executablePath);
    void starting.then(
      ({ browser }) => {
        this.starts++;
        browser.once('disconnected', () => {
          this.forget(starting);
        });
      },
      () => undefined,
    );
    return starting;
  }

  /** Closes a page, or its whole browser where the page does not close. */
  private async drop(page: Page): Promise<void> {
    const { browser } = this;
    const closing = page.close().then(
      () => true,
      () => true,
    );
    const closed = await this.inTime(closing, this.patience);
    if (!closed && browser) await this.giveUp(browser);
  }

  private async giveUp(browser: Promise<MortalBrowser>): Promise<void> {
    this.forget(browser);
    await browser.then((mortal) => mortal.end(0)).catch(() => undefined);
  }

  /** The next job has another browser. */
  private forget(browser: Promise<MortalBrowser>): void {
    if (this.browser !== browser) return;
    this.browser = null;
    this.idle = [];
  }

  /** What a promise resolves to, or null where that takes more than `most` milliseconds. */
  private async inTime<Result>(coming: Promise<Result>, most: number): Promise<Result | null> {
    coming.catch(() => undefined);
    const end = new AbortController();
    try {
      return await Promise.race([coming, wait(most, null, { signal: end.signal })]);
    } finally {
      end.abort();
    }
  }
}
