import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { RoomSession, type RoomSessionOptions } from '../../../../src/call/session/room-session.ts';
import { Signalling } from '../../../../src/call/session/signalling.ts';
import type { PortoonError } from '../../../../src/common/errors.ts';
import type { JoinAnswer } from '../../../../src/server/signals.ts';
import '../../../fixtures/with-resolvers.ts';
import { newRoom, ownRoom, startNode, TestPages, type Node } from '../../../fixtures/signalling.ts';

let node: Node;
beforeAll(async () => {
  node = await startNode();
  // A page finds its server by its own address, which is faked here.
  const { protocol, host, hostname, port } = new URL(node.url);
  vi.stubGlobal('location', { protocol, host, hostname, port });
  vi.stubGlobal('document', { baseURI: node.url });
  vi.stubGlobal('self', globalThis);
});
afterAll(async () => {
  vi.unstubAllGlobals();
  await node.close();
});

const pages = new TestPages();
const sessions: RoomSession[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const session of sessions.splice(0)) session.leave();
  pages.close();
});

/** Opens a session, and records each time that it enters the room, with the answer. */
function openSession(room: string, options: Partial<RoomSessionOptions> = {}) {
  const state = { muted: true, camera: false };
  const entered: JoinAnswer[] = [];
  const refused: PortoonError[] = [];
  const session = new RoomSession({
    greeting: () => ({ room, name: 'Ada', kind: 'person', state }),
    presence: () => state,
    onEntered: (answer) => entered.push(answer),
    onPresent: () => undefined,
    onRefused: (error) => refused.push(error),
    pause: () => 20,
    onChange: () => undefined,
    ...options,
  });
  sessions.push(session);
  return { session, entered, refused, state };
}

describe('joining once', () => {
  test('gives an identity, and sends the state of the page from then on', async () => {
    const room = newRoom();
    const other = pages.open(node.url);
    await other.join(room);
    const { session, entered, state } = openSession(room);
    await session.server.connect();
    await session.join();
    expect(session.here).toBe(true);
    expect(session.identity).toEqual({ id: entered[0]!.self, secret: entered[0]!.secret });
    await other.next('joined');
    state.camera = true;
    await session.sendState();
    expect(await other.next('state')).toMatchObject({ id: session.identity!.id, camera: true });
  });

  test('throws the reason of a refusal, and does not ask again', async () => {
    const { room, hostKey } = ownRoom();
    const host = pages.open(node.url);
    await host.join(room, { hostKey });
    await host.ask('lock', { locked: true });
    const { session, entered } = openSession(room);
    await session.server.connect();
    await expect(session.join()).rejects.toMatchObject({ code: 'ERR_ROOM_LOCKED' });
    expect(session.here).toBe(false);
    expect(entered).toEqual([]);
  });
});

describe('coming back', () => {
  test('after a lost connection the page is in the room again, as the same member', async () => {
    const room = newRoom();
    const other = pages.open(node.url);
    await other.join(room);
    const { session, entered } = openSession(room);
    await session.server.connect();
    await session.join();
    await other.next('joined');
    session.server.again(10);
    await vi.waitFor(() => {
      expect(entered).toHaveLength(2);
    });
    expect(entered[1]!.self).toBe(entered[0]!.self);
    expect(session.here).toBe(true);
    expect(session.fault).toBeNull();
  });

  test('a page that is not let back in asks again after each refusal', async () => {
    const { room, hostKey } = ownRoom();
    const host = pages.open(node.url);
    await host.join(room, { hostKey });
    await host.ask('lock', { locked: true });
    const { session, entered, refused } = openSession(room);
    session.joinWithRetries();
    await vi.waitFor(() => {
      expect(refused.length).toBeGreaterThan(1);
    });
    expect(session.fault).toMatchObject({ code: 'ERR_ROOM_LOCKED' });
    await host.ask('lock', { locked: false });
    await vi.waitFor(() => {
      expect(entered).toHaveLength(1);
    });
    expect(session.fault).toBeNull();
  });

  test('a page that leaves because of a refusal asks no more', async () => {
    const { room, hostKey } = ownRoom();
    const host = pages.open(node.url);
    await host.join(room, { hostKey });
    await host.ask('lock', { locked: true });
    const left = Promise.withResolvers<undefined>();
    const again = vi.spyOn(Signalling.prototype, 'again');
    const { session } = openSession(room, {
      onRefused: () => {
        session.leave();
        left.resolve(undefined);
      },
    });
    session.joinWithRetries();
    await left.promise;
    expect(again).not.toHaveBeenCalled();
    expect(session.here).toBe(false);
  });
});

test('leaving tells the others, and only losing the page keeps its place', async () => {
  const room = newRoom();
  const other = pages.open(node.url);
  await other.join(room);
  for (const [returns, reason] of [
    [false, 'left'],
    [true, 'lost'],
  ] as const) {
    const { session } = openSession(room);
    await session.server.connect();
    await session.join();
    await other.next('joined');
    session.leave(returns);
    expect(await other.next('left')).toMatchObject({ id: session.identity!.id, reason });
  }
});
