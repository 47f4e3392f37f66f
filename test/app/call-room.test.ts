/** Rooms in real pages: what members see of each other when the server, or its Redis, fails. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Browser, Page, WebSocketRoute } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../fixtures/browser.ts';
import { freePort, missing, startCoturn, startRedis, stopEngine } from '../fixtures/engines.ts';
import { newRoom, ownRoom, startNode, TestPages, type Node } from '../fixtures/signalling.ts';
import { buildRoomPage, joinRoom, membersOf, openRoomPage, seesAll } from './room-page.ts';
import { WAIT } from '../fixtures/waits.ts';

const noRedis = missing('redis-server');
if (noRedis) process.stdout.write(`Calls over a Redis that fails are not tested: ${noRedis}.\n`);
const noRelay = missing('turnserver');
if (noRelay) process.stdout.write(`A relay that refuses is not tested: ${noRelay}.\n`);

let browser: Browser;
let build: { folder: string; remove: () => Promise<void> };
const opened: Page[] = [];
const pages = new TestPages();
beforeAll(async () => {
  [build, browser] = await Promise.all([buildRoomPage(), launchBrowser()]);
});
afterEach(async () => {
  pages.close();
  for (const page of opened.splice(0)) await page.context().close();
});
afterAll(async () => {
  await browser.close();
  await build.remove();
});

async function open(url: string, before?: string): Promise<Page> {
  const page = await openRoomPage(browser, url, before);
  opened.push(page);
  return page;
}

/** Opens two pages, and waits until both are in one room and see and hear each other. */
async function two(urlOfAda: string, urlOfGrace = urlOfAda, room = newRoom(), hostKey = '') {
  const ada = await open(urlOfAda);
  // The tab in which the room was made keeps the host's key like this.
  await ada.evaluate(
    (item) => {
      sessionStorage.setItem(...item);
    },
    [`portoon.host.${room}`, hostKey || newRoom()] as [string, string],
  );
  const grace = await open(urlOfGrace);
  expect(await joinRoom(ada, room, 'Ada')).toBe('none');
  expect(await joinRoom(grace, room, 'Grace')).toBe('none');
  await Promise.all([seesAll(ada, 'Grace'), seesAll(grace, 'Ada')]);
  return { room, ada, grace };
}

/** What a page shows of the only other person. */
async function stateOf(page: Page) {
  return (await membersOf(page)).map(({ name, muted, camera }) => ({ name, muted, camera }));
}

const eventsOf = (page: Page) => page.evaluate(() => window.steered.events);

describe.skipIf(noRedis)('two people on two nodes whose Redis fails', () => {
  let redis: ChildProcess;
  let redisPort: number;
  let redisUrl: string;
  let one: Node;
  let other: Node;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    redisPort = await freePort();
    redis = await startRedis(redisPort);
    redisUrl = `redis://127.0.0.1:${redisPort}`;
    [one, other] = await Promise.all([
      startNode({ redisUrl }, build.folder),
      startNode({ redisUrl }, build.folder),
    ]);
  });
  afterAll(async () => {
    for (const child of children) await stopEngine(child);
    await Promise.all([one.close(), other.close()]);
    await stopEngine(redis);
  });

  it('still see each other once when it comes back empty', async () => {
    const { room, ada, grace } = await two(one.url, other.url);
    // A viewer receives the same messages as the pages, but has no tile.
    const witness = pages.open(one.url);
    await witness.join(room, { kind: 'view' });
    await stopEngine(redis);
    redis = await startRedis(redisPort);
    await witness.next('present');
    await Promise.all([seesAll(ada, 'Grace'), seesAll(grace, 'Ada')]);
    for (const page of [ada, grace])
      expect((await eventsOf(page)).filter((e) => e.startsWith('left'))).toEqual([]);
    expect(await eventsOf(grace)).toEqual([]);
  });

  it('no longer see a person from whom neither they nor the server hear anything', async () => {
    const file = join(import.meta.dirname, '../fixtures/node-process.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', file], {
      env: { ...process.env, REDIS_URL: redisUrl },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { room, ada, grace } = await two(one.url, other.url);
    await pages.open(line.toString().trim()).join(room, { name: 'Mary' });
    for (const page of [ada, grace]) await expect.poll(async () => (await membersOf(page)).length).toBe(2);
    await stopEngine(redis);
    // Stopping this node too leaves nobody who could report that Mary left.
    await stopEngine(child);
    redis = await startRedis(redisPort);
    await Promise.all([seesAll(ada, 'Grace'), seesAll(grace, 'Ada')]);
    expect(await eventsOf(ada)).toContain('left Mary');
  });

  it('see at once who switches a device while it is away, and so do people who join later', async () => {
    const { room, ada, grace } = await two(one.url, other.url);
    const witness = pages.open(one.url);
    await witness.join(room, { kind: 'view' });
    await stopEngine(redis);
    try {
      const told = await grace.evaluate(() =>
        window.steered.tell({ muted: true, camera: false, name: 'Grace H.' }),
      );
      // The page's request succeeded: all pages that are there have been told.
      expect(told).toBe('none');
      await expect.poll(() => stateOf(ada)).toEqual([{ name: 'Grace H.', muted: true, camera: false }]);
      expect((await fetch(`${one.url}healthz`)).status).toBe(503);
    } finally {
      redis = await startRedis(redisPort);
    }
    await expect
      .poll(
        async () => {
          const newcomer = pages.open(one.url);
          const answer = await newcomer.ask('join', { room, name: 'Mary', kind: 'view' });
          newcomer.close();
          const seen = answer.ok ? answer.peers.filter(({ kind }) => kind === 'person') : [];
          return seen.map(({ name, state }) => `${name} ${state.muted} ${state.camera}`).sort();
        },
        { interval: 300 },
      )
      .toEqual(['Ada false true', 'Grace H. true false']);
    // Redis had an older state. It must not have been shown, not even for a moment.
    await witness.next('present');
    expect(await eventsOf(ada)).toEqual(['joined Grace', 'Grace H. muted unseen']);
  });

  it('get the lock that the host asked for while it was away, once it is back', async () => {
    const { room, hostKey } = ownRoom();
    const { ada, grace } = await two(one.url, other.url, room, hostKey);
    await stopEngine(redis);
    try {
      expect(await ada.evaluate(() => window.steered.lock(true))).toBe('ERR_SIGNALLING');
      expect(await ada.evaluate(() => window.steered.locked())).toEqual({ locked: false, waits: true });
    } finally {
      redis = await startRedis(redisPort);
    }
    for (const page of [ada, grace]) await page.waitForFunction(() => window.steered.locked().locked);
    expect(await ada.evaluate(() => window.steered.locked())).toEqual({ locked: true, waits: false });
    const stranger = pages.open(other.url);
    expect(await stranger.code('join', { room, name: 'Mary', kind: 'person' })).toBe('ERR_ROOM_LOCKED');
  });
});

describe('people on one server', () => {
  let node: Node;
  beforeAll(async () => {
    node = await startNode({}, build.folder);
  });
  afterAll(() => node.close());

  it('see at once who switches a device while it is away, and still do when it is back', async () => {
    const { ada, grace } = await two(node.url);
    const port = Number(new URL(node.url).port);
    await node.close();
    await ada.waitForFunction(() => !window.steered.signalling());
    await grace.waitForFunction(() => !window.steered.signalling());
    await grace.evaluate(() => window.steered.tell({ muted: true, camera: false }));
    const switched = [{ name: 'Grace', muted: true, camera: false }];
    await expect.poll(() => stateOf(ada)).toEqual(switched);
    await grace.evaluate(() => window.steered.tell({ muted: true, camera: true }));
    node = await startNode({ port }, build.folder);
    for (const page of [ada, grace])
      await page.waitForFunction(() => window.steered.signalling(), undefined, WAIT);
    await seesAll(ada, 'Grace');
    expect(await stateOf(ada)).toEqual([{ name: 'Grace', muted: true, camera: true }]);
  });

  it('get the lock once it is back, unless the host has withdrawn the request', async () => {
    const { room, hostKey } = ownRoom();
    const { ada, grace } = await two(node.url, node.url, room, hostKey);
    const port = Number(new URL(node.url).port);
    const lock = (locked: boolean) => ada.evaluate((wish) => window.steered.lock(wish), locked);
    const restart = async (wishes: readonly boolean[]) => {
      await node.close();
      await ada.waitForFunction(() => !window.steered.signalling());
      for (const wish of wishes) await lock(wish);
      node = await startNode({ port }, build.folder);
      for (const page of [ada, grace])
        await page.waitForFunction(() => window.steered.signalling(), undefined, WAIT);
    };
    await restart([true, false]);
    expect(await pages.open(node.url).code('join', { room, name: '', kind: 'view' })).toBe('none');
    await restart([true]);
    await grace.waitForFunction(() => window.steered.locked().locked, undefined, WAIT);
    expect(await pages.open(node.url).code('join', { room, name: '', kind: 'view' })).toBe('ERR_ROOM_LOCKED');
  });

  it('come back into a locked call by reloading, but not after they left or were removed', async () => {
    const { room, hostKey } = ownRoom();
    const { ada, grace } = await two(node.url, node.url, room, hostKey);
    expect(await ada.evaluate(() => window.steered.host())).toBe(true);
    const [{ id } = { id: '' }] = await membersOf(ada);
    expect(await ada.evaluate(() => window.steered.lock(true))).toBe('none');
    const reload = async (page: Page) => {
      await page.reload();
      await page.waitForFunction(() => 'steered' in window);
    };

    await reload(grace);
    await seesAll(ada);
    expect(await pages.open(node.url).code('join', { room, name: '', kind: 'person' })).toBe(
      'ERR_ROOM_LOCKED',
    );
    expect(await joinRoom(grace, room, 'Grace')).toBe('none');
    await Promise.all([seesAll(ada, 'Grace'), seesAll(grace, 'Ada')]);
    expect(await membersOf(ada)).toMatchObject([{ id }]);

    await grace.evaluate(() => {
      window.steered.leave();
    });
    await seesAll(ada);
    expect(await joinRoom(grace, room, 'Grace')).toBe('ERR_ROOM_LOCKED');
    await reload(grace);
    expect(await joinRoom(grace, room, 'Grace')).toBe('ERR_ROOM_LOCKED');

    // A removed person is treated like a stranger: they can join again once the host unlocks the
    // call.
    await ada.evaluate(() => window.steered.lock(false));
    expect(await joinRoom(grace, room, 'Grace')).toBe('none');
    await seesAll(ada, 'Grace');
    const [again] = await membersOf(ada);
    expect(await ada.evaluate((who) => window.steered.remove(who), again!.id)).toBe('none');
    await expect.poll(() => eventsOf(grace)).toContain('ended ERR_REMOVED');
    await reload(grace);
    expect(await joinRoom(grace, room, 'Grace')).toBe('ERR_ROOM_LOCKED');
    await ada.evaluate(() => window.steered.lock(false));
    expect(await joinRoom(grace, room, 'Grace')).toBe('none');
    await Promise.all([seesAll(ada, 'Grace'), seesAll(grace, 'Ada')]);

    // The last member of a locked call reloads: they are still the host, and the call is still
    // locked.
    await grace.evaluate(() => {
      window.steered.leave();
    });
    await ada.evaluate(() => window.steered.lock(true));
    await reload(ada);
    expect(await joinRoom(ada, room, 'Ada')).toBe('none');
    expect(await ada.evaluate(() => window.steered.host())).toBe(true);
    expect(await joinRoom(grace, room, 'Grace')).toBe('ERR_ROOM_LOCKED');
  });

  it('see nobody twice, nor themselves, even if the server says so', async () => {
    const room = newRoom();
    const ada = await open(node.url);
    let wire: WebSocketRoute | undefined;
    await ada.routeWebSocket(/signalling/, (route) => {
      wire = route;
      route.connectToServer();
    });
    // Routes apply to new pages only, so the page is reloaded to get its socket routed.
    await ada.reload();
    await ada.waitForFunction(() => 'steered' in window);
    expect(await joinRoom(ada, room, 'Ada')).toBe('none');
    const grace = await open(node.url);
    expect(await joinRoom(grace, room, 'Grace')).toBe('none');
    await Promise.all([seesAll(ada, 'Grace'), seesAll(grace, 'Ada')]);
    const [self] = await membersOf(grace);
    const [other] = await membersOf(ada);
    const peer = ({ id, name }: { id: string; name: string }) => ({
      ...{ id, name, kind: 'person', host: false, state: { muted: false, camera: true } },
    });
    const say = (event: string, message: object) => {
      wire!.send(`42${JSON.stringify([event, message])}`);
    };
    say('joined', { peer: peer(self!) });
    say('present', {
      peers: [peer(self!), peer(other!), peer(other!), peer(self!)],
      host: false,
      locked: true,
    });
    await grace.evaluate(() => window.steered.tell({ name: 'Grace H.' }));
    await seesAll(ada, 'Grace H.');
    expect(await eventsOf(ada)).toEqual(['joined Grace', 'Grace H. heard seen']);
  });
});

describe.skipIf(noRelay)('two people whose relay', () => {
  let coturn: ChildProcess;
  let port: number;
  const secret = randomBytes(16).toString('hex');
  const nodes: ChildProcess[] = [];
  beforeAll(async () => {
    port = await freePort();
    coturn = await startCoturn(port, secret);
  });
  afterEach(async () => {
    for (const node of nodes.splice(0)) await stopEngine(node);
  });
  afterAll(() => stopEngine(coturn));

  /** Simulates a network in which only connections over a relay work. */
  const ONLY_RELAYS = `
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration) { super({ ...configuration, iceTransportPolicy: 'relay' }); }
    };`;

  /** Delays the direct candidates until the relay has answered. */
  const SLOW_DIRECT_WAY = `
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(...given) {
        super(...given);
        this.refused = new Promise((resolve) => {
          this.addEventListener('icecandidateerror', ({ errorCode }) => {
            if (errorCode === 401) resolve();
          });
          // When gathering is complete, a relay that has not answered yet will not refuse us any
          // more.
          this.addEventListener('icegatheringstatechange', () => {
            if (this.iceGatheringState === 'complete') resolve();
          });
        });
      }
      async addIceCandidate(candidate) {
        await this.refused;
        return super.addIceCandidate(candidate);
      }
    };`;

  /** Starts a server in a process of its own, and collects what it logs. */
  async function serve(turnSecret: string) {
    const file = join(import.meta.dirname, '../fixtures/node-process.ts');
    const node = spawn(process.execPath, ['--import', 'tsx', file, build.folder], {
      env: {
        ...process.env,
        TURN_URLS: `turn:127.0.0.1:${port}?transport=udp`,
        TURN_SECRET: turnSecret,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    nodes.push(node);
    let log = '';
    node.stderr.on('data', (data: Buffer) => (log += data.toString()));
    // A process that could not be started ends without an exit.
    const ended = Promise.race([once(node, 'exit'), once(node, 'error')]).then(() => {
      throw new Error(`the server ended: ${log}`);
    });
    const [line] = (await Promise.race([once(node.stdout, 'data'), ended])) as [Buffer];
    // After the test the process is stopped, which also ends this promise.
    ended.catch(() => undefined);
    return { url: line.toString().trim(), log: () => log };
  }

  async function meet(url: string, before?: string) {
    const room = newRoom();
    const [ada, grace] = [await open(url, before), await open(url, before)];
    // Checks that each could join, so that a failure shows the code instead of a timeout.
    expect(await joinRoom(ada, room, 'Ada')).toBe('none');
    expect(await joinRoom(grace, room, 'Grace')).toBe('none');
    return [ada, grace] as const;
  }
  const faultOf = (page: Page) => page.evaluate(() => window.steered.relayFault());
  const LINE = /^TURN refused a page with 401: TURN_SECRET may not be [^\n]+\n$/;

  it('refuses them see why, and the operator reads one line', async () => {
    const { url, log } = await serve(`not ${secret}`);
    for (const page of await meet(url, ONLY_RELAYS)) {
      await expect.poll(() => faultOf(page)).toBe('ERR_RELAY_REFUSED');
      expect(await membersOf(page)).toMatchObject([{ link: 'refused' }]);
    }
    // Each page reports the refusal once, however often it tries.
    const told = async () =>
      /portoon_relay_refused_total\{status="401"\} (\d+)/.exec(await metricsOf(url))?.[1];
    await expect.poll(told).toBe('2');
    expect(log()).toMatch(LINE);
  });

  it('refuses them are not told if they connect in another way, but the operator is', async () => {
    const { url, log } = await serve(`not ${secret}`);
    const [ada, grace] = await meet(url, SLOW_DIRECT_WAY);
    await Promise.all([seesAll(ada, 'Grace'), seesAll(grace, 'Ada')]);
    await expect.poll(log, WAIT).toMatch(LINE);
    for (const page of [ada, grace]) expect(await faultOf(page)).toBe('none');
  });

  it('accepts them meet over it, and nobody sees a refusal', async () => {
    const { url, log } = await serve(secret);
    const [ada, grace] = await meet(url, ONLY_RELAYS);
    await Promise.all([seesAll(ada, 'Grace'), seesAll(grace, 'Ada')]);
    for (const page of [ada, grace]) expect(await faultOf(page)).toBe('none');
    expect(await metricsOf(url)).not.toContain('portoon_relay_refused_total{');
    expect(log()).toBe('');
  });
});

async function metricsOf(url: string): Promise<string> {
  return (await fetch(`${url}metrics`, { signal: AbortSignal.timeout(10_000) })).text();
}
