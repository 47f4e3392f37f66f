import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { getChromium } from '../../src/cli/get-chromium.ts';
import { BrowserDriver } from '../../src/cli/browser-driver.ts';
import { FilmServer } from '../../src/cli/film-server.ts';
import type { ConvertSettings } from '../../src/queue/convert-driver.ts';
import { listen, type Listening } from '../../src/server/listen.ts';
import { createAppServer } from '../../src/server/server.ts';
import { noFfmpeg, probe } from '../fixtures/ffmpeg.ts';
import { noProc } from '../fixtures/spawn-node.ts';
import { lightBuild } from '../fixtures/light-app.ts';

const reason = noFfmpeg ?? noProc;
if (reason) process.stdout.write(`A browser that hangs is not tested: ${reason}.\n`);

/**
 * Milliseconds without progress after which the browser counts as hung: `never` is too long for
 * this test, `soon` is short, for a browser that is stopped.
 */
const HANG = { never: 100_000, soon: 1000 };
const PLAIN: ConvertSettings = {
  look: { style: 'none', region: 'everything' },
  film: { shows: 'picture' },
  ep: 'auto',
};

let folder: string;
let listening: Listening;
let engine: BrowserDriver;
let options: { hang: number };

beforeAll(async () => {
  if (reason) return;
  folder = await mkdtemp(join(tmpdir(), 'portoon-engine-'));
  const films = new FilmServer(createAppServer(lightBuild()));
  listening = await listen(films.http, 0, '127.0.0.1');
  const given = { executablePath: getChromium()!, films, site: listening.url, hang: HANG.never };
  options = given;
  engine = new BrowserDriver(given);
  const source = `-v error -f lavfi -i testsrc2=s=160x96:r=30:d=1 -c:v libx264 -preset ultrafast film.mp4`;
  execFileSync('ffmpeg', source.split(' '), { cwd: folder });
});

afterAll(async () => {
  if (reason) return;
  await engine.close();
  await listening.close();
  await rm(folder, { recursive: true });
});

/** Converts the film, and returns the number of frames. */
async function convert(name: string, during?: () => void): Promise<number> {
  const film = engine.offer(join(folder, 'film.mp4'));
  const place = await engine.openForWriting(join(folder, name));
  try {
    const { frames } = await engine.convert(
      { film, name: 'film.mp4', format: 'mp4', to: { kind: 'upload', url: place.path } },
      PLAIN,
      { signal: new AbortController().signal, onProgress: () => during?.() },
    );
    await place.finish();
    return frames;
  } finally {
    await place.close();
    engine.withdraw(film);
  }
}

/** Ids of the browser processes that this process has started. */
async function browsers(): Promise<number[]> {
  const children = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8');
  const pids = children.trim().split(' ').filter(Boolean).map(Number);
  const names = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return pids.filter((_, index) => names[index]!.includes('--headless'));
}

describe.skipIf(reason)('the browser of a worker', () => {
  test('is kept for many films, and is replaced when it hangs', async () => {
    expect([await convert('one.mp4'), await convert('two.mp4')]).toEqual([30, 30]);
    expect(engine.starts).toBe(1);
    const [hung, ...others] = await browsers();
    expect(others).toEqual([]);
    // Stops the browser and all its child processes, so that it answers nothing.
    process.kill(-hung!, 'SIGSTOP');
    options.hang = HANG.soon;
    await expect(convert('three.mp4')).rejects.toThrow('The browser made no progress for 1 s.');
    options.hang = HANG.never;
    expect(await convert('four.mp4')).toBe(30);
    expect(engine.starts).toBe(2);
    expect(await browsers()).not.toContain(hung);
    expect((await probe(join(folder, 'four.mp4'))).pictures).toHaveLength(30);
  });

  test('that hangs is ended with the worker', async () => {
    const [pid] = await browsers();
    process.kill(-pid!, 'SIGSTOP');
    options.hang = HANG.soon;
    await engine.close();
    expect(await browsers()).toEqual([]);
  });
});
