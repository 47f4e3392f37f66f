import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { newRoom, offer, rejoining, startNode, TestPages, type Node } from '../../fixtures/signalling.ts';
import { anything, mulberry, mutated, pick, wireNoise } from '../../fixtures/nonsense.ts';

let node: Node;
beforeAll(async () => {
  node = await startNode();
});
afterAll(() => node.close());

const pages = new TestPages();
afterEach(() => {
  pages.close();
});
const open = () => pages.open(node.url);
const two = () => pages.two(node.url);

/** How many requests were refused: with this code, or all. */
async function rejected(code?: string): Promise<number> {
  const { values } = await node.metrics.rejected.get();
  const counted = values.filter(({ labels }) => code === undefined || labels.code === code);
  return counted.reduce((sum, { value }) => sum + value, 0);
}

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
  ['a script behind what cannot be seen', { ...good, name: '\u202e\u200b<b>' }],
  ['an unknown kind', { ...good, kind: 'admin' }],
  ['a crowd behind its lock', { ...good, lockedWith: Array.from({ length: 11 }, newRoom) }],
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

test('unknown messages are refused: an event, a type of signal, a number for text', async () => {
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
  for (const status of [0, 200, 701, 400.5, '401', '401\nForged: line'])
    expect(await a.code('relay', { status })).toBe('ERR_MESSAGE');
  expect(await a.code('state', { muted: true, camera: true, name: '<b>' })).toBe('ERR_MESSAGE');
});

test('a message that asks for no answer is accepted', async () => {
  const { a, b } = await two();
  (a.socket as { emit(name: string, ...parts: unknown[]): unknown }).emit('lock');
  (a.socket as { emit(name: string, ...parts: unknown[]): unknown }).emit('error', 'x');
  await a.ask('lock', { locked: true });
  await b.next('locked');
});

test('a message of more than the limit ends the connection with a code, is counted, and others go on', async () => {
  const { a, b, hostAnswer, guestAnswer } = await two();
  const before = await rejected('ERR_TOO_LARGE');
  const { ws } = b.socket.io.engine.transport as unknown as {
    ws: { once(event: 'close', listener: (code: number) => void): void };
  };
  const code = new Promise((resolve) => {
    ws.once('close', resolve);
  });
  const data = { type: 'offer', sdp: 'x'.repeat(80_000) };
  b.say('signal', { to: hostAnswer.self, data }).catch(() => undefined);
  // WebSocket's own code for a message that is too big.
  expect(await code).toBe(1009);
  expect(await a.next('left')).toMatchObject({ id: guestAnswer.self, reason: 'lost' });
  expect(await rejected('ERR_TOO_LARGE')).toBe(before + 1);
  expect(await a.code('lock', { locked: true })).toBe('none');
});

test('input that is not a packet ends the connection, is counted and not logged', async () => {
  const logged = vi.spyOn(console, 'error');
  const before = await rejected('ERR_PROTOCOL');
  for (const [i, noise] of ['nonsense', '7', '2{"a":1}', '2["join",', '5x-["join"]', '9'].entries()) {
    const page = open();
    if (i % 2 === 0) await page.join(newRoom());
    else await page.opened;
    page.socket.io.engine.write(noise);
    await page.ended;
    await expect.poll(() => rejected('ERR_PROTOCOL'), { interval: 5 }).toBe(before + i + 1);
  }
  expect(logged).not.toHaveBeenCalled();
  logged.mockRestore();
});

test('replaying a whole session unchanged gives no access', async () => {
  const { room, a, hostAnswer } = await two();
  const guest = open();
  const said: string[] = [];
  await guest.opened;
  guest.socket.io.engine.on('packetCreate', ({ type, data }: { type: string; data?: unknown }) => {
    if (type === 'message') said.push(String(data));
  });
  await guest.join(room, { name: 'Cy' });
  await a.next('joined');
  await guest.ask('signal', { to: hostAnswer.self, data: offer });
  await guest.ask('state', { muted: true, camera: false });
  await guest.ask('leave', {});
  expect(said).toHaveLength(4);
  await a.ask('lock', { locked: true });
  for (const event of ['joined', 'signal', 'state', 'left', 'locked'] as const) {
    if (event !== 'joined') await a.next(event);
  }
  expect(a.rest).toEqual([]);

  const thief = open();
  await thief.opened;
  const before = await Promise.all(['ERR_ROOM_LOCKED', 'ERR_NOT_JOINED'].map(rejected));
  for (const packet of said) thief.socket.io.engine.write(packet);
  await expect
    .poll(() => Promise.all(['ERR_ROOM_LOCKED', 'ERR_NOT_JOINED'].map(rejected)))
    .toEqual([before[0]! + 1, before[1]! + 3]);
  expect(a.rest).toEqual([]);
});

test('nobody speaks in the name of another', async () => {
  const { a, b, hostAnswer, guestAnswer, room } = await two();
  const c = open();
  const { self } = await c.join(room);
  await c.ask('signal', { to: hostAnswer.self, data: offer, from: guestAnswer.self } as never);
  expect(await a.next('signal')).toMatchObject({ from: self });
  await c.ask('state', { muted: true, camera: true, id: guestAnswer.self } as never);
  expect(await b.next('state')).toMatchObject({ id: self });
  // All members know the id; its secret is known to its own page only.
  const { rejoin } = rejoining({ ...guestAnswer, secret: guestAnswer.self });
  expect(await open().code('join', { room, name: '', kind: 'person', rejoin })).toBe('ERR_MESSAGE');
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
  // The error may arrive at the same moment as the end.
  await expect.poll(() => codes).toContain('ERR_TOO_MANY');
  expect(await rejected('ERR_TOO_MANY')).toBeGreaterThan(before);
  expect(await a.next('left')).toMatchObject({ reason: 'lost' });
  expect(await a.code('lock', { locked: true })).toBe('none');
});

test("another site's page is refused, this one's is not", async () => {
  const failure = (origin: string) =>
    new Promise((resolve) => {
      const page = pages.open(node.url, { extraHeaders: { origin } });
      page.socket.once('connect_error', () => {
        resolve('refused');
      });
      page.socket.once('connect', () => {
        resolve('let in');
      });
    });
  expect(await failure('https://elsewhere.example')).toBe('refused');
  expect(await failure(node.url.slice(0, -1))).toBe('let in');
});

test.each([
  ['/', 'websocket'],
  ['/', 'h2c'],
  ['/signalling', 'websocket'],
  ['/signalling-or-so', 'websocket'],
  ['/signalling/?EIO=4&transport=polling', 'websocket'],
  ['/signalling/?EIO=4&transport=websocket', 'h2c'],
  ['/signalling/?EIO=4&transport=websocket&sid=made-up', 'websocket'],
])('an upgrade of %s to %s leads nowhere: it is answered, counted, and keeps no server', async (path, to) => {
  const own = await startNode();
  // The client keeps its side open for as long as the server lets it.
  const wire = connect({ port: Number(new URL(own.url).port), allowHalfOpen: true });
  let said = '';
  wire.on('data', (data: Buffer) => (said += data.toString()));
  const ended = new Promise((resolve) => wire.once('end', resolve));
  wire.on('error', () => undefined);
  wire.write(
    `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ${to}\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  await ended;
  expect(said).toMatch(/^HTTP\/1\.1 4\d\d /);
  const { values } = await own.metrics.rejected.get();
  expect(values).toMatchObject([{ value: 1, labels: { code: 'ERR_PROTOCOL' } }]);
  await own.close();
  wire.destroy();
});

test('too many connections of one address are refused with a code; another address is not', async () => {
  const crowded = await startNode({ proxies: 1 });
  const from = (address: string) =>
    new Promise<string>((resolve) => {
      const page = pages.open(crowded.url, { extraHeaders: { 'x-forwarded-for': `made up, ${address}` } });
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
    pages.close();
    await crowded.close();
  }
}, 30_000);

test('thousands of random messages: each is refused with a code and counted, and a call beside them notices nothing', async () => {
  const { a, b, room, hostAnswer } = await two();
  const random = mulberry(7);
  const before = await rejected();
  const codes = new Map<string, number>();
  let sent = 0;
  for (let i = 0; i < 40; i++) {
    const page = open();
    // Half of the pages are in rooms of their own. All know the ids of the call.
    if (i % 2 === 0) await page.join(newRoom());
    const answers = Array.from({ length: 110 }, () => {
      const [name, ...parts] =
        random() < 0.5
          ? [pick(random, NAMES), anything(random, 3)]
          : mutated(random, pick(random, valid(newRoom(), hostAnswer.self)));
      sent++;
      return page.code(name, ...parts);
    });
    for (const code of await Promise.all(answers)) codes.set(code, (codes.get(code) ?? 0) + 1);
    page.close();
  }
  const carriedOut = codes.get('none') ?? 0;
  expect(sent).toBe(4400);
  expect(carriedOut).toBeLessThan(sent / 4);
  expect(await rejected()).toBe(before + sent - carriedOut);
  expect([...codes.keys()].sort()).toEqual(
    expect.arrayContaining(['ERR_ALREADY_JOINED', 'ERR_MESSAGE', 'ERR_NOT_JOINED', 'ERR_PEER_GONE', 'none']),
  );
  expect([...a.rest, ...b.rest]).toEqual([]);
  expect((await open().join(room)).peers).toHaveLength(2);
}, 60_000);

test('hundreds of connections with another protocol crash nothing', async () => {
  const { a, b } = await two();
  const random = mulberry(11);
  for (let i = 0; i < 300; i++) {
    const page = open();
    await page.opened;
    for (let n = 0; n < 8; n++) page.socket.io.engine.write(wireNoise(random));
    if (i % 25 === 24) {
      // Waits until the last page has been answered or cut off before closing them all.
      await Promise.race([page.ended, page.code('ice', {}).catch(() => undefined)]);
      pages.closeBut(a, b);
    }
  }
  expect([...a.rest, ...b.rest]).toEqual([]);
  expect(await a.code('lock', { locked: true })).toBe('none');
  await b.next('locked');
}, 60_000);

const NAMES = [
  'join',
  'signal',
  'state',
  'lock',
  'remove',
  'ice',
  'error',
  'message',
  '',
  'toString',
  '__proto__',
];

/** Valid messages, as a page would send them. */
function valid(room: string, to: string): [name: string, message: object][] {
  const secret = newRoom();
  const id = createHash('sha256').update(secret).digest('base64url').slice(0, 22);
  const state = { muted: true, camera: false };
  return [
    [
      'join',
      {
        room,
        name: 'Eve',
        kind: 'person',
        state,
        hostKey: newRoom(),
        rejoin: { id, secret },
        lockedWith: [to],
      },
    ],
    ['signal', { to, data: offer, generation: 1 }],
    [
      'signal',
      { to, data: { type: 'candidate', candidate: { candidate: 'candidate:1', sdpMLineIndex: 0 } } },
    ],
    ['state', { ...state, name: 'Eve', alpha: 'stacked-1' }],
    ['lock', { locked: true }],
    ['remove', { peer: to }],
  ];
}
