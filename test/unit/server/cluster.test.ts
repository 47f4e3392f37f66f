import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { freePort, missing, startRedis, stopEngine } from '../../fixtures/engines.ts';
import {
  newRoom,
  offer,
  ownRoom,
  rejoining,
  startNode,
  TestPages,
  type Node,
} from '../../fixtures/signalling.ts';
import { makeClient } from '../../../src/server/rooms/redis-client.ts';
import { MAX_PERSONS } from '../../../src/server/signals.ts';

const reason = missing('redis-server');
if (reason) process.stdout.write(`Two nodes are not tested: ${reason}.\n`);

describe.skipIf(reason)('two nodes with one Redis', () => {
  let redis: ChildProcess;
  let redisPort: number;
  let redisUrl: string;
  let one: Node;
  let two: Node;
  const pages = new TestPages();
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    redisPort = await freePort();
    redis = await startRedis(redisPort);
    redisUrl = `redis://127.0.0.1:${redisPort}`;
    [one, two] = await Promise.all([startNode({ redisUrl }), startNode({ redisUrl })]);
  }, 30_000);

  afterEach(async () => {
    pages.close();
    for (const child of children.splice(0)) await stopEngine(child);
  });

  afterAll(async () => {
    await Promise.all([one.close(), two.close()]);
    await stopEngine(redis);
  });

  const open = (url: string) => pages.open(url);

  /** A third node, in a process that can be killed. */
  async function startChild(): Promise<{ url: string; child: ChildProcess }> {
    const file = join(import.meta.dirname, '../../fixtures/node-process.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', file], {
      env: { ...process.env, REDIS_URL: redisUrl },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return { url: line.toString().trim(), child };
  }

  /** A host on a node that can be killed, and a guest on the first node. */
  async function twoWithChild() {
    const { url, child } = await startChild();
    return { child, ...(await pages.two(url, { guestUrl: one.url })) };
  }

  test('peers on two nodes meet, under the same rules as on one node', async () => {
    const { room, a, b, ...answers } = await pages.two(one.url, { guestUrl: two.url });
    const { hostAnswer: host, guestAnswer: guest } = answers;
    expect(host.host && !guest.host).toBe(true);
    expect(guest.peers).toEqual([
      { id: host.self, name: 'Ada', kind: 'person', host: true, state: { muted: false, camera: true } },
    ]);
    expect(await b.code('signal', { to: host.self, data: offer })).toBe('none');
    expect(await a.next('signal')).toMatchObject({ from: guest.self, data: offer });
    await a.ask('state', { muted: true, camera: true });
    expect(await b.next('state')).toMatchObject({ id: host.self, muted: true });

    expect(await b.code('lock', { locked: true })).toBe('ERR_NOT_HOST');
    expect(await a.code('lock', { locked: true })).toBe('none');
    await Promise.all([a.next('locked'), b.next('locked')]);
    expect(await open(two.url).code('join', { room, name: '', kind: 'person' })).toBe('ERR_ROOM_LOCKED');

    const strangers = open(two.url);
    await strangers.join(newRoom());
    expect(await strangers.code('signal', { to: host.self, data: offer })).toBe('ERR_PEER_GONE');

    // Over the other node, while the first connection still stands.
    const again = open(one.url);
    await again.join(room, rejoining(guest));
    await b.ended;
    await a.next('joined');
    expect(await a.code('remove', { peer: guest.self })).toBe('none');
    await again.next('removed');
    expect(await a.next('left')).toMatchObject({ reason: 'removed' });
    expect(a.rest).toEqual([]);
  });

  test('eight who come at once over both nodes: six are in, one is the host', async () => {
    const own = ownRoom();
    const answers = (await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        open(i % 2 ? one.url : two.url).say('join', { ...own, name: '', kind: 'person' }),
      ),
    )) as { ok: boolean; host?: boolean; peers?: unknown[] }[];
    const joined = answers.filter(({ ok }) => ok);
    expect(joined).toHaveLength(MAX_PERSONS);
    expect(joined.map(({ peers }) => peers?.length).sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(joined.filter(({ host }) => host)).toHaveLength(1);
  });

  test('the people of a killed node are lost within five seconds, and come back over another', async () => {
    const { child, room, b, hostAnswer: host } = await twoWithChild();
    const c = open(two.url);
    await c.join(room);
    await b.next('joined');
    child.kill('SIGKILL');
    expect(await b.next('left')).toMatchObject({ id: host.self, reason: 'lost' });
    expect(await c.next('left')).toMatchObject({ id: host.self, reason: 'lost' });
    const back = await open(two.url).join(room, rejoining(host));
    expect(back).toMatchObject({ self: host.self, host: true });
    expect(back.peers).toHaveLength(2);
    expect(await b.next('joined')).toMatchObject({ peer: { id: host.self, host: true } });
    expect(b.rest).toEqual([]);
  }, 20_000);

  test('the people of a node that is stopped in order are asked to come back, and are missed immediately', async () => {
    const { child, a, b, hostAnswer: answer } = await twoWithChild();
    child.kill('SIGTERM');
    await a.next('restarting');
    expect(await b.next('left')).toMatchObject({ id: answer.self, reason: 'lost' });
    await once(child, 'exit');
    expect(child.exitCode).toBe(0);
  }, 20_000);

  test('a node that hung and was given up brings its people back when it resumes', async () => {
    const { child, a, b, hostAnswer: answer } = await twoWithChild();
    child.kill('SIGSTOP');
    expect(await b.next('left')).toMatchObject({ id: answer.self, reason: 'lost' });
    child.kill('SIGCONT');
    expect(await b.next('joined')).toMatchObject({ peer: { id: answer.self } });
    expect(await b.code('signal', { to: answer.self, data: offer })).toBe('none');
    await a.next('signal');
  }, 20_000);

  test('while Redis is away requests are refused, and after it came back empty all is as before', async () => {
    const { room, hostKey, a, b, ...answers } = await pages.two(one.url, { guestUrl: two.url });
    const { hostAnswer: host, guestAnswer: guest } = answers;
    const c = open(two.url);
    const third = await c.join(room);
    await a.ask('lock', { locked: true });
    for (const page of [a, b]) page.forget();
    await stopEngine(redis);
    expect(await a.code('lock', { locked: false })).toBe('ERR_SIGNALLING');
    expect((await fetch(`${one.url}healthz`)).status).toBe(503);
    expect(await open(one.url).code('join', { room, name: '', kind: 'person' })).toBe('ERR_SIGNALLING');
    // A member that leaves while Redis is down is noticed later.
    c.close();
    redis = await startRedis(redisPort);
    await expect.poll(async () => (await fetch(`${one.url}healthz`)).status).toBe(200);
    await expect.poll(() => a.code('signal', { to: guest.self, data: offer })).toBe('none');
    await b.next('signal');
    // After that the room is as before.
    const told = [await a.next('present'), await b.next('present')];
    await expect
      .poll(async () => (await open(one.url).join(room, { hostKey })).peers.map(({ id }) => id))
      .not.toContain(third.self);
    expect(await open(two.url).code('join', { room, name: '', kind: 'person' })).toBe('ERR_ROOM_LOCKED');

    // Each page gets a list of the others: without itself, and without the third, who left.
    const ids = told.map(({ peers }) => peers.map(({ id }) => id));
    expect(ids[0]).toContain(guest.self);
    expect(ids[1]).toContain(host.self);
    expect(ids.flat()).not.toContain(third.self);
    expect([ids[0]!.includes(host.self), ids[1]!.includes(guest.self)]).toEqual([false, false]);
    expect(told.map(({ locked }) => locked)).toEqual([true, true]);
    for (const [page, self] of [
      [a, host.self],
      [b, guest.self],
    ] as const) {
      const came = page.rest.flatMap((word) => (word.event === 'joined' ? [word.peer.id] : []));
      expect(came).not.toContain(self);
      expect(came.length).toBeGreaterThan(0);
      expect(page.rest).toContainEqual({ event: 'left', id: third.self, reason: 'lost' });
    }
  }, 40_000);

  test('the figures have those of the queue of films', async () => {
    const client = makeClient(redisUrl);
    await client.connect();
    await client.sadd('portoon-films:versions', '1.0.0-a', '1.1.0-b');
    await client.rpush('portoon-films:segments-1.0.0-a:wait', '1');
    await client.rpush('portoon-films:segments-1.1.0-b:wait', '1');
    const text = await one.metrics.registry.metrics();
    client.disconnect();
    expect(text).toContain('portoon_queue_jobs{queue="segments",state="waiting"} 2');
    expect(text).toContain('portoon_queue_jobs{queue="films",state="failed"} 0');
  });

  test('a Redis that does not answer is explained at the start', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`;
    await expect(startNode({ redisUrl: url })).rejects.toThrow('No Redis answers at REDIS_URL.');
  });
});
