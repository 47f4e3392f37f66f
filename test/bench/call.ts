/**
 * `npm run bench:call`: a call between two browsers on this machine, over loopback. How long a picture takes from the camera to the
 * friend's screen, with and without the effect, and how long a change of style takes to be seen there. As a table and as JSON.
 * Options: --seconds 20, --json test-results/bench-call.json
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright';
import { buildApp, isFresh } from '../../scripts/build.ts';
import { readFrameNumber } from '../../scripts/demo/frame-number.ts';
import { arrive, enter, goesOn, newLink, sees, type Person } from '../app/call-page.ts';
import { launchBrowser } from '../fixtures/browser.ts';
import { fakeCamera } from '../fixtures/fake-camera.ts';
import { projectRoot } from '../fixtures/server.ts';
import { startNode } from '../fixtures/signalling.ts';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    json: { type: 'string', default: 'test-results/bench-call.json' },
  },
});
const seconds = Number(options.seconds);
if (!(seconds >= 5)) {
  process.stderr.write(`--seconds is "${options.seconds}"; it takes a number from 5 up.\n`);
  process.exit(2);
}

/** Milliseconds since 1970, of one machine's clock, and the picture that was there then, made small. */
type Seen = [at: number, rgba: string];

interface Spread {
  p50: number;
  p95: number;
  count: number;
}

/** tsx gives functions their names through a helper that pages do not have. */
const NAMES = 'globalThis.__name = (named) => named;';
/** The frame's number is eleven blocks of 12 pixels at 360 lines; made small, each block is a pixel. */
const NUMBER = { width: 132 / 360, height: 12 / 360, columns: 11, rows: 1 };
/** For seeing whether the picture changed. In shares of the picture's height, as above. */
const PICTURE = { width: 640 / 360, height: 1, columns: 32, rows: 18 };
/** A codec's own unrest on a still picture stays below this; 0..255, mean over the picture. */
const CHANGED = 3;

if (!(await isFresh(projectRoot))) await buildApp(projectRoot);
const app = await startNode({}, join(projectRoot, 'dist'));
const friend = await launchBrowser();
try {
  const moving = await fakeCamera();
  const still = await fakeCamera({ frames: 1 });
  const latency = {
    'no style': await withCall(moving.path, 'none', latencyOf),
    toon: await withCall(moving.path, 'toon', latencyOf),
  };
  const change = await withCall(still.path, 'none', changeOf);
  const result = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`,
    browser: friend.version(),
    latencyMs: latency,
    styleChangeMs: change,
  };
  await mkdir(dirname(options.json), { recursive: true });
  await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
  print(result);
} finally {
  await friend.close();
  await app.close();
}

/** Somebody with this camera calls a friend; both see each other when the work begins. */
async function withCall<T>(
  camera: string,
  style: string,
  work: (caller: Page, friend: Page) => Promise<T>,
): Promise<T> {
  const browser: Browser = await launchBrowser({ camera });
  const people: Person[] = [];
  try {
    const link = newLink(app.url);
    const a = await arrive(browser, `${link}&style=${style}`, 'Ada', NAMES);
    const b = await arrive(friend, link, 'Grace', NAMES);
    people.push(a, b);
    await enter(a);
    await enter(b);
    await Promise.all([sees(a.page), sees(b.page)]);
    await goesOn(b.page);
    // The codec and the estimate of the bandwidth settle.
    await b.page.waitForTimeout(8000);
    return await work(a.page, b.page);
  } finally {
    for (const person of people) await person.close();
    await browser.close();
  }
}

async function latencyOf(caller: Page, friendPage: Page): Promise<Spread & { fps: number }> {
  await Promise.all([watchCamera(caller), watchFriend(friendPage, NUMBER)]);
  await friendPage.waitForTimeout(seconds * 1000);
  const [taken, shown] = await Promise.all([seenBy(caller), seenBy(friendPage)]);
  const sent = taken.flatMap(([at, rgba]) => {
    const number = numberOf(rgba);
    return number === undefined ? [] : [{ at, number }];
  });
  const latencies: number[] = [];
  let before: number | undefined;
  for (const [at, rgba] of shown) {
    const number = numberOf(rgba);
    if (number === undefined || number === before) continue;
    before = number;
    // The camera's clip comes round after four seconds.
    const origin = sent.findLast((one) => one.number === number && one.at <= at && at - one.at < 3000);
    if (origin) latencies.push(at - origin.at);
  }
  return { ...spread(latencies), fps: Math.round((10 * shown.length) / seconds) / 10 };
}

async function changeOf(caller: Page, friendPage: Page): Promise<Record<string, Spread>> {
  await caller.evaluate(() => {
    Object.assign(globalThis, { pressed: 0 });
    addEventListener(
      'keydown',
      ({ timeStamp }) => {
        Object.assign(globalThis, { pressed: performance.timeOrigin + timeStamp });
      },
      { capture: true },
    );
  });
  await watchFriend(friendPage, PICTURE);
  const first: number[] = [];
  const again: number[] = [];
  const negotiated = await caller.evaluate<string>('connections[0].localDescription.sdp');
  // Each style for the first time (its net is fetched and warmed up), then between one that stands ready and none.
  for (const key of ['1', '2', '3']) {
    first.push(await changeBy(caller, friendPage, key));
    await changeBy(caller, friendPage, '0');
  }
  for (let round = 0; round < 8; round++) {
    again.push(await changeBy(caller, friendPage, '1'));
    again.push(await changeBy(caller, friendPage, '0'));
  }
  const connections = await caller.evaluate('connections.length');
  if (connections !== 1 || negotiated !== (await caller.evaluate('connections[0].localDescription.sdp')))
    throw new Error('a change of style negotiated');
  return { 'used before': spread(again), 'used for the first time': spread(first) };
}

/** Milliseconds from the press of a key to the first frame on the friend's screen that is another picture. */
async function changeBy(caller: Page, friendPage: Page, key: string): Promise<number> {
  // What the change before left to settle.
  await friendPage.waitForTimeout(2500);
  await friendPage.evaluate('seen.splice(0, seen.length - 1)');
  await caller.keyboard.press(key);
  const pressed = await caller.evaluate<number>('pressed');
  for (;;) {
    await friendPage.waitForTimeout(300);
    const [[, before], ...after] = (await seenBy(friendPage)) as [Seen, ...Seen[]];
    const changed = after.find(([at, rgba]) => at > pressed && difference(before, rgba) > CHANGED);
    if (changed) return changed[0] - pressed;
    if (Date.now() - pressed > 20_000)
      throw new Error(`the key ${key} changed nothing on the friend's screen`);
  }
}

/** Collects the camera's own frames as they reach the page, before anything is done with them. */
function watchCamera(page: Page): Promise<void> {
  return page.evaluate((part) => {
    const { opened, MediaStreamTrackProcessor } = globalThis as unknown as {
      opened: MediaStreamTrack[];
      MediaStreamTrackProcessor: new (init: { track: MediaStreamTrack }) => {
        readable: ReadableStream<VideoFrame>;
      };
    };
    const track = opened.findLast(({ kind, readyState }) => kind === 'video' && readyState === 'live')!;
    const frames = new MediaStreamTrackProcessor({ track: track.clone() }).readable.getReader();
    const context = new OffscreenCanvas(part.columns, part.rows).getContext('2d', {
      willReadFrequently: true,
    })!;
    const seen: [number, string][] = [];
    Object.assign(globalThis, { seen });
    void (async () => {
      for (;;) {
        const { value: frame, done } = await frames.read();
        if (done) return;
        const at = performance.timeOrigin + performance.now();
        const { displayHeight: h } = frame;
        context.drawImage(frame, 0, 0, part.width * h, part.height * h, 0, 0, part.columns, part.rows);
        frame.close();
        seen.push([at, String.fromCharCode(...context.getImageData(0, 0, part.columns, part.rows).data)]);
      }
    })();
  }, NUMBER);
}

/** Collects what the friend's screen shows of the caller, and when. */
function watchFriend(page: Page, part: typeof NUMBER): Promise<void> {
  return page.evaluate((wanted) => {
    const video = document.querySelector<HTMLVideoElement>('.person video')!;
    const context = new OffscreenCanvas(wanted.columns, wanted.rows).getContext('2d', {
      willReadFrequently: true,
    })!;
    const seen: [number, string][] = [];
    const look = (now: number, { expectedDisplayTime }: VideoFrameCallbackMetadata) => {
      const { videoHeight: h } = video;
      context.drawImage(video, 0, 0, wanted.width * h, wanted.height * h, 0, 0, wanted.columns, wanted.rows);
      seen.push([
        performance.timeOrigin + Math.max(now, expectedDisplayTime),
        String.fromCharCode(...context.getImageData(0, 0, wanted.columns, wanted.rows).data),
      ]);
      video.requestVideoFrameCallback(look);
    };
    Object.assign(globalThis, { seen });
    video.requestVideoFrameCallback(look);
  }, part);
}

function seenBy(page: Page): Promise<Seen[]> {
  return page.evaluate<Seen[]>('seen');
}

function bytes(rgba: string): Uint8Array {
  return Buffer.from(rgba, 'latin1');
}

function numberOf(rgba: string): number | undefined {
  return readFrameNumber(bytes(rgba), NUMBER.columns, NUMBER.rows / NUMBER.height);
}

function difference(one: string, other: string): number {
  const [a, b] = [bytes(one), bytes(other)];
  return a.reduce((sum, value, index) => sum + Math.abs(value - b[index]!), 0) / a.length;
}

function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN);
  return { p50: at(0.5), p95: at(0.95), count: sorted.length };
}

function print(result: {
  date: string;
  machine: string;
  browser: string;
  latencyMs: Record<string, Spread & { fps: number }>;
  styleChangeMs: Record<string, Spread>;
}): void {
  const rows = [
    ['date, machine', `${result.date}, ${result.machine}, Chromium ${result.browser}`],
    ...Object.entries(result.latencyMs).map(([name, { p50, p95, fps, count }]) => [
      `camera to screen, ${name}`,
      `${p50} ms median, ${p95} ms p95 (${count} frames that were read; ${fps} shown a second)`,
    ]),
    ...Object.entries(result.styleChangeMs).map(([name, { p50, p95, count }]) => [
      `change of style, ${name}`,
      `${p50} ms median, ${p95} ms p95 (${count} changes)`,
    ]),
  ] as [string, string][];
  const width = Math.max(...rows.map(([name]) => name.length));
  process.stdout.write(`${rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')}\n`);
}
