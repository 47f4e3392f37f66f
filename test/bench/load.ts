/**
 * `npm run bench:load`: rooms of two over two server nodes and a real Redis, the two of each room
 * on different nodes; then one node is killed. A table and JSON. All of it (servers, Redis and the
 * pages' ends) runs on this machine. Options: --rooms 500, --rate 25 (rooms opened a second),
 * --seconds 30, --json test-results/load.json
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Caller, round, summary, timed, type Times } from './callers.ts';
import { freePort, startRedis, stopEngine } from '../fixtures/engines.ts';

const { values: options } = parseArgs({
  options: {
    rooms: { type: 'string', default: '500' },
    rate: { type: 'string', default: '25' },
    seconds: { type: 'string', default: '30' },
    json: { type: 'string', default: 'test-results/load.json' },
  },
});
const count = atLeast(1, 'rooms');
const rate = atLeast(1, 'rate');
const seconds = atLeast(1, 'seconds');

function atLeast(least: number, name: 'rooms' | 'rate' | 'seconds'): number {
  const value = Number(options[name]);
  if (value >= least) return value;
  process.stderr.write(`--${name} is "${options[name]}"; it takes a number from ${least} up.\n`);
  process.exit(2);
}

/** About as many as a browser sends after its offer. */
const CANDIDATES = 8;
/** Milliseconds between two messages of a page. */
const TALK_EVERY = 2000;

/** One node in a process of its own. */
interface ServerNode {
  readonly url: string;
  readonly child: ChildProcess;
}

async function startServer(redisUrl: string): Promise<ServerNode> {
  const file = join(import.meta.dirname, '../fixtures/node-process.ts');
  const child = spawn(process.execPath, ['--expose-gc', '--import', 'tsx', file], {
    // Each simulated page has an address of its own, as behind a proxy, so the limits for one
    // address hold.
    env: { ...process.env, REDIS_URL: redisUrl, PROXIES: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { url: line.toString().trim(), child };
}

interface Usage {
  readonly sockets: number;
  readonly residentMiB: number;
  /** What the heap holds, and buffers outside of it, after a garbage collection. */
  readonly usedMiB: number;
  readonly cpuSeconds: number;
  readonly rejected: number;
}

async function usage({ url, child }: ServerNode): Promise<Usage> {
  child.kill('SIGUSR2');
  const text = await (await fetch(`${url}metrics`)).text();
  const read = (name: string) =>
    [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].reduce(
      (sum, [, value]) => sum + Number(value),
      0,
    );
  return {
    sockets: read('portoon_connections'),
    residentMiB: read('process_resident_memory_bytes') / 2 ** 20,
    usedMiB: (read('nodejs_heap_size_used_bytes') + read('nodejs_external_memory_bytes')) / 2 ** 20,
    cpuSeconds: read('process_cpu_seconds_total'),
    rejected: read('portoon_rejected_total'),
  };
}

/** Starts the tasks at an even rate, however long earlier ones take, and waits for all. */
async function atRate<T, R>(
  perSecond: number,
  list: readonly T[],
  start: (each: T) => Promise<R>,
): Promise<R[]> {
  const began = performance.now();
  const running: Promise<R>[] = [];
  for (const [i, each] of list.entries()) {
    const early = began + (i / perSecond) * 1000 - performance.now();
    if (early > 0) await wait(early);
    running.push(start(each));
  }
  return Promise.all(running);
}

type Pair = readonly [a: Caller, b: Caller];

/**
 * A room of two from the first packet to the last candidate. Resolves with the times of the two
 * joins.
 */
async function openRoom([a, b]: Pair): Promise<number[]> {
  const first = await a.join();
  const met = new Promise<unknown>((resolve) => a.socket.once('joined', resolve));
  const second = await b.join();
  await met;
  b.signal('offer');
  a.signal('answer');
  for (let i = 0; i < CANDIDATES; i++) for (const page of [a, b]) page.signal('candidate');
  return [first, second];
}

/**
 * Each page sends a message every two seconds, evenly spread, like candidates after a change of
 * network.
 */
async function talk(pairs: readonly Pair[]): Promise<void> {
  const pages = pairs.flat();
  const began = performance.now();
  const total = Math.floor((seconds * 1000 * pages.length) / TALK_EVERY);
  for (let sent = 0; sent < total;) {
    const now = performance.now();
    for (; sent < total; sent++) {
      const at = began + (sent * TALK_EVERY) / pages.length;
      if (at > now) break;
      pages[sent % pages.length]!.signal('candidate', at);
    }
    await wait(2);
  }
}

const redisPort = await freePort();
const redis = await startRedis(redisPort);
const nodes: ServerNode[] = [];
try {
  for (let i = 0; i < 2; i++) nodes.push(await startServer(`redis://127.0.0.1:${redisPort}`));
  const result = {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}`,
    node: process.version,
    // The machine's load before the benchmark: other programs would show in the longest times.
    load: round(loadavg()[0]!),
    ...(await measure(nodes as [ServerNode, ServerNode])),
  };
  await mkdir(dirname(options.json), { recursive: true });
  await writeFile(options.json, `${JSON.stringify(result, null, 2)}\n`);
  print(result);
} finally {
  for (const { child } of nodes) await stopEngine(child);
  await stopEngine(redis);
}
// Pages may still wait for answers, which do not matter any more.
process.exit();

async function measure(servers: readonly [ServerNode, ServerNode]) {
  let index = 0;
  const makePair = (): Pair => {
    const room = randomBytes(16).toString('base64url');
    // Half the rooms begin on either node.
    const [first, second] = index % 4 < 2 ? [0, 1] : [1, 0];
    return [new Caller(room, servers[first]!.url, index++), new Caller(room, servers[second]!.url, index++)];
  };

  // Code is compiled and pools are filled before anything is measured.
  const early = Array.from({ length: 30 }, makePair);
  await timed(async () => {
    await atRate(rate, early, openRoom);
  });
  for (const page of early.flat()) page.close();
  await wait(3000);
  const before = await Promise.all(servers.map(usage));

  const pairs: Pair[] = [];
  let joins: number[] = [];
  const opening = await timed(async () => {
    const opened = await atRate(rate, Array.from({ length: count }), () => {
      const pair = makePair();
      pairs.push(pair);
      return openRoom(pair);
    });
    joins = opened.flat();
  });
  await wait(3000);
  const open = await Promise.all(servers.map(usage));
  const talking = await timed(() => talk(pairs));
  const after = await Promise.all(servers.map(usage));

  const killed = await killSecond(servers, pairs);
  const alone = await timed(() => talk(pairs));

  const sum = (usages: Usage[], pick: (usage: Usage) => number) =>
    usages.reduce((total, each) => total + pick(each), 0);
  const grown = sum(open, ({ usedMiB }) => usedMiB) - sum(before, ({ usedMiB }) => usedMiB);
  return {
    rooms: count,
    socketsPerNode: open.map(({ sockets }) => sockets),
    openedPerSecond: rate,
    signalsPerSecond: Math.round((2 * count * 1000) / TALK_EVERY),
    joinMs: summary(joins),
    signalMs: { opening, talking, afterKill: alone },
    kibPerSocket: round((1024 * grown) / sum(open, ({ sockets }) => sockets)),
    residentMiB: {
      empty: before.map(({ residentMiB }) => Math.round(residentMiB)),
      talking: after.map(({ residentMiB }) => Math.round(residentMiB)),
    },
    percentOfOneCore: after.map(({ cpuSeconds }, i) =>
      Math.round((100 * (cpuSeconds - open[i]!.cpuSeconds)) / seconds),
    ),
    refused: sum(after, ({ rejected }) => rejected),
    killedNode: killed,
  };
}

/**
 * Kills the second node. Once its pages have noticed, they all rejoin through the first node at the
 * same moment.
 */
async function killSecond([one, two]: readonly [ServerNode, ServerNode], pairs: readonly Pair[]) {
  const begun = performance.now();
  const missed = pairs.map(
    (pair) =>
      new Promise<number>((resolve) => {
        const stayed = pair.find(({ url }) => url === one.url)!;
        stayed.socket.once('left', () => {
          resolve(performance.now() - begun);
        });
      }),
  );
  two.child.kill('SIGKILL');
  const missedMs = summary(await Promise.all(missed));
  const back = pairs.map((pair) => pair.find(({ url }) => url === two.url)!.comeBack(one.url));
  return { missedMs, rejoinMs: summary(await Promise.all(back)) };
}

function print(
  result: Awaited<ReturnType<typeof measure>> & { date: string; machine: string; node: string; load: number },
): void {
  const ms = ({ n, p50, p95, p99, max }: Times) =>
    `p50 ${p50}, p95 ${p95}, p99 ${p99}, longest ${max} ms (${n})`;
  const { opening, talking, afterKill } = result.signalMs;
  const lost = (times: { lost: number }) => (times.lost > 0 ? `, ${times.lost} LOST` : '');
  const { missedMs, rejoinMs } = result.killedNode;
  const { residentMiB } = result;
  const rows: [string, string][] = [
    ['date, machine', `${result.date}, ${result.machine}, load ${result.load}, Node ${result.node}`],
    ['rooms of two', `${result.rooms}, sockets on the nodes: ${result.socketsPerNode.join(' and ')}`],
    ['join', `${ms(result.joinMs)}, ${result.openedPerSecond} rooms opened a second`],
    ['signal, opening', ms(opening) + lost(opening)],
    ['signal, all talk', `${ms(talking)}${lost(talking)}, ${result.signalsPerSecond} a second`],
    ['memory a socket', `${result.kibPerSocket} KiB of heap and buffers`],
    [
      'resident',
      `${residentMiB.empty.join(' and ')} MiB empty, ${residentMiB.talking.join(' and ')} MiB talking`,
    ],
    ['processor', `${result.percentOfOneCore.join(' and ')} % of a core while all talk`],
    ['refused', String(result.refused)],
    ['a killed node', `missed after ${ms(missedMs)}`],
    ['all come back', ms(rejoinMs)],
    ['signal, one node', ms(afterKill) + lost(afterKill)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  process.stdout.write(`${rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n')}\n`);
}
