import { join } from 'node:path';
import { createServer } from 'vite';
import { serveModels } from '../../scripts/models-plugin.ts';
import { launchBrowser } from '../fixtures/browser.ts';
import { projectRoot } from '../fixtures/server.ts';
import type { Model } from './models.ts';
import { stateShape, type Net } from './net.ts';
import { seeded } from './noise.ts';
import { emptyPlanes, type Size } from './planes.ts';

const RUNS = 15;

/** Times nets in Chromium, in the app's runtime on one wasm thread. Whoever opens it closes it. */
export class BrowserTimer {
  private constructor(
    /** Chromium's version. */
    readonly version: string,
    /** The median time of a run of the net at `url` on a frame of `size`, in milliseconds. */
    readonly milliseconds: (url: string, state: Model['state'], size: Size) => Promise<number>,
    readonly close: () => Promise<void>,
  ) {}

  /** @throws Error saying how to get a browser where there is none. */
  static async open(): Promise<BrowserTimer> {
    const browser = await launchBrowser();
    const server = await createServer({
      root: join(import.meta.dirname, 'page'),
      configFile: false,
      logLevel: 'error',
      plugins: [serveModels()],
      resolve: {
        conditions: ['onnxruntime-web-use-extern-wasm', 'module', 'browser', 'development|production'],
      },
      // Nothing is bundled in advance: no cache is written, and the page is never reloaded under
      // way.
      optimizeDeps: { noDiscovery: true },
      server: { port: 0, hmr: false, watch: null, fs: { allow: [projectRoot] } },
      worker: { format: 'es' },
    });
    const close = async () => {
      await browser.close();
      await server.close();
    };
    try {
      await server.listen();
      const page = await browser.newPage();
      await page.goto(server.resolvedUrls!.local[0]!);
      await page.waitForFunction(() => window.timesOfNet !== undefined);
      return new BrowserTimer(
        browser.version(),
        async (url, state, size) => {
          const [width, height] = size;
          const inputs = Object.fromEntries([
            ['frame', [1, 3, height, width]],
            ...state.map((slot) => [slot.in, stateShape(slot, size)] as const),
          ]) as Record<string, number[]>;
          const times = await page.evaluate(
            ({ url, inputs, runs }) => window.timesOfNet!(url, inputs, runs),
            { url, inputs, runs: RUNS },
          );
          return median(times);
        },
        close,
      );
    } catch (error) {
      await close();
      throw error;
    }
  }
}

/** The median time of a run of the net in this process, on one thread, in milliseconds. */
export async function nativeMilliseconds(net: Net, size: Size): Promise<number> {
  const frame = emptyPlanes(3, ...size);
  frame.data.set(frame.data.map(seeded(1)));
  const times: number[] = [];
  for (let run = -3; run < RUNS; run++) {
    const began = performance.now();
    await net.run(frame);
    if (run >= 0) times.push(performance.now() - began);
  }
  return median(times);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
