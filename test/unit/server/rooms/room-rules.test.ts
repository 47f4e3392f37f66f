import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  dropDeadNodes,
  chooseHost,
  removeMember,
  addMember,
} from '../../../../src/server/rooms/room-rules.ts';
import { GRACE_MS } from '../../../../src/server/signals.ts';
import { blankRoom, type StoredMember } from '../../../../src/server/rooms/store.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => vi.useRealTimers());

const NEW = { returns: false };
const BACK = { returns: true };
const later = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);

function member(id: string, more: Partial<StoredMember> = {}): StoredMember {
  const state = { muted: false, camera: true };
  return { id, name: '', kind: 'person', owner: false, state, node: 'one', connection: id, ...more };
}

test('after a restart nobody is the host until the owner has had time; then it is one who came back', () => {
  const room = blankRoom();
  addMember(room, member('stranger'), NEW);
  expect(chooseHost(room)).toEqual([]);
  later(GRACE_MS - 1);
  addMember(room, member('b'), BACK);
  expect(chooseHost(room)).toEqual([]);
  later(1);
  expect(chooseHost(room)).toEqual([['host', { id: 'b' }]]);
});

test('a forgotten lock is restored by those who come back, and those who came in meanwhile are removed', () => {
  const room = blankRoom();
  addMember(room, member('stranger'), NEW);
  addMember(room, member('b'), { returns: true, lockedWith: ['a', 'c'] });
  expect(room.locked).toBe(true);
  expect(() => addMember(room, member('late'), NEW)).toThrow('locked');
  const owner = member('a', { owner: true });
  const { intruders } = addMember(room, owner, { returns: true, lockedWith: ['b', 'c'] });
  expect(intruders.map(({ id }) => id)).toEqual(['stranger']);
  chooseHost(room);
  // While the owner is there, what others say about the lock is ignored, but members who were in
  // the room can come back.
  addMember(room, member('c'), BACK);
  expect(() => addMember(room, member('late'), BACK)).toThrow('locked');
  room.locked = false;
  addMember(room, member('late'), { returns: true, lockedWith: [] });
  expect(room.locked).toBe(false);
});

test('six strangers who came in past a forgotten lock do not keep its owner out', () => {
  const room = blankRoom();
  for (const id of ['1', '2', '3', '4', '5', '6']) addMember(room, member(id), NEW);
  const { intruders } = addMember(room, member('a', { owner: true }), { returns: true, lockedWith: ['b'] });
  expect(intruders).toHaveLength(6);
});

test('a lost host keeps the place for a while, by their id alone', () => {
  const room = blankRoom();
  for (const id of ['a', 'b']) addMember(room, member(id), NEW);
  later(GRACE_MS);
  chooseHost(room);
  removeMember(room, 'a', 'lost');
  later(GRACE_MS - 1);
  expect(chooseHost(room)).toEqual([]);
  addMember(room, member('a', { connection: 'another' }), BACK);
  expect(chooseHost(room)).toEqual([]);
  expect(room.host).toBe('a');
  // The time limit of the first loss was cancelled.
  later(GRACE_MS);
  expect(chooseHost(room)).toEqual([]);
  removeMember(room, 'a', 'lost');
  later(GRACE_MS);
  expect(chooseHost(room)).toEqual([['host', { id: 'b' }]]);
});

test('the members of a dead node are lost, hosts or not, and one who was removed is not awaited', () => {
  const room = blankRoom();
  addMember(room, member('a', { node: 'two' }), NEW);
  for (const id of ['b', 'c']) addMember(room, member(id), NEW);
  later(GRACE_MS);
  chooseHost(room);
  expect(dropDeadNodes(room, new Set(['one']))).toEqual([['left', { id: 'a', reason: 'lost' }]]);
  expect(chooseHost(room)).toEqual([]);
  removeMember(room, 'b', 'removed');
  expect(room.away.map(({ id }) => id)).toEqual(['a']);
  later(GRACE_MS);
  expect(chooseHost(room)).toEqual([['host', { id: 'c' }]]);
});

test('of two pages of the owner the first stays the host', () => {
  const room = blankRoom();
  addMember(room, member('guest'), NEW);
  chooseHost(room);
  addMember(room, member('a', { owner: true }), NEW);
  expect(chooseHost(room)).toEqual([['host', { id: 'a' }]]);
  addMember(room, member('b', { owner: true }), NEW);
  expect(chooseHost(room)).toEqual([]);
  removeMember(room, 'a', 'lost');
  expect(chooseHost(room)).toEqual([['host', { id: 'b' }]]);
});
