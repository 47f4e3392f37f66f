/**
 * `npm run bench:soak`: the studio in a hidden tab shows itself in OBS for a while: one page of the
 * link takes the stage with sound, one the person alone. Each minute: frames that left and arrived,
 * memory of both browsers, and how far the sound is from the picture. A table and JSON. With
 * `--over janus` it publishes by WHIP, and two pages play the stage by WHEP, the second without
 * sound. Options: --minutes 10, --every 60 (seconds of a row), --over link|janus, --json
 * test-results/soak.json
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { PNG } from 'pngjs';
import type { Browser, Locator, Page } from 'playwright';
import { buildApp, isFresh } from '../../scripts/build.ts';
import { WATCH } from '../app/call-page.ts';
import { reach, visit } from '../app/studio-page.ts';
import { launchBrowser, launchBrowserWithTabs } from '../fixtures/browser.ts';
import { fakeCamera } from '../fixtures/fake-camera.ts';
import { missingJanus, startJanus, type JanusServer } from '../fixtures/janus.ts';
import { projectRoot } from '../fixtures/server.ts';
import { startNode } from '../fixtures/signalling.ts';
import { round } from './callers.ts';
import { metronome, NAMES, offsets, SIZE, watchBeats } from './metronome.ts';
import { machine } from './processor.ts';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    every: { type: 'string', default: '60' },
    over: { type: 'string', default: 'link' },
    json: { type: 'string', default: 'test-results/soak.json' },
  },
});
const [minutes, every] = [Number(options.minutes), Number(options.every)];
const rows = Math.floor((60 * minutes) / every);
if (!(minutes <= 120 && every >= 10 && rows >= 2)) {
  process.stderr.write(
    '--minutes takes a number up to 120, --every one from 10 up; both make two rows at least.\n',
  );
  process.exit(2);
}
const gap = options.over === 'link' ? undefined : options.over === 'janus' ? missingJanus() : 'link or janus';
if (gap !== undefined) {
  process.stderr.write(`--over ${options.over}: ${gap}\n`);
  process.exit(2);
}

const COLUMNS = [
  'studio ',
  'fps drawn / sent / decoded by both',
  'studio MiB: heap, resident',
  'OBS MiB: heap, resident',
  'sound later than picture, ms',
];

if (!(await isFresh(projectRoot))) await buildApp(projectRoot);
const still = Object.assign(new PNG(SIZE), {
  data: Buffer.from((await fakeCamera({ frames: 1, ...SIZE })).frame(0).rgba),
});
const [tabs, obs] = await Promise.all([launchBrowserWithTabs(), launchBrowser()]);
const janus = options.over === 'janus' ? await startJanus() : null;
const app = await startNode({ broadcastOrigins: [...(janus?.origins ?? [])] }, join(projectRoot, 'dist'));
try {
  const pages = await open();
  const taken: Awaited<ReturnType<typeof take>>[] = [];
  process.stdout.write(`${machine()}, Chromium ${obs.version()}\n${COLUMNS.join('  ')}\n`);
  await beginAnew(pages);
  await wait(1000 * Math.min(every, 20));
  const visible = await take(pages);
  process.stdout.write(`${line(visible)}\n`);
  await tabs.hide();
  await beginAnew(pages);
  for (let row = 0; row < rows; row++) {
    await wait(1000 * every);
    taken.push(await take(pages));
    process.stdout.write(`${line(taken.at(-1)!)}\n`);
  }
  const result = {
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    browser: obs.version(),
    everySeconds: every,
    visible,
    rows: taken,
    // In the first minutes browsers fill their caches, so growth is measured over the second half.
    growthMiB: Object.fromEntries(
      (['studioHeap', 'studioResident', 'obsHeap', 'obsResident'] as const).map((what) => [
        what,
        round(taken.at(-1)![what] - taken[taken.length >> 1]![what]),
      ]),
    ),
    driftMs: round(taken.at(-1)!.soundLateMs - taken[0]!.soundLateMs),
  };
  await mkdir(dirname(options.json), { recursive: true });
  await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
  process.stdout.write(
    `grown by (MiB, in the second half): ${JSON.stringify(result.growthMiB)}; drift ${result.driftMs} ms\n`,
  );
} finally {
  await Promise.all([tabs.close(), obs.close()]);
  await app.close();
  await janus?.stop();
}
process.exit();

interface Pages {
  studio: Page;
  /** Shows the stage, with sound. */
  stage: Page;
  /** Shows the person alone; over Janus the stage once more. */
  person: Page;
}

async function open(): Promise<Pages> {
  const studio = tabs.page;
  await studio.addInitScript(WATCH + metronome(PNG.sync.write(still)));
  await studio.goto(`${app.url}?input=camera&autostart=1&style=toon&quality=96`);
  await reach(studio, 'running');
  await studio.keyboard.press('o');
  const panel = studio.getByRole('dialog', { name: 'Broadcast' });
  const [stage, person] = await (janus ? overJanus(panel, janus) : overLink(panel));
  await Promise.all([stage, person].map((page) => reach(page, 'running')));
  await watchBeats(stage);
  return { studio, stage, person };
}

async function overLink(panel: Locator): Promise<[Page, Page]> {
  await panel.getByRole('switch', { name: 'OBS link' }).press('Space');
  await panel.getByText('nobody has the link open').waitFor();
  await panel.getByRole('switch', { name: 'Send the microphone' }).press('Space');
  const link = await panel.getByLabel('Link for OBS').inputValue();
  return Promise.all([watch(`${link}&alpha=none`), watch(`${link}&audio=0`)]);
}

async function overJanus(panel: Locator, { whip, whep, token }: JanusServer): Promise<[Page, Page]> {
  await panel.getByLabel('WHIP address').fill(whip);
  await panel.getByLabel('Token', { exact: true }).fill(token);
  await panel.getByRole('button', { name: 'Go on air' }).press('Enter');
  await panel.getByText('On air').waitFor();
  const address = `${app.url}obs.html?whep=${encodeURIComponent(whep)}`;
  return Promise.all([watch(address), watch(`${address}&audio=0`)]);
}

async function watch(address: string): Promise<Page> {
  return (await visit(obs, address, { viewport: SIZE, before: NAMES + WATCH })).page;
}

/** Starts a new period of measurement, after a pause. */
async function beginAnew({ studio, stage, person }: Pages): Promise<void> {
  await wait(5000);
  await offsets(stage);
  await Promise.all([studio, stage, person].map(framesSince));
}

async function take({ studio, stage, person }: Pages) {
  const seen = await studio.evaluate(() => document.visibilityState);
  const [left, toStage, toPerson] = await Promise.all([studio, stage, person].map(framesSince));
  const late = (await offsets(stage)).sort((a, b) => a - b);
  const at = (share: number) => round(late[Math.round((late.length - 1) * share)] ?? NaN);
  return {
    studio: seen,
    /** Frames a second: composited, sent to both, decoded by each. */
    drawn: left!.drawn,
    sent: left!.sent,
    stage: toStage!.decoded,
    person: toPerson!.decoded,
    studioHeap: await heap([studio]),
    studioResident: await resident(tabs.browser),
    obsHeap: await heap([stage, person]),
    obsResident: await resident(obs),
    beeps: late.length,
    soundLateMs: at(0.5),
    soundLateFrom: at(0.05),
    soundLateTo: at(0.95),
  };
}

/**
 * Frames a second since the last call: drawn by the effect, sent and decoded over all connections.
 */
function framesSince(page: Page): Promise<{ drawn: number; sent: number; decoded: number }> {
  return page.evaluate(async () => {
    const all = globalThis as unknown as {
      connections: RTCPeerConnection[];
      portoon: { stats?: () => { frames: number } };
      before?: { drawn: number; sent: number; decoded: number; at: number };
    };
    const now = { drawn: all.portoon.stats?.().frames ?? 0, sent: 0, decoded: 0, at: performance.now() };
    for (const connection of all.connections)
      (await connection.getStats()).forEach((entry: Record<string, unknown>) => {
        if (entry.kind !== 'video') return;
        if (entry.type === 'outbound-rtp') now.sent += Number(entry.framesSent ?? 0);
        if (entry.type === 'inbound-rtp') now.decoded += Number(entry.framesDecoded ?? 0);
      });
    const { before = now } = all;
    all.before = now;
    const rate = (of: 'drawn' | 'sent' | 'decoded') =>
      Math.round((10_000 * (now[of] - before[of])) / (now.at - before.at)) / 10;
    return { drawn: rate('drawn'), sent: rate('sent'), decoded: rate('decoded') };
  });
}

/**
 * MiB that the pages' own heaps hold after a garbage collection; those of workers are not among
 * them.
 */
async function heap(of: Page[]): Promise<number> {
  let used = 0;
  for (const page of of) {
    const session = await page.context().newCDPSession(page);
    await session.send('HeapProfiler.collectGarbage');
    used += (await session.send('Runtime.getHeapUsage')).usedSize;
    await session.detach();
  }
  return round(used / 2 ** 20);
}

/**
 * MiB that all processes of a browser have in memory. Shared memory counts once for each process.
 */
async function resident(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const pages = await Promise.all(
    processInfo.map(async ({ id }) => Number((await readFile(`/proc/${id}/statm`, 'utf8')).split(' ')[1])),
  );
  return Math.round((pages.reduce((sum, each) => sum + each, 0) * 4096) / 2 ** 20);
}

function line(row: Awaited<ReturnType<typeof take>>): string {
  const cells = [
    row.studio,
    `${row.drawn} / ${row.sent} / ${row.stage} + ${row.person}`,
    `${row.studioHeap}, ${row.studioResident}`,
    `${row.obsHeap}, ${row.obsResident}`,
    `${row.soundLateMs} (${row.soundLateFrom} to ${row.soundLateTo}, ${row.beeps} beeps)`,
  ];
  return cells.map((cell, index) => cell.padEnd(COLUMNS[index]!.length)).join('  ');
}
