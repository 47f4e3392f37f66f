/**
 * Calls through the servers that a real deployment has between two browsers: a relay, several
 * nodes.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../fixtures/browser.ts';
import { freePort, missing, startCoturn, startRedis, stopEngine } from '../fixtures/engines.ts';
import { fakeCamera } from '../fixtures/fake-camera.ts';
import { lightBuild } from '../fixtures/light-app.ts';
import { startNode, type Node } from '../fixtures/signalling.ts';
import { arrive, enter, goesOn, newLink, sees, tile } from './call-page.ts';

const dist = lightBuild();
const noRelay = missing('turnserver');
if (noRelay) process.stdout.write(`Calls over a relay are not tested: ${noRelay}.\n`);
const noRedis = missing('redis-server');
if (noRedis) process.stdout.write(`Calls over two nodes are not tested: ${noRedis}.\n`);

let ada: Browser;
let grace: Browser;
beforeAll(async () => {
  const { path: camera } = await fakeCamera({ frames: 60, width: 320, height: 180, numbered: false });
  [ada, grace] = await Promise.all([launchBrowser({ camera }), launchBrowser({ camera })]);
});
afterAll(async () => {
  await ada.close();
  await grace.close();
});

describe.skipIf(noRelay)('two people who cannot connect directly', () => {
  let coturn: ChildProcess;
  let node: Node;
  beforeAll(async () => {
    const port = await freePort();
    const secret = randomBytes(16).toString('hex');
    coturn = await startCoturn(port, secret);
    node = await startNode({ turn: { urls: [`turn:127.0.0.1:${port}?transport=udp`], secret } }, dist);
  });
  afterAll(async () => {
    await node.close();
    await stopEngine(coturn);
  });

  /** Simulates a network in which only connections over a relay work. */
  const ONLY_RELAYS = `
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration) { super({ ...configuration, iceTransportPolicy: 'relay' }); }
    };`;

  it('meet over a relay, with the credentials that joining gives them', async () => {
    const link = newLink(node.url);
    const [a, b] = await Promise.all([
      arrive(ada, link, 'Ada', ONLY_RELAYS),
      arrive(grace, link, 'Grace', ONLY_RELAYS),
    ]);
    await enter(a);
    await enter(b);
    await Promise.all([sees(a.page), sees(b.page)]);
    await goesOn(a.page);
    await goesOn(b.page);
    await a.page.getByRole('button', { name: 'People and link' }).click();
    await a.page.locator('.people summary').click();
    await a.page.getByText('through a relay').waitFor();
    await Promise.all([a.close(), b.close()]);
  });
});

describe.skipIf(noRedis)('two people on two nodes', () => {
  let redis: ChildProcess;
  let redisUrl: string;
  let other: Node;
  const children: ChildProcess[] = [];
  const doors: Server[] = [];
  beforeAll(async () => {
    const port = await freePort();
    redis = await startRedis(port);
    redisUrl = `redis://127.0.0.1:${port}`;
    other = await startNode({ redisUrl }, dist);
  });
  afterAll(async () => {
    for (const door of doors) door.close();
    for (const child of children) await stopEngine(child);
    await other.close();
    await stopEngine(redis);
  });

  /** A node in a process that can be killed. */
  async function startChild() {
    const file = join(import.meta.dirname, '../fixtures/node-process.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', file, dist], {
      env: { ...process.env, REDIS_URL: redisUrl },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return { url: line.toString().trim(), child };
  }

  /**
   * Starts a proxy in front of several nodes. It passes each connection to the first node that
   * answers.
   */
  async function balance(urls: readonly string[]): Promise<string> {
    const open = (wire: Socket, [first, ...rest]: readonly string[]) => {
      if (first === undefined) {
        wire.destroy();
        return;
      }
      const node = connect(Number(new URL(first).port), '127.0.0.1');
      node.once('connect', () => wire.pipe(node).pipe(wire));
      node.once('error', () => {
        if (node.bytesRead === 0) open(wire, rest);
      });
      for (const [one, end] of [
        [wire, node],
        [node, wire],
      ] as const) {
        one.once('close', () => node.bytesRead > 0 && end.destroy());
        one.on('error', () => undefined);
      }
    };
    const door = createServer((wire) => {
      open(wire, urls);
    }).listen(0, '127.0.0.1');
    doors.push(door);
    await once(door, 'listening');
    return `http://localhost:${(door.address() as AddressInfo).port}/`;
  }

  it('stay in the call when one node is killed and its person rejoins through the other', async () => {
    const doomed = await startChild();
    const link = newLink(await balance([doomed.url, other.url]));
    const a = await arrive(ada, link, 'Ada');
    const b = await arrive(grace, `${other.url}${new URL(link).search}`, 'Grace');
    await enter(a);
    await enter(b);
    await Promise.all([sees(a.page), sees(b.page)]);

    doomed.child.kill('SIGKILL');
    await a.page.getByText('server offline').waitFor({ state: 'attached' });
    // The green dot must not stand beside these words.
    expect(await a.page.locator('.chip[data-live]').count()).toBe(0);
    await a.page.getByText('server offline').waitFor({ state: 'detached' });
    await goesOn(b.page);
    await goesOn(a.page);
    // A change of state reaches the other page through the remaining node.
    await a.page.keyboard.press('m');
    await tile(b.page, 'Ada').getByText('microphone off').waitFor({ state: 'attached' });
    await b.page.keyboard.press('m');
    await tile(a.page, 'Grace').getByText('microphone off').waitFor({ state: 'attached' });
    for (const { page } of [a, b]) {
      expect(await page.evaluate('connections.length')).toBe(1);
      expect(await tile(page).count()).toBe(1);
    }
    await Promise.all([a.close(), b.close()]);
  });
});
