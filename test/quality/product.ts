import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { build } from 'vite';
import { serveModels } from '../../scripts/models-plugin.ts';
import { launchBrowser } from '../fixtures/browser.ts';
import { serveApp } from '../fixtures/server.ts';
import type { Model } from './models.ts';
import { fromRgba, toRgba, type Planes, type Size } from './planes.ts';
import { FRAME } from './scenes.ts';

/**
 * Short side of the style's input: for live what the governor begins with for a webcam, for fine
 * its finest.
 */
const SHORT_SIDE: Record<Model['grade'], number> = { live: 192, fine: 384 };

/**
 * The whole effect in Chromium, with all stages, which draws its styles over frames of a webcam's
 * size. The caller closes it.
 */
export class Product {
  private readonly numbers = new Map<Planes, number>();

  private constructor(
    private readonly page: Page,
    /** Chromium's version. */
    readonly version: string,
    readonly close: () => Promise<void>,
  ) {}

  /** @throws Error saying how to get a browser where there is none. */
  static async open([width, height]: Size = FRAME): Promise<Product> {
    const cleanUps: (() => Promise<void>)[] = [];
    const close = async () => {
      for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
    };
    try {
      const browser = await launchBrowser({ camera: 'none' });
      cleanUps.push(() => browser.close());
      const folder = await mkdtemp(join(tmpdir(), 'portoon-effect-'));
      cleanUps.push(() => rm(folder, { recursive: true }));
      await buildPage(folder);
      const app = await serveApp(folder);
      cleanUps.push(() => app.close());
      const page = await browser.newPage();
      await page.goto(app.url);
      await page.waitForFunction(() => window.effectPage !== undefined);
      await page.evaluate(([width, height]) => window.effectPage!.open(width, height), [
        width,
        height,
      ] as const);
      return new Product(page, browser.version(), close);
    } catch (error) {
      await close();
      throw error;
    }
  }

  /** Sets the style of the next frames, at the size for its grade. */
  async choose({ id, grade }: Pick<Model, 'id' | 'grade'>): Promise<void> {
    await this.page.evaluate((look) => window.effectPage!.set(look), {
      style: id,
      quality: SHORT_SIDE[grade],
    });
  }

  /**
   * The composites of a film's frames, in order. Nothing of the previous film has an influence.
   * @param frames - [3,H,W], 0..1. The page keeps each for the next style.
   */
  async film(frames: readonly Planes[]): Promise<Planes[]> {
    const numbers: number[] = [];
    for (const frame of frames) numbers.push(await this.numberOf(frame));
    const composites = await this.page.evaluate((numbers) => window.effectPage!.film(numbers), numbers);
    return composites.map((rgba, n) =>
      fromRgba(Buffer.from(rgba, 'base64'), [frames[n]!.width, frames[n]!.height]),
    );
  }

  private async numberOf(frame: Planes): Promise<number> {
    const known = this.numbers.get(frame);
    if (known !== undefined) return known;
    const rgba = Buffer.from(toRgba(frame).buffer).toString('base64');
    const number = await this.page.evaluate((rgba) => window.effectPage!.keep(rgba), rgba);
    this.numbers.set(frame, number);
    return number;
  }
}

/** Bundles the page with the effect as the app's build does, so that it loads once and for all. */
async function buildPage(folder: string): Promise<void> {
  await build({
    root: join(import.meta.dirname, 'effect-page'),
    configFile: false,
    logLevel: 'warn',
    plugins: [serveModels()],
    resolve: {
      conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'development|production'],
    },
    worker: { format: 'es', rolldownOptions: { checks: { bundlerTimings: false } } },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'esnext',
      assetsInlineLimit: 0,
      modulePreload: false,
      rolldownOptions: { checks: { bundlerTimings: false } },
    },
  });
}
