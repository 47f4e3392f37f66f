import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startNode, TestPage, type Node } from '../../fixtures/signalling.ts';
import { MAX_PERSONS, MAX_VIEWERS } from '../../../src/server/signals.ts';

let node: Node;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

const pages: TestPage[] = [];
afterEach(() => {
  for (const page of pages.splice(0)) page.close();
});

function open(options?: ConstructorParameters<typeof TestPage>[1], url = node.url): TestPage {
  const page = new TestPage(url, options);
  pages.push(page);
  return page;
}

const newRoom = () => randomBytes(16).toString('base64url');
const offer = { type: 'offer', sdp: 'v=0' } as const;
const rejected = async (code: string) => {
  const { values } = await node.metrics.rejected.get();
  return values.find(({ labels }) => labels.code === code)?.value ?? 0;
};

/** A host and a guest who know of each other. */
async function two(room = newRoom()) {
  const a = open();
  const hostAnswer = await a.join(room, { name: 'Ada' });
  const b = open();
  const guestAnswer = await b.join(room, { name: 'Ben' });
  await a.next('joined');
  return { room, a, b, hostAnswer, guestAnswer };
}

describe('joining', () => {
  test('the first is the host, the second meets them, and both are told', async () => {
    const room = newRoom();
    const a = open();
    const first = await a.join(room, { name: ' Ada ' });
    expect(first).toMatchObject({ peers: [], host: true, locked: false, ice: [] });
    expect(first.hostKey).toMatch(/^[\w-]{22}$/);
    const b = open();
    const second = await b.join(room, { name: 'Ben', state: { muted: true, camera: false } });
    expect(second).toMatchObject({ host: false, locked: false });
    expect(second.hostKey).toBeUndefined();
    expect(second.peers).toEqual([
      { id: first.self, name: 'Ada', kind: 'person', host: true, state: { muted: false, camera: true } },
    ]);
    expect(await a.next('joined')).toMatchObject({
      peer: { id: second.self, name: 'Ben', host: false, state: { muted: true, camera: false } },
    });
    expect(b.rest).toEqual([]);
  });

  test('nobody learns the secrets of others', async () => {
    const { a, b, hostAnswer, guestAnswer } = await two();
    await a.ask('state', { muted: true, camera: true });
    await b.next('state');
    const heard = JSON.stringify([guestAnswer.peers, b.rest, a.rest]);
    expect(heard).not.toContain(hostAnswer.secret);
    expect(heard).not.toContain(hostAnswer.hostKey);
  });

  test(`person ${MAX_PERSONS + 1} and viewer ${MAX_VIEWERS + 1} find the room full, each kind for itself`, async () => {
    const room = newRoom();
    for (let i = 0; i < MAX_PERSONS; i++) await open().join(room);
    expect(await open().code('join', { room, name: '', kind: 'person' })).toBe('ERR_ROOM_FULL');
    for (let i = 0; i < MAX_VIEWERS; i++) await open().join(room, { kind: 'view' });
    expect(await open().code('join', { room, name: '', kind: 'view' })).toBe('ERR_ROOM_FULL');
    pages[1]!.close();
    await pages[0]!.next('left');
    expect((await open().join(room)).peers).toHaveLength(MAX_PERSONS - 1 + MAX_VIEWERS);
  });

  test('six who come at once get one host and one another', async () => {
    const room = newRoom();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => open().say('join', { room, name: '', kind: 'person' })),
    );
    const joined = answers.filter((answer) => (answer as { ok: boolean }).ok) as {
      host: boolean;
      peers: unknown[];
    }[];
    expect(joined.map(({ peers }) => peers.length).sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(joined.filter(({ host }) => host)).toHaveLength(1);
  });

  test('a viewer is no host, even when it comes first', async () => {
    const room = newRoom();
    expect((await open().join(room, { kind: 'view' })).host).toBe(false);
    expect((await open().join(room)).host).toBe(true);
  });

  test('twice over one connection is refused', async () => {
    const { a } = await two();
    expect(await a.code('join', { room: newRoom(), name: '', kind: 'person' })).toBe('ERR_ALREADY_JOINED');
  });
});

describe('leaving', () => {
  test('is told, and the same connection may join again', async () => {
    const { a, b, guestAnswer, room } = await two();
    expect(await b.code('leave', {})).toBe('none');
    expect(await a.next('left')).toMatchObject({ id: guestAnswer.self, reason: 'left' });
    expect(await b.code('signal', { to: guestAnswer.peers[0]!.id, data: offer })).toBe('ERR_NOT_JOINED');
    await b.join(room);
    expect(await a.next('joined')).toBeDefined();
  });

  test('of a page that is closed counts as lost', async () => {
    const { a, b, guestAnswer } = await two();
    b.close();
    expect(await a.next('left')).toMatchObject({ id: guestAnswer.self, reason: 'lost' });
  });

  test('of a peer that falls silent is noticed within five seconds', async () => {
    const { a, b, guestAnswer } = await two();
    silence(b);
    expect(await a.next('left', 5000)).toMatchObject({ id: guestAnswer.self, reason: 'lost' });
  }, 10_000);

  test('of the host makes the one who is there longest the host', async () => {
    const { a, b, guestAnswer, hostAnswer, room } = await two();
    const c = open();
    await c.join(room);
    await a.code('leave', {});
    const word = await b.next('host');
    expect(word.id).toBe(guestAnswer.self);
    expect(word.hostKey).toMatch(/^[\w-]{22}$/);
    expect(word.hostKey).not.toBe(hostAnswer.hostKey);
    const other = await c.next('host');
    expect(other.id).toBe(guestAnswer.self);
    expect(other.hostKey).toBeUndefined();
    expect(await b.code('lock', { locked: true })).toBe('none');
  });
});

describe('coming back', () => {
  test('a lost peer keeps its id, past a lock; a stranger does not pass', async () => {
    const { a, b, guestAnswer, room } = await two();
    await a.ask('lock', { locked: true });
    await b.next('locked');
    b.close();
    await a.next('left');
    const { self: id, secret } = guestAnswer;
    expect(await open().code('join', { room, name: '', kind: 'person' })).toBe('ERR_ROOM_LOCKED');
    const own = newRoom();
    expect(await open().code('join', { room, name: '', kind: 'person', rejoin: { id, secret: own } })).toBe(
      'ERR_MESSAGE',
    );
    const back = await open().join(room, { rejoin: { id, secret } });
    expect(back).toMatchObject({ self: id, secret, locked: true });
    expect(await a.next('joined')).toMatchObject({ peer: { id } });
  });

  test('over a new connection, before the old one is missed, ends the old one and tells nobody of a loss', async () => {
    const { a, b, guestAnswer, room } = await two();
    const { self: id, secret } = guestAnswer;
    const again = open();
    await again.join(room, { rejoin: { id, secret } });
    await b.ended;
    await a.next('joined');
    expect(await a.code('signal', { to: id, data: offer })).toBe('none');
    expect(await again.next('signal')).toMatchObject({ data: offer });
    expect(a.rest).toEqual([]);
  });

  test('a lost host is the host again, by the key', async () => {
    const { a, b, hostAnswer, room } = await two();
    a.close();
    await b.next('left');
    expect(await b.code('lock', { locked: true })).toBe('ERR_NOT_HOST');
    const { self: id, secret, hostKey } = hostAnswer;
    const without = await open().join(room, { hostKey: newRoom() });
    expect(without.host).toBe(false);
    const back = await open().join(room, { rejoin: { id, secret }, hostKey });
    expect(back).toMatchObject({ self: id, host: true, hostKey });
  });

  test('after a restart, ids and the host stay, in whatever order they come', async () => {
    const { hostAnswer, guestAnswer, room, b } = await two();
    const other = await startNode();
    try {
      const guest = open({}, other.url);
      const first = await guest.join(room, { rejoin: { id: guestAnswer.self, secret: guestAnswer.secret } });
      expect(first).toMatchObject({ self: guestAnswer.self, host: false });
      const { self: id, secret, hostKey } = hostAnswer;
      const second = await open({}, other.url).join(room, { rejoin: { id, secret }, hostKey });
      expect(second).toMatchObject({ self: id, host: true });
      expect(await guest.next('joined')).toMatchObject({ peer: { id, host: true } });
    } finally {
      await other.close();
    }
    expect(b.socket.connected).toBe(true);
  });

  test('a room that all have left is new: no lock, another host', async () => {
    const { a, b, room, hostAnswer } = await two();
    await a.ask('lock', { locked: true });
    await b.code('leave', {});
    await a.code('leave', {});
    const next = await open().join(room);
    expect(next).toMatchObject({ host: true, locked: false });
    expect(next.hostKey).not.toBe(hostAnswer.hostKey);
  });
});

describe('the host', () => {
  test('locks and opens; nobody else does', async () => {
    const { a, b, room } = await two();
    expect(await b.code('lock', { locked: true })).toBe('ERR_NOT_HOST');
    expect(await a.code('lock', { locked: true })).toBe('none');
    expect(await b.next('locked')).toMatchObject({ locked: true });
    expect(await open().code('join', { room, name: '', kind: 'person' })).toBe('ERR_ROOM_LOCKED');
    expect(await open().code('join', { room, name: '', kind: 'view' })).toBe('ERR_ROOM_LOCKED');
    await a.code('lock', { locked: false });
    expect((await open().join(room)).locked).toBe(false);
  });

  test('removes someone, who is told, is cut off, and cannot come back by their secret', async () => {
    const { a, b, room, hostAnswer, guestAnswer } = await two();
    const { self: id, secret } = guestAnswer;
    expect(await b.code('remove', { peer: hostAnswer.self })).toBe('ERR_NOT_HOST');
    expect(await a.code('remove', { peer: hostAnswer.self })).toBe('ERR_PEER_GONE');
    expect(await a.code('remove', { peer: id })).toBe('none');
    await b.next('removed');
    await b.ended;
    expect(await a.next('left')).toMatchObject({ id, reason: 'removed' });
    expect(await open().code('join', { room, name: '', kind: 'person', rejoin: { id, secret } })).toBe(
      'ERR_REMOVED',
    );
    expect(a.rest).toEqual([]);
  });
});

describe('signals', () => {
  test('reach the one they are for, in order, and carry the sender', async () => {
    const { a, b, hostAnswer, guestAnswer, room } = await two();
    const c = open();
    await c.join(room);
    const candidate = {
      type: 'candidate',
      candidate: { candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0 },
    };
    const codes = await Promise.all([
      b.code('signal', { to: hostAnswer.self, data: { ...offer, more: 'is left out' } }),
      b.code('signal', { to: hostAnswer.self, data: candidate }),
    ]);
    expect(codes).toEqual(['none', 'none']);
    expect(await a.next('signal')).toEqual({ event: 'signal', from: guestAnswer.self, data: offer });
    expect(await a.next('signal')).toEqual({ event: 'signal', from: guestAnswer.self, data: candidate });
    expect(c.rest.filter(({ event }) => event === 'signal')).toEqual([]);
  });

  test('do not leave the room, even with an id of another', async () => {
    const one = await two();
    const other = await two();
    const before = await rejected('ERR_PEER_GONE');
    expect(await one.a.code('signal', { to: other.guestAnswer.self, data: offer })).toBe('ERR_PEER_GONE');
    expect(await rejected('ERR_PEER_GONE')).toBe(before + 1);
    expect(await one.a.code('remove', { peer: other.guestAnswer.self })).toBe('ERR_PEER_GONE');
    await one.a.ask('state', { muted: true, camera: true });
    await one.b.next('state');
    expect(other.b.rest).toEqual([]);
  });

  test('before joining are refused', async () => {
    expect(await open().code('signal', { to: newRoom(), data: offer })).toBe('ERR_NOT_JOINED');
  });
});

describe('state', () => {
  test('is told to the room and to those who come later', async () => {
    const { a, b, guestAnswer, room } = await two();
    await b.ask('state', { name: 'Benjamin', muted: true, camera: false, alpha: 'stacked-1' });
    const said = { name: 'Benjamin', muted: true, camera: false, alpha: 'stacked-1' };
    expect(await a.next('state')).toEqual({ event: 'state', id: guestAnswer.self, ...said });
    const { name, ...state } = said;
    expect((await open().join(room)).peers).toContainEqual(
      expect.objectContaining({ id: guestAnswer.self, name, state }),
    );
  });
});

describe('bad clients', () => {
  const good = { room: newRoom(), name: '', kind: 'person' };
  test.each([
    ['nothing', undefined],
    ['no object', 'join'],
    ['a list', []],
    ['no room', { ...good, room: undefined }],
    ['a short room', { ...good, room: 'short' }],
    ['a room of signs', { ...good, room: '../'.repeat(10) }],
    ['a room that is no text', { ...good, room: { toString: 1 } }],
    ['a script for a name', { ...good, name: '<img src=x onerror=alert(1)>' }],
    ['a long name', { ...good, name: 'a'.repeat(41) }],
    ['a name that turns the text', { ...good, name: 'a\u202eb' }],
    ['a name of two lines', { ...good, name: 'a\nb' }],
    ['an unknown kind', { ...good, kind: 'admin' }],
    ['half a rejoin', { ...good, rejoin: { id: newRoom() } }],
    ['bytes', Buffer.from('join')],
  ])('join with %s is refused and counted', async (_, message) => {
    const before = await rejected('ERR_MESSAGE');
    expect(await open().code('join', message)).toBe('ERR_MESSAGE');
    expect(await rejected('ERR_MESSAGE')).toBe(before + 1);
  });

  test.each(['Zoë', '李雷', 'عليّ', '👩\u200d🎨', "O'Neil & Co. (2)"])('%s is a name', async (name) => {
    await expect(open().join(newRoom(), { name })).resolves.toBeDefined();
  });

  test('what nobody knows is refused: a word, an unknown type of signal, a number for text', async () => {
    const {
      a,
      guestAnswer: { self: to },
    } = await two();
    expect(await a.code('shutdown', {})).toBe('ERR_MESSAGE');
    expect(await a.code('__proto__', {})).toBe('ERR_MESSAGE');
    expect(await a.code('constructor', {})).toBe('ERR_MESSAGE');
    expect(await a.code('signal', { to, data: { type: 'eval', sdp: '' } })).toBe('ERR_MESSAGE');
    expect(await a.code('signal', { to, data: { type: 'offer', sdp: 7 } })).toBe('ERR_MESSAGE');
    expect(await a.code('state', { muted: 'yes', camera: true })).toBe('ERR_MESSAGE');
    expect(await a.code('state', { muted: true, camera: true, name: '<b>' })).toBe('ERR_MESSAGE');
  });

  test('a message that wants no answer is borne', async () => {
    const { a, b } = await two();
    (a.socket as { emit(name: string, ...parts: unknown[]): unknown }).emit('lock');
    (a.socket as { emit(name: string, ...parts: unknown[]): unknown }).emit('error', 'x');
    await a.ask('lock', { locked: true });
    await b.next('locked');
  });

  test('a message of more than the limit ends the connection, and others go on', async () => {
    const { a, b, hostAnswer, guestAnswer } = await two();
    b.say('signal', { to: hostAnswer.self, data: { type: 'offer', sdp: 'x'.repeat(80_000) } }).catch(
      () => undefined,
    );
    await b.ended;
    expect(await a.next('left')).toMatchObject({ id: guestAnswer.self, reason: 'lost' });
    expect(await a.code('lock', { locked: true })).toBe('none');
  });

  test('a flood is answered with an error, then ended', async () => {
    const { a, b } = await two();
    const before = await rejected('ERR_TOO_MANY');
    const codes = new Set<string>();
    for (let i = 0; i < 400; i++) {
      b.code('ice', {}).then(
        (code) => codes.add(code),
        () => undefined,
      );
    }
    await b.ended;
    // The answers come with the end, in the same moment.
    await expect.poll(() => codes).toContain('ERR_TOO_MANY');
    expect(await rejected('ERR_TOO_MANY')).toBeGreaterThan(before);
    expect(await a.next('left')).toMatchObject({ reason: 'lost' });
    expect(await a.code('lock', { locked: true })).toBe('none');
  });

  test("another site's page is refused, this one's is not", async () => {
    const failure = (page: TestPage) =>
      new Promise((resolve) => {
        page.socket.once('connect_error', () => {
          resolve('refused');
        });
        page.socket.once('connect', () => {
          resolve('let in');
        });
      });
    expect(await failure(open({ extraHeaders: { origin: 'https://elsewhere.example' } }))).toBe('refused');
    expect(await failure(open({ extraHeaders: { origin: node.url.slice(0, -1) } }))).toBe('let in');
  });

  test('too many connections of one address are refused with a code; another address is not', async () => {
    const crowded = await startNode({ proxies: 1 });
    const from = (address: string) =>
      new Promise<string>((resolve) => {
        const page = open({ extraHeaders: { 'x-forwarded-for': `made up, ${address}` } }, crowded.url);
        page.socket.once('connect', () => {
          resolve('let in');
        });
        page.socket.once('connect_error', (error) => {
          resolve((error as { data?: { code?: string } }).data?.code ?? error.message);
        });
      });
    try {
      const results = await Promise.all(Array.from({ length: 310 }, () => from('2001:db8::1')));
      expect(results.filter((result) => result === 'let in')).toHaveLength(300);
      expect(results.filter((result) => result === 'ERR_TOO_MANY')).toHaveLength(10);
      expect(await from('2001:db8:0:0:1::2')).toBe('ERR_TOO_MANY');
      expect(await from('2001:db8:1::1')).toBe('let in');
    } finally {
      for (const page of pages.splice(0)) page.close();
      await crowded.close();
    }
  }, 30_000);

  test('thousands of random messages crash nothing', async () => {
    const { a, b } = await two();
    const random = mulberry(7);
    let refused = 0;
    for (let i = 0; i < 30; i++) {
      const page = open();
      const room = newRoom();
      if (i % 2 === 0) await page.join(room);
      const answers = Array.from({ length: 110 }, () => page.code(pick(random, WORDS), anything(random, 3)));
      for (const answer of await Promise.all(answers)) if (answer !== 'none') refused++;
      page.close();
    }
    expect(refused).toBeGreaterThan(3000);
    expect(await a.code('lock', { locked: true })).toBe('none');
    await b.next('locked');
  }, 60_000);
});

describe('health and numbers', () => {
  test('/healthz and /metrics tell of the node, and never which room or who', async () => {
    const { room, guestAnswer } = await two();
    expect((await fetch(`${node.url}healthz`)).status).toBe(200);
    const response = await fetch(`${node.url}metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain');
    const text = await response.text();
    expect(text).toMatch(/^portoon_rooms [1-9]/m);
    expect(text).toMatch(/^portoon_peers\{kind="person"\} [2-9]/m);
    expect(text).toMatch(/^portoon_messages_total\{request="join"\} \d+/m);
    expect(text).toMatch(/^portoon_rejected_total\{code="ERR_MESSAGE"\} \d+/m);
    for (const secret of [room, guestAnswer.self, 'Ada', '127.0.0.1']) expect(text).not.toContain(secret);
  });

  test('rooms and peers are counted down again', async () => {
    const own = await startNode();
    const page = open({}, own.url);
    await page.join(newRoom());
    await page.code('leave', {});
    expect(await own.metrics.registry.getSingleMetricAsString('portoon_rooms')).toContain('portoon_rooms 0');
    expect(await own.metrics.registry.getSingleMetricAsString('portoon_peers')).toContain(
      '{kind="person"} 0',
    );
    await own.close();
  });
});

describe('stopping', () => {
  test('does not wait for a page that has fallen silent', async () => {
    const own = await startNode();
    const page = open({}, own.url);
    await page.join(newRoom());
    silence(page);
    const begun = Date.now();
    await own.close();
    expect(Date.now() - begun).toBeLessThan(4000);
  });

  test('tells all to come back, then ends', async () => {
    const own = await startNode();
    const page = open({}, own.url);
    await page.join(newRoom());
    const closed = own.close();
    await page.next('restarting');
    await page.ended;
    await closed;
    await expect(fetch(`${own.url}healthz`)).rejects.toThrow();
  });
});

/** The page hears nothing any more, and says nothing, but its connection stands. */
function silence(page: TestPage): void {
  const { ws } = page.socket.io.engine.transport as unknown as { ws: { _socket: { pause(): void } } };
  ws._socket.pause();
}

const WORDS = [
  'join',
  'signal',
  'state',
  'lock',
  'remove',
  'ice2',
  'leave2',
  'error',
  'message',
  '',
  'toString',
];

function pick<T>(random: () => number, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)]!;
}

/** Some value, as deep as is said: nonsense, and what is nearly right. */
function anything(random: () => number, depth: number): unknown {
  const text = () =>
    String.fromCodePoint(...Array.from({ length: random() * 30 }, () => 1 + Math.floor(random() * 0xd000)));
  const leaves = [null, true, random() * 1e9, -1, '', text(), text(), newRoom(), Buffer.from(text())];
  if (depth === 0 || random() < 0.3) return pick(random, leaves);
  if (random() < 0.2) return Array.from({ length: random() * 5 }, () => anything(random, depth - 1));
  const keys = [
    'room',
    'name',
    'kind',
    'to',
    'data',
    'type',
    'sdp',
    'candidate',
    'muted',
    'camera',
    'peer',
    '__proto__',
    text(),
  ];
  return Object.fromEntries(
    Array.from({ length: random() * 6 }, () => [pick(random, keys), anything(random, depth - 1)]),
  );
}

function mulberry(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
