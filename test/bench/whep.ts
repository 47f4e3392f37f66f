/**
 * `npm run bench:whep`: the studio publishes to a real Janus by WHIP, and many receivers that do
 * not decode take it by WHEP. A table and JSON. All of it runs on this machine. Ends with 1 where a
 * receiver got nothing. Options: --receivers 100, --rate 10 (joining a second), --seconds 20,
 * --json test-results/whep.json
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { cleanup } from 'node-datachannel';
import type { Page } from 'playwright';
import { buildApp, isFresh } from '../../scripts/build.ts';
import { reach, visit } from '../app/studio-page.ts';
import { launchBrowser } from '../fixtures/browser.ts';
import { fakeCamera } from '../fixtures/fake-camera.ts';
import { missingJanus, startJanus, type JanusServer } from '../fixtures/janus.ts';
import { projectRoot } from '../fixtures/server.ts';
import { startNode } from '../fixtures/signalling.ts';
import { round, summary } from './callers.ts';
import { busySeconds, machine, processSeconds } from './processor.ts';
import { Receiver } from './receivers.ts';

const { values: options } = parseArgs({
  options: {
    receivers: { type: 'string', default: '100' },
    rate: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '20' },
    json: { type: 'string', default: 'test-results/whep.json' },
  },
});
const [count, rate, seconds] = (['receivers', 'rate', 'seconds'] as const).map((name) => {
  const value = Number(options[name]);
  if (value >= 1 && value <= 1000) return value;
  process.stderr.write(`--${name} is "${options[name]}"; it takes a number from 1 to 1000.\n`);
  process.exit(2);
}) as [number, number, number];
const gap = missingJanus();
if (gap !== undefined) {
  process.stderr.write(`${gap}\n`);
  process.exit(2);
}

if (!(await isFresh(projectRoot))) await buildApp(projectRoot);
const camera = await fakeCamera({ numbered: false });
const [janus, browser] = await Promise.all([startJanus(), launchBrowser({ camera: camera.path })]);
const app = await startNode({ broadcastOrigins: [...janus.origins] }, join(projectRoot, 'dist'));
let allServed = false;
try {
  await publish();
  const result = await measure();
  allServed = result.withPicture === count;
  await mkdir(dirname(options.json), { recursive: true });
  await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
  print(result);
} finally {
  await browser.close();
  await janus.stop();
  await app.close();
}
cleanup();
process.exit(allServed ? 0 : 1);

async function publish(): Promise<Page> {
  const { page } = await visit(browser, `${app.url}?input=camera&style=none`, {
    permissions: ['camera', 'microphone'],
  });
  await reach(page, 'running');
  await page.keyboard.press('o');
  await page.getByLabel('WHIP address').fill(janus.whip);
  await page.getByLabel('Token', { exact: true }).fill(janus.token);
  await page.getByRole('button', { name: 'Go on air' }).click();
  await page.getByRole('dialog', { name: 'Broadcast' }).getByText('On air').waitFor({ timeout: 60_000 });
  // The browser begins with a low bandwidth and raises it step by step.
  await wait(5000);
  return page;
}

async function measure() {
  const receivers: Receiver[] = [];
  const joins: Promise<string | null>[] = [];
  const begun = performance.now();
  for (let index = 0; index < count; index++) {
    const early = begun + (1000 * index) / rate - performance.now();
    if (early > 0) await wait(early);
    const receiver = new Receiver();
    receivers.push(receiver);
    joins.push(
      receiver.join(janus.whep).then(
        () => null,
        (error: unknown) => String(error),
      ),
    );
  }
  const failures = (await Promise.all(joins)).filter((failure) => failure !== null);
  await wait(2000);

  const usage = async (server: JanusServer) => ({
    janus: await processSeconds(server.pid),
    receivers: process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6,
    machine: busySeconds(),
    at: performance.now(),
  });
  const bytesBefore = receivers.map(({ bytes }) => bytes);
  const before = await usage(janus);
  await wait(1000 * seconds);
  const after = await usage(janus);
  const bytes = receivers.map((receiver, index) => receiver.bytes - bytesBefore[index]!);
  const took = (after.at - before.at) / 1000;
  const share = (of: 'janus' | 'receivers' | 'machine') =>
    Math.round((100 * (after[of] - before[of])) / took);

  const kilobits = bytes.map((each) => (8 * each) / took / 1000).sort((a, b) => a - b);
  const sum = (pick: (receiver: Receiver) => number) =>
    receivers.reduce((total, receiver) => total + pick(receiver), 0);
  const result = {
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    browser: browser.version(),
    receivers: count,
    joinsPerSecond: rate,
    joined: receivers.filter(({ joinedMs }) => joinedMs !== null).length,
    withPicture: receivers.filter(({ firstMs }) => firstMs !== null).length,
    failures: [...new Set(failures)],
    connectedMs: summary(receivers.flatMap(({ joinedMs }) => joinedMs ?? [])),
    firstPacketMs: summary(receivers.flatMap(({ firstMs }) => firstMs ?? [])),
    seconds: round(took),
    kilobitsEach: {
      least: Math.round(kilobits[0]!),
      median: Math.round(kilobits[kilobits.length >> 1]!),
      most: Math.round(kilobits.at(-1)!),
    },
    bytesEach: Math.round(bytes.reduce((total, each) => total + each, 0) / count),
    lostPercent: round(
      100 *
        (1 -
          sum(({ packets }) => packets) /
            Math.max(
              1,
              sum(({ due }) => due),
            )),
    ),
    percentOfOneCore: { janus: share('janus'), receivers: share('receivers'), machine: share('machine') },
  };
  await Promise.all(receivers.map((receiver) => receiver.leave()));
  return result;
}

function print(result: Awaited<ReturnType<typeof measure>>): void {
  const { connectedMs, firstPacketMs, kilobitsEach: each, percentOfOneCore: cpu } = result;
  const rows: [string, string][] = [
    ['date, machine', `${result.date}, ${result.machine}, Chromium ${result.browser}`],
    ['receivers', `${result.receivers}, ${result.joinsPerSecond} a second`],
    ['joined', `${result.joined}, connected after p50 ${connectedMs.p50}, p95 ${connectedMs.p95} ms`],
    ['got the picture', String(result.withPicture)],
    ['first packet', `p50 ${firstPacketMs.p50}, p95 ${firstPacketMs.p95}, longest ${firstPacketMs.max} ms`],
    ['each a second', `${each.median} kbit (${each.least} to ${each.most}), over ${result.seconds} s`],
    ['bytes each', String(result.bytesEach)],
    ['packets lost', `${result.lostPercent} %`],
    ['of one core', `Janus ${cpu.janus} %, receivers ${cpu.receivers} %, all processes ${cpu.machine} %`],
    ['went wrong', result.failures.join('; ') || 'nothing'],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  process.stdout.write(`${rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')}\n`);
}
