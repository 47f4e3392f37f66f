/**
 * `npm run bench:call`: a call between two browsers on this machine, over loopback. How long a
 * picture takes from the camera to the friend's screen, with and without the effect, and how long a
 * change of style takes to be seen there. As a table and as JSON, in less than two minutes.
 * Options: --seconds 12 (for each latency), --json test-results/bench-call.json
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright';
import { buildApp, isFresh } from '../../scripts/build.ts';
import { arrive, enter, goesOn, newLink, sees, type Person } from '../app/call-page.ts';
import { launchBrowser } from '../fixtures/browser.ts';
import { fakeCamera } from '../fixtures/fake-camera.ts';
import { projectRoot } from '../fixtures/server.ts';
import { startNode } from '../fixtures/signalling.ts';
import { spread, type Spread } from './spread.ts';
import { collected, delays, forget, watchCaller, watchFriend, type Look } from './watch.ts';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '12' },
    json: { type: 'string', default: 'test-results/bench-call.json' },
  },
});
const seconds = Number(options.seconds);
if (!(seconds >= 5)) {
  process.stderr.write(`--seconds is "${options.seconds}"; it takes a number from 5 up.\n`);
  process.exit(2);
}

/** Time for the codec and the estimate of the bandwidth to settle. */
const SETTLE_MS = 5000;
/** The pause between two changes. */
const PAUSE_MS = 1000;
const ROUNDS = 6;
/** A change that is not seen within this time counts as failed. */
const CHANGE_MS = 20_000;
/**
 * A codec changes a picture by less than this, a style by more: mean difference of luma (0 to 255)
 * over the tenth of the pixels that differ most.
 */
const CHANGED = 7;
/** tsx wraps functions in a helper for their names, which pages do not have. */
const NAMES = 'globalThis.__name = (named) => named;';

const began = performance.now();
let step = '';
/** Prints the current step to stderr. */
function say(what: string): void {
  step = what;
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${what}\n`);
}
// If a page hangs, Playwright waits for its answer for ever, so the benchmark ends itself.
const patience = 150 + 2 * seconds;
setTimeout(() => {
  process.stderr.write(`No end after ${patience} s; it hangs at: ${step}\n`);
  process.exit(1);
}, patience * 1000).unref();

if (!(await isFresh(projectRoot))) {
  say('building the app');
  await buildApp(projectRoot);
}
say('starting the server and two browsers');
const app = await startNode({}, join(projectRoot, 'dist'));
const [moving, small] = await Promise.all([
  fakeCamera(),
  fakeCamera({ frames: 1, width: 320, height: 180, numbered: false }),
]);
const [ada, grace] = await Promise.all([
  launchBrowser({ camera: moving.path }),
  launchBrowser({ camera: small.path }),
]);
try {
  const link = newLink(app.url);
  say('both open the lobby');
  const people = await Promise.all([arrive(ada, link, 'Ada', NAMES), arrive(grace, link, 'Grace', NAMES)]);
  say('both join');
  for (const person of people) await enter(person);
  await Promise.all(people.map(({ page }) => sees(page)));
  // Two people's nets on one machine would measure each other.
  say('the friend switches their camera off');
  await people[1].page
    .getByRole('toolbar', { name: 'Call' })
    .getByRole('button', { name: /camera/i })
    .click();
  const result = await measure(...people);
  await mkdir(dirname(options.json), { recursive: true });
  await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
  print(result);
} finally {
  await Promise.all([ada.close(), grace.close()]);
  await app.close();
}

async function measure({ page: caller }: Person, { page: friend }: Person) {
  await goesOn(friend);
  await Promise.all([watchCaller(caller), watchFriend(friend)]);
  const negotiated = await caller.evaluate<string>('connections[0].localDescription.sdp');

  const none = await latencyOf('none', caller, friend);
  const live = {
    left: (await collected(caller, 'left')).map(({ picture }) => picture),
    shown: (await collected(friend, 'shown')).map(({ picture }) => picture),
  };
  say('changing to toon');
  await changeBy('1', caller, friend, live);
  const toon = await latencyOf('toon', caller, friend);

  const first: Change[] = [];
  const again: Change[] = [];
  // These keys choose watercolour, udnie and great-wave. They share toon's net, but have not been
  // drawn yet, so that their shaders are new. Each changes the colours enough to be told from the
  // live picture at a small size.
  for (const key of ['5', '6', '7']) {
    say(`a change of style for the first time, by the key ${key}`);
    await changeBy('0', caller, friend, live);
    first.push(await changeBy(key, caller, friend, live));
  }
  await changeBy('0', caller, friend, live);
  for (let round = 0; round < ROUNDS; round++) {
    say(`changes between toon and none, ${round + 1} of ${ROUNDS}`);
    again.push(await changeBy('1', caller, friend, live), await changeBy('0', caller, friend, live));
  }
  const connections = await caller.evaluate('connections.length');
  if (connections !== 1 || negotiated !== (await caller.evaluate('connections[0].localDescription.sdp')))
    throw new Error('a change of style negotiated');
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`,
    load: loadavg().map((value) => Math.round(10 * value) / 10),
    browser: ada.version(),
    latencyMs: { none, toon },
    styleChangeMs: { again: spreads(again), first: spreads(first) },
  };
}

/**
 * The delays from the camera to the friend's screen, and from the camera to the effect's output.
 */
async function latencyOf(style: string, caller: Page, friend: Page) {
  say(`style ${style}: the codec settles`);
  await friend.waitForTimeout(SETTLE_MS);
  await Promise.all([forget(caller), forget(friend)]);
  say(`style ${style}: ${seconds} s of frames`);
  await friend.waitForTimeout(seconds * 1000);
  const [taken, left, shown] = await Promise.all([
    collected(caller, 'taken'),
    collected(caller, 'left'),
    collected(friend, 'shown'),
  ]);
  const effect = await caller.evaluate<{ fps: number }>('portoon.stats()');
  return {
    ...spread(delays(taken, shown)),
    toEncoder: spread(delays(taken, left)),
    effectFps: Math.round(10 * effect.fps) / 10,
    shownFps: Math.round((10 * shown.length) / seconds) / 10,
  };
}

/** Milliseconds from the press of a key to the first frame that is drawn so. */
interface Change {
  /** In the output of the effect. */
  left: number;
  /** On the friend's screen. */
  shown: number;
}

/** Presses a key that chooses a style (or none) and waits until that is seen. */
async function changeBy(
  key: string,
  caller: Page,
  friend: Page,
  live: { left: readonly Uint8Array[]; shown: readonly Uint8Array[] },
): Promise<Change> {
  await friend.waitForTimeout(PAUSE_MS);
  await Promise.all([forget(caller), forget(friend)]);
  await caller.keyboard.press(key);
  const pressed = await caller.evaluate<number>('pressed');
  const firstOf = (looks: readonly Look[], pictures: readonly Uint8Array[]) =>
    looks.find(({ at, picture }) => at > pressed && isStyled(picture, pictures) === (key !== '0'))?.at;
  for (;;) {
    await friend.waitForTimeout(200);
    const shown = firstOf(await collected(friend, 'shown'), live.shown);
    const left = firstOf(await collected(caller, 'left'), live.left);
    if (shown !== undefined && left !== undefined) return { left: left - pressed, shown: shown - pressed };
    if (Date.now() - pressed > CHANGE_MS)
      throw new Error(`the key ${key} changed nothing on the friend's screen in ${CHANGE_MS / 1000} s`);
  }
}

/** Whether a picture differs from all frames of the clip. */
function isStyled(picture: Uint8Array, live: readonly Uint8Array[]): boolean {
  return live.every((one) => difference(one, picture) > CHANGED);
}

function difference(a: Uint8Array, b: Uint8Array): number {
  const most = a
    .map((value, index) => Math.abs(value - b[index]!))
    .toSorted()
    .slice(-a.length / 10);
  return most.reduce((sum, value) => sum + value, 0) / most.length;
}

function spreads(changes: readonly Change[]) {
  return {
    ...spread(changes.map(({ shown }) => shown)),
    toEncoder: spread(changes.map(({ left }) => left)),
  };
}

function print({
  date,
  machine,
  load,
  browser,
  latencyMs,
  styleChangeMs,
}: Awaited<ReturnType<typeof measure>>) {
  const cells = ({ p50, p95, count, toEncoder }: Spread & { toEncoder: Spread }) =>
    [p50, p95, toEncoder.p50, toEncoder.p95, count].map((value) => String(value).padStart(8)).join('');
  const rate = ({ effectFps, shownFps }: (typeof latencyMs)['none']) =>
    `   ${effectFps} fps drawn, ${shownFps} shown`;
  process.stdout.write(
    [
      `${date}, ${machine}, Chromium ${browser}, load ${load.join(' ')}`,
      'milliseconds                         p50     p95   effect p50, p95   count',
      `camera to screen, none       ${cells(latencyMs.none)}${rate(latencyMs.none)}`,
      `camera to screen, toon       ${cells(latencyMs.toon)}${rate(latencyMs.toon)}`,
      `change of style, used before ${cells(styleChangeMs.again)}`,
      `change of style, first time  ${cells(styleChangeMs.first)}`,
      '',
    ].join('\n'),
  );
}
