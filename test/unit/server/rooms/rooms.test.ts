import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  newRoom,
  offer,
  ownRoom,
  rejoining,
  silence,
  startNode,
  TestPages,
  type TestPage,
  type Node,
} from '../../../fixtures/signalling.ts';
import { MAX_PERSONS, MAX_VIEWERS, type JoinAnswer } from '../../../../src/server/signals.ts';

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

describe('joining', () => {
  test('the creator of the room is the host, the second meets them, and both get to know it', async () => {
    const { room, hostKey } = ownRoom();
    const a = open();
    const first = await a.join(room, { name: ' Ada ', hostKey });
    expect(first).toMatchObject({ peers: [], host: true, locked: false, ice: [] });
    const b = open();
    const second = await b.join(room, { name: 'Ben', state: { muted: true, camera: false } });
    expect(second).toMatchObject({ host: false, locked: false });
    expect(second.peers).toEqual([
      { id: first.self, name: 'Ada', kind: 'person', host: true, state: { muted: false, camera: true } },
    ]);
    expect(await a.next('joined')).toMatchObject({
      peer: { id: second.self, name: 'Ben', host: false, state: { muted: true, camera: false } },
    });
    expect(b.rest).toEqual([]);
  });

  test('nobody learns the secrets of others', async () => {
    const { a, b, hostKey, hostAnswer, guestAnswer } = await two();
    await a.ask('state', { muted: true, camera: true });
    const state = await b.next('state');
    const heard = JSON.stringify([guestAnswer, state, b.rest]);
    expect(heard).toContain(hostAnswer.self);
    expect(heard).not.toContain(hostAnswer.secret);
    expect(heard).not.toContain(hostKey);
  });

  test(`person ${MAX_PERSONS + 1} and viewer ${MAX_VIEWERS + 1} find the room full, each kind for itself`, async () => {
    const room = newRoom();
    const members = Array.from({ length: MAX_PERSONS }, open);
    for (const member of members) await member.join(room);
    expect(await open().code('join', { room, name: '', kind: 'person' })).toBe('ERR_ROOM_FULL');
    for (let i = 0; i < MAX_VIEWERS; i++) await open().join(room, { kind: 'view' });
    const answer = await open().ask('join', { room, name: '', kind: 'view' });
    expect(answer).toMatchObject({ ok: false, error: { code: 'ERR_ROOM_FULL' } });
    // The page for OBS knows nothing of calls, so its message must not mention one.
    expect(JSON.stringify(answer)).not.toMatch(/call/i);
    expect(JSON.stringify(answer)).toContain('have this link open already');
    members[1]!.close();
    await members[0]!.next('left');
    expect((await open().join(room)).peers).toHaveLength(MAX_PERSONS - 1 + MAX_VIEWERS);
  });

  test('viewers speak to persons alone, and say what they want', async () => {
    const room = newRoom();
    const person = open();
    const { self } = await person.join(room);
    const viewer = open();
    const other = await open().join(room, { kind: 'view' });
    const wants = { alpha: true, audio: false, paused: false, bitrate: 2_000_000 };
    await viewer.join(room, { kind: 'view', state: { muted: true, camera: false, wants } });
    await person.next('joined');
    expect((await person.next('joined')).peer).toMatchObject({ kind: 'view', state: { wants } });
    expect(await viewer.code('signal', { to: self, data: offer })).toBe('none');
    expect(await viewer.code('signal', { to: other.self, data: offer })).toBe('ERR_PEER_GONE');
    const greedy = { ...wants, bitrate: 1e12 };
    expect(await viewer.code('state', { muted: true, camera: false, wants: greedy })).toBe('ERR_MESSAGE');
  });

  test('six who come at once get one host and one another', async () => {
    const own = ownRoom();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => open().say('join', { ...own, name: '', kind: 'person' })),
    );
    const joined = answers.filter((answer) => (answer as { ok: boolean }).ok) as {
      host: boolean;
      peers: unknown[];
    }[];
    expect(joined.map(({ peers }) => peers.length).sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(joined.filter(({ host }) => host)).toHaveLength(1);
  });

  test('a viewer is no host, even when it comes first', async () => {
    const { room, hostKey } = ownRoom();
    expect((await open().join(room, { kind: 'view', hostKey })).host).toBe(false);
    expect((await open().join(room, { hostKey })).host).toBe(true);
  });

  test('twice over one connection is refused', async () => {
    const { a } = await two();
    expect(await a.code('join', { room: newRoom(), name: '', kind: 'person' })).toBe('ERR_ALREADY_JOINED');
  });
});

describe('leaving', () => {
  test('is announced, and the same connection may join again', async () => {
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
    expect(await a.next('left')).toMatchObject({ id: guestAnswer.self, reason: 'lost' });
  }, 10_000);

  test('of the host makes the one who is there longest the host', async () => {
    const { a, b, guestAnswer, room } = await two();
    const c = open();
    await c.join(room);
    await a.code('leave', {});
    for (const page of [b, c]) expect(await page.next('host')).toMatchObject({ id: guestAnswer.self });
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

  test('over a new connection, before the old one is missed, ends the old one and announces no loss', async () => {
    const { a, b, guestAnswer, room } = await two();
    const { self: id } = guestAnswer;
    const again = open();
    await again.join(room, rejoining(guestAnswer));
    await b.ended;
    await a.next('joined');
    expect(await a.code('signal', { to: id, data: offer })).toBe('none');
    expect(await again.next('signal')).toMatchObject({ data: offer });
    expect(a.rest).toEqual([]);
  });

  test('a room that all have left is new: no lock, no host but its owner', async () => {
    const { a, b, room } = await two();
    await a.ask('lock', { locked: true });
    await b.code('leave', {});
    await a.code('leave', {});
    expect(await open().join(room)).toMatchObject({ host: false, locked: false });
  });
});

describe('the host', () => {
  test('is the creator of the room, even when others came first', async () => {
    const { room, hostKey } = ownRoom();
    const [a, b, owner] = [open(), open(), open()];
    const first = await a.join(room);
    await b.join(room);
    expect(first.host).toBe(false);
    expect(await a.code('lock', { locked: true })).toBe('ERR_NOT_HOST');
    const answer = await owner.join(room, { hostKey });
    expect(answer.host).toBe(true);
    expect(answer.peers.map(({ host }) => host)).toEqual([false, false]);
    await a.next('joined');
    for (const page of [a, b]) {
      expect(await page.next('joined')).toMatchObject({ peer: { id: answer.self, host: true } });
      expect(await page.next('host')).toMatchObject({ id: answer.self });
    }
    expect(await owner.code('lock', { locked: true })).toBe('none');
    await owner.code('leave', {});
    for (const page of [a, b]) expect(await page.next('host')).toMatchObject({ id: first.self });
    // The owner can join the room although it is locked.
    expect(await owner.join(room, { hostKey })).toMatchObject({ host: true, locked: true });
  });

  test.each([
    ['a key that somebody thought up', newRoom],
    ["another room's key", () => ownRoom().hostKey],
  ])('is not who brings %s', async (_, makeKey) => {
    const { room, a } = await two();
    expect((await open().join(room, { hostKey: makeKey() })).host).toBe(false);
    await a.next('joined');
    expect(a.rest).toEqual([]);
    expect(await a.code('lock', { locked: true })).toBe('none');
  });

  test('is the host again after a lost connection; nobody is meanwhile', async () => {
    const { a, b, hostAnswer, room } = await two();
    a.close();
    await b.next('left');
    expect(await b.code('lock', { locked: true })).toBe('ERR_NOT_HOST');
    expect(await open().join(room)).toMatchObject({ host: false });
    expect(await open().join(room, rejoining(hostAnswer))).toMatchObject({
      self: hostAnswer.self,
      host: true,
    });
  });

  describe('after a restart of a server that keeps nothing', () => {
    let other: Node;
    beforeEach(async () => {
      other = await startNode();
    });
    afterEach(() => other.close());

    test('is still the creator of the room, in whatever order people return', async () => {
      const { room, hostKey, hostAnswer, guestAnswer } = await two();
      const guest = pages.open(other.url);
      const first = await guest.join(room, { ...rejoining(guestAnswer), hostKey: newRoom() });
      expect(first).toMatchObject({ self: guestAnswer.self, host: false });
      // A member who asks for a host's right meanwhile is refused.
      expect(await guest.code('lock', { locked: true })).toBe('ERR_NOT_HOST');
      const owner = await pages.open(other.url).join(room, { ...rejoining(hostAnswer), hostKey });
      expect(owner).toMatchObject({ self: hostAnswer.self, host: true });
      expect(await guest.next('joined')).toMatchObject({ peer: { id: hostAnswer.self, host: true } });
    });

    test('locks the room again by returning, and those who returned before are told', async () => {
      const { room, hostKey, hostAnswer, guestAnswer } = await two();
      const guest = pages.open(other.url);
      expect(await guest.join(room, rejoining(guestAnswer))).toMatchObject({ locked: false });
      const owner = { ...rejoining(hostAnswer), lockedWith: [guestAnswer.self], hostKey };
      expect(await pages.open(other.url).join(room, owner)).toMatchObject({ locked: true });
      expect(await guest.next('locked')).toMatchObject({ locked: true });
    });

    test('is nobody who joins meanwhile; those who came in past the forgotten lock are removed', async () => {
      const { room, hostKey, hostAnswer, guestAnswer } = await two();
      const [stranger, guest, owner] = [0, 1, 2].map(() => pages.open(other.url)) as [
        TestPage,
        TestPage,
        TestPage,
      ];
      const { self: strange } = await stranger.join(room);
      expect(await stranger.code('lock', { locked: true })).toBe('ERR_NOT_HOST');
      const lockedWith = (answer: JoinAnswer) => ({
        ...rejoining(answer),
        lockedWith: [answer.self === hostAnswer.self ? guestAnswer.self : hostAnswer.self],
      });
      expect(await guest.join(room, lockedWith(guestAnswer))).toMatchObject({ locked: true });
      expect(await pages.open(other.url).code('join', { room, name: '', kind: 'person' })).toBe(
        'ERR_ROOM_LOCKED',
      );
      const back = await owner.join(room, { ...lockedWith(hostAnswer), hostKey });
      expect(back).toMatchObject({ host: true, locked: true, peers: [{ id: guestAnswer.self }] });
      await stranger.next('removed');
      await stranger.ended;
      expect(await guest.next('left')).toMatchObject({ id: strange, reason: 'removed' });
    });
  });

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

  test('removes someone, who sees why, is disconnected, and comes back neither by their secret nor as somebody new', async () => {
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
    expect(await open().code('join', { room, name: '', kind: 'person' })).toBe('ERR_ROOM_LOCKED');
    expect(await a.next('locked')).toMatchObject({ locked: true });
    expect(a.rest).toEqual([]);
    // The host decides when the room is opened again.
    await a.code('lock', { locked: false });
    expect(await open().join(room)).toMatchObject({ locked: false });
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
    await b.ask('signal', { to: hostAnswer.self, data: offer, generation: 3 });
    expect(await a.next('signal')).toMatchObject({ data: offer, generation: 3 });
    expect(c.rest.filter(({ event }) => event === 'signal')).toEqual([]);
  });

  test('do not leave the room, even with an id of another', async () => {
    const one = await two();
    const other = await two();
    expect(await one.a.code('signal', { to: other.guestAnswer.self, data: offer })).toBe('ERR_PEER_GONE');
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
  test('is sent to the room and to those who come later', async () => {
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
