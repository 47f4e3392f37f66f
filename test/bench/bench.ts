/**
 * `npm run bench`: the built app in Chromium with a 30 fps camera showing the demo clip, as a table
 * and as JSON; how long a picture takes from the camera to the stage; the style net beside one of
 * the classic size; and other background processors in the same run. Options: --parts
 * app,latency,nets,rivals, --minutes 5 (of the app), --seconds 8 (of each rival's turn and each
 * latency), --style toon, --ep auto, --json test-results/bench.json
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, BrowserContext, Page } from 'playwright';
import { buildApp, isFresh } from '../../scripts/build.ts';
import type { EffectStats, StageTimes } from '../../src/effect/protocol.ts';
import { launchBrowser, launchBrowserWithProfile } from '../fixtures/browser.ts';
import { fakeCamera } from '../fixtures/fake-camera.ts';
import { listen } from '../../src/server/listen.ts';
import { createAppServer } from '../../src/server/server.ts';
import { projectRoot } from '../fixtures/server.ts';
import { compareStyleNets, type NetTimes } from './nets.ts';
import { compareRivals, type Rival } from './rivals.ts';
import { spread, type Spread } from './spread.ts';
import { collected, delays, forget, KEEP_TRACKS, watchStage } from './watch.ts';

const { values: options } = parseArgs({
  options: {
    parts: { type: 'string', default: 'app,latency,nets,rivals' },
    minutes: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '8' },
    style: { type: 'string', default: 'toon' },
    ep: { type: 'string', default: 'auto' },
    json: { type: 'string', default: 'test-results/bench.json' },
  },
});
const minutes = Number(options.minutes);
if (!(minutes >= 0.5)) {
  process.stderr.write(`--minutes is "${options.minutes}"; it takes a number from 0.5 up.\n`);
  process.exit(2);
}

const seconds = Number(options.seconds);
if (!(seconds >= 2)) {
  process.stderr.write(`--seconds is "${options.seconds}"; it takes a number from 2 up.\n`);
  process.exit(2);
}
const parts = new Set(options.parts.split(','));

interface Watched {
  startedAt: number | null;
  longTasks: number[];
}

/** Bytes in memory by kind of process, as the system counts them; null where it does not say. */
type ResidentBytes = Record<string, number | null>;

if (!(await isFresh(projectRoot))) await buildApp(projectRoot);
const camera = await fakeCamera();
const server = createAppServer(join(projectRoot, 'dist'));
const sockets = new Set<Socket>();
server.on('connection', (socket) => sockets.add(socket));
const app = await listen(server, 0);
const browser = await launchBrowser({ camera: camera.path });
try {
  const result = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`,
    browser: browser.version(),
    ...(parts.has('app') && { app: await measureApp() }),
    ...(parts.has('latency') && {
      latencyMs: { none: await latency('none'), [options.style]: await latency(options.style) },
    }),
    ...(parts.has('nets') && { nets: await compareStyleNets(options.style) }),
    ...(parts.has('rivals') && { rivals: await compareRivals(browser, seconds) }),
  };
  await mkdir(dirname(options.json), { recursive: true });
  await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
  print(result);
} finally {
  await browser.close();
  await app.close();
}

function queryOf(style: string): string {
  return `?input=camera&autostart=1&style=${style}&quality=192&ep=${options.ep}`;
}

async function measureApp() {
  const query = queryOf(options.style);
  const visits = await measureVisits(query);
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  const steady = await runSteadily(browser, context, query);
  await context.close();
  return { ...visits, ...steady };
}

/** Measures first visits and repeated visits, often enough for a meaningful median. */
async function measureVisits(query: string) {
  const profile = await mkdtemp(join(tmpdir(), 'portoon-bench-'));
  const visit = async (stay: number) => {
    const context = await launchBrowserWithProfile(profile, { camera: camera.path });
    const page = await openWatched(context, query);
    const { startedAt } = await page.evaluate(() => (globalThis as unknown as { watched: Watched }).watched);
    const bytes = [...sockets].reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
    await page.waitForTimeout(stay);
    await context.close();
    return { ms: Math.round(startedAt!), bytes };
  };
  try {
    // The browser keeps compiled code once the last of it has been still for some seconds.
    const cold = await visit(10_000);
    const warm: number[] = [];
    for (let again = 0; again < 5; again++) warm.push((await visit(0)).ms);
    return {
      firstFrameMs: { cold: cold.ms, warm: middle(warm), allWarm: warm },
      wireMB: Math.round(cold.bytes / 1e5) / 10,
    };
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Milliseconds from the camera's frame in the page until the page can read it off the stage. */
async function latency(style: string): Promise<Spread> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  await page.addInitScript(KEEP_TRACKS);
  await page.goto(`${app.url}${queryOf(style)}`);
  await page.waitForFunction(() => document.documentElement.dataset.state === 'running', undefined, {
    timeout: 120_000,
  });
  // Loading, compiling and warming up are measured elsewhere.
  await page.waitForTimeout(10_000);
  await watchStage(page);
  await page.waitForTimeout(2000);
  await forget(page);
  await page.waitForTimeout(seconds * 1000);
  const [taken, shown] = await Promise.all([collected(page, 'taken'), collected(page, 'stage')]);
  await page.close();
  return spread(delays(taken, shown));
}

async function openWatched(context: BrowserContext, query: string): Promise<Page> {
  const page = await context.newPage();
  await page.addInitScript(() => {
    const watched: Watched = { startedAt: null, longTasks: [] };
    Object.assign(globalThis, { watched });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) watched.longTasks.push(duration);
    }).observe({ type: 'longtask' });
    new MutationObserver(() => {
      if (document.documentElement.dataset.state === 'running') watched.startedAt ??= performance.now();
    }).observe(document, { attributes: true, subtree: true, attributeFilter: ['data-state'] });
  });
  await page.goto(`${app.url}${query}`);
  await page.waitForFunction(
    () => (globalThis as unknown as { watched: Watched }).watched.startedAt !== null,
    undefined,
    {
      timeout: 120_000,
    },
  );
  return page;
}

async function runSteadily(browser: Browser, context: BrowserContext, query: string) {
  const page = await openWatched(context, query);
  // Loading, compiling and warming up were measured above.
  await page.waitForTimeout(5000);
  await page.evaluate(() => {
    (globalThis as unknown as { watched: Watched }).watched.longTasks.length = 0;
  });
  const samples: EffectStats[] = [];
  const began = performance.now();
  const first = await stats(page);
  const held: Memory[] = [];
  while (performance.now() - began < minutes * 60_000) {
    await page.waitForTimeout(2000);
    samples.push(await stats(page));
    // Once a minute; in a run shorter than that, once in its middle.
    const due = Math.min(minutes / 2, 1) * (held.length + 1);
    if (due < minutes && performance.now() - began >= due * 60_000)
      held.push(await memory(browser, page, began));
  }
  const last = await stats(page);
  const seconds = (performance.now() - began) / 1000;
  const { longTasks } = await page.evaluate(() => (globalThis as unknown as { watched: Watched }).watched);
  held.push(await memory(browser, page, began));
  await page.close();
  const stage = (pick: (sample: EffectStats) => StageTimes, name: keyof StageTimes) =>
    Math.round(10 * middle(samples.map((sample) => pick(sample)[name]))) / 10;
  const names = ['prepare', 'matte', 'style', 'composite', 'total', 'delay'] as const;
  return {
    fps: Math.round((10 * (last.frames - first.frames)) / seconds) / 10,
    frames: last.frames - first.frames,
    dropped: last.dropped - first.dropped,
    ms: Object.fromEntries(
      names.map((name) => [name, { median: stage((s) => s.ms, name), p95: stage((s) => s.p95, name) }]),
    ),
    ep: last.ep,
    matteSize: last.matteSize,
    styleSize: last.styleSize,
    renderer: last.renderer,
    mainThread: { tasksOver50Ms: longTasks.length, longestMs: Math.round(Math.max(0, ...longTasks)) },
    memory: held,
  };
}

function stats(page: Page): Promise<EffectStats> {
  return page.evaluate(() =>
    (globalThis as unknown as { portoon: { stats(): EffectStats } }).portoon.stats(),
  );
}

/** After a garbage collection. */
interface Memory {
  minute: number;
  /** JavaScript, wasm and DOM of the page and its workers. */
  pageMiB: number;
  /**
   * The same for each worker, by the name of its script; `page` is the page itself, `shared` what
   * belongs to none of them.
   */
  realmMiB: Record<string, number>;
  residentMiB: ResidentBytes;
}

async function memory(browser: Browser, page: Page, began: number): Promise<Memory> {
  const parts = await page.evaluate(async () => {
    const measured = performance as unknown as {
      measureUserAgentSpecificMemory(): Promise<{
        breakdown: { bytes: number; attribution: { scope: string; url: string }[] }[];
      }>;
    };
    return (await measured.measureUserAgentSpecificMemory()).breakdown;
  });
  const realmBytes: Record<string, number> = {};
  for (const { bytes, attribution } of parts) {
    const { scope, url } = attribution[0] ?? { scope: 'shared', url: '' };
    const name = scope === 'Window' ? 'page' : (/([\w.]+?)-[\w-]+\.js/.exec(url)?.[1] ?? scope);
    realmBytes[name] = (realmBytes[name] ?? 0) + bytes;
  }
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const residentMiB: ResidentBytes = {};
  for (const { id, type } of processInfo) {
    const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '');
    const kib = /VmRSS:\s+(\d+)/.exec(status)?.[1];
    if (type === 'renderer' || type === 'GPU')
      residentMiB[type] =
        kib === undefined ? null : (residentMiB[type] ?? 0) + Math.round(Number(kib) / 1024);
  }
  return {
    minute: Math.round((performance.now() - began) / 6000) / 10,
    pageMiB: inMiB(parts.reduce((sum, { bytes }) => sum + bytes, 0)),
    realmMiB: Object.fromEntries(Object.entries(realmBytes).map(([name, bytes]) => [name, inMiB(bytes)])),
    residentMiB,
  };
}

/**
 * Difference between the largest and the smallest memory of page and workers, in MiB, after the
 * first two minutes, in which caches fill; null for shorter runs.
 */
function sway(held: readonly Memory[]): number | null {
  const later = held.filter(({ minute }) => minute >= 2).map(({ pageMiB }) => pageMiB);
  return later.length < 2 ? null : Math.round(10 * (Math.max(...later) - Math.min(...later))) / 10;
}

function inMiB(bytes: number): number {
  return Math.round((bytes / 2 ** 20) * 10) / 10;
}

function middle(values: number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

interface Result {
  date: string;
  machine: string;
  browser: string;
  app?: Awaited<ReturnType<typeof measureApp>>;
  latencyMs?: Record<string, Spread>;
  nets?: NetTimes;
  rivals?: Rival[];
}

function print({ date, machine, browser, app, latencyMs, nets, rivals }: Result): void {
  const rows: [string, string][] = [['date, machine', `${date}, ${machine}, Chromium ${browser}`]];
  if (app) rows.push(...rowsOf(app));
  for (const [style, { p50, p95, count }] of Object.entries(latencyMs ?? {}))
    rows.push([`camera to stage, ${style}`, `${p50} ms median, ${p95} ms p95 (${count} frames)`]);
  if (nets)
    rows.push([
      'style net',
      `${nets.style} ${nets.ms} ms, a Johnson net ${nets.johnsonMs} ms at ${nets.size.join('x')}: ${nets.ratio} times as long`,
    ]);
  for (const { title, fps, delay, matteMs, ratio } of rivals ?? [])
    rows.push([
      title,
      `${fps} fps (the cartoon makes ${ratio} times as many); ${delay ? `camera to track ${delay.p50} ms, p95 ${delay.p95}` : 'delay not told'}; matte ${matteMs ?? '?'} ms`,
    ]);
  const width = Math.max(...rows.map(([name]) => name.length));
  process.stdout.write(`${rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')}\n`);
}

function rowsOf(result: Awaited<ReturnType<typeof measureApp>>): [string, string][] {
  const swaying = sway(result.memory);
  return [
    ['runs on', `${result.ep}, ${result.renderer}`],
    ['sizes', `camera 640x360, matte ${result.matteSize.join('x')}, style ${result.styleSize.join('x')}`],
    ['first frame', `${result.firstFrameMs.cold} ms cold, ${result.firstFrameMs.warm} ms warm`],
    ['over the wire', `${result.wireMB} MB until the first visit's first frame`],
    [
      'frames a second',
      `${result.fps} (camera 30; ${result.dropped} of ${result.frames + result.dropped} frames dropped)`,
    ],
    ...Object.entries(result.ms).map(([name, { median, p95 }]): [string, string] => [
      name,
      `${median} ms median, ${p95} ms p95`,
    ]),
    [
      'main thread',
      `${result.mainThread.tasksOver50Ms} tasks over 50 ms, longest ${result.mainThread.longestMs} ms`,
    ],
    ...result.memory.map(({ minute, pageMiB, realmMiB, residentMiB }): [string, string] => [
      `memory, ${minute} min`,
      `page and workers ${pageMiB} MiB (${listed(realmMiB)}); resident ${listed(residentMiB)} MiB`,
    ]),
    ...(swaying === null
      ? []
      : [['memory sways by', `${swaying} MiB after two minutes`] as [string, string]]),
  ];
}

function listed(values: Record<string, number | null>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value ?? '?'}`)
    .join(', ');
}
