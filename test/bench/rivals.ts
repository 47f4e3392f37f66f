/**
 * Portoon beside other live background processors: the same browser, page, camera and clip, one
 * after the other in turn.
 */
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { createServer } from 'vite';
import { projectRoot } from '../fixtures/server.ts';
import type { Turn } from './rivals/main.ts';
import { quantileOf } from './spread.ts';

/**
 * Titles by the names on the page. The first draws the person as a cartoon before the live room,
 * the others blur the room.
 */
const TITLES = {
  toon: 'Portoon, toon on the person',
  blur: 'Portoon, no style, room out of focus',
  'livekit-gpu': 'LiveKit track-processors 0.8.1, as it comes (GPU delegate)',
  'livekit-cpu': 'LiveKit track-processors 0.8.1, CPU delegate',
  shiguredo: 'Shiguredo virtual-background 2023.2.0',
};
const ROUNDS = 2;
const SETTLE_MS = 3000;

export interface Rival {
  title: string;
  /** Frames a second, of all rounds. */
  fps: number;
  /**
   * Milliseconds from the camera's frame to the picture; null if the pictures do not show which
   * frame they were made from.
   */
  delay: { p50: number; p95: number } | null;
  /** Median milliseconds of the matte stage; null if it is not reported. */
  matteMs: number | null;
  /** How many times as many frames a second Portoon's cartoon makes. */
  ratio: number;
}

/**
 * Each processor takes its turn twice.
 * @param browser - its camera shows the clip, 640x360 at 30 fps.
 * @param seconds - of each turn.
 */
export async function compareRivals(browser: Browser, seconds: number): Promise<Rival[]> {
  const server = await createServer({
    root: projectRoot,
    configFile: join(projectRoot, 'vite.config.ts'),
    logLevel: 'error',
    cacheDir: join(projectRoot, 'node_modules/.vite/rivals'),
    optimizeDeps: {
      entries: ['test/bench/rivals/index.html'],
      include: ['@livekit/track-processors', 'livekit-client', '@shiguredo/virtual-background'],
    },
    server: { port: 0, hmr: false, watch: null },
  });
  await server.listen();
  const names = Object.keys(TITLES) as (keyof typeof TITLES)[];
  const turns = new Map<string, Turn[]>(names.map((name) => [name, []]));
  try {
    const url = new URL('test/bench/rivals/index.html', server.resolvedUrls!.local[0]).href;
    for (let round = 0; round < ROUNDS; round++)
      for (const name of names) {
        const page = await browser.newPage();
        page.on('pageerror', (error) => process.stderr.write(`${name}: ${error.message}\n`));
        await page.goto(url);
        await page.waitForFunction('typeof take === "function"');
        const turn = page.evaluate<Turn>(`take(${JSON.stringify(name)}, ${SETTLE_MS}, ${seconds})`);
        turns.get(name)!.push(await turn);
        await page.close();
      }
  } finally {
    await server.close();
  }
  const rate = (name: string) => {
    const all = turns.get(name)!;
    return all.reduce((sum, { fps }) => sum + fps, 0) / all.length;
  };
  return names.map((name) => {
    const delays = turns.get(name)!.flatMap((turn) => turn.delays);
    const matte = turns.get(name)!.flatMap((turn) => turn.matte);
    return {
      title: TITLES[name],
      fps: rounded(rate(name), 10),
      delay:
        delays.length > 0
          ? { p50: rounded(quantileOf(delays, 0.5)), p95: rounded(quantileOf(delays, 0.95)) }
          : null,
      matteMs: matte.length > 0 ? rounded(quantileOf(matte, 0.5), 10) : null,
      ratio: rounded(rate('toon') / rate(name), 100),
    };
  });
}

const rounded = (value: number, steps = 1) => Math.round(value * steps) / steps;
