import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { bury, crown, drop, enter } from '../../../src/server/room-rules.ts';
import { GRACE } from '../../../src/server/signals.ts';
import { blankRoom, type Member } from '../../../src/server/store.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => vi.useRealTimers());

const later = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);

function member(id: string, more: Partial<Member> = {}): Member {
  const state = { muted: false, camera: true };
  return { id, name: '', kind: 'person', owner: false, state, node: 'one', connection: id, ...more };
}

test('after a restart nobody is the host until the owner has had time; then it is the first to come back', () => {
  const room = blankRoom();
  enter(room, member('b'), true);
  expect(crown(room)).toEqual([]);
  later(GRACE - 1);
  enter(room, member('a'), true);
  expect(crown(room)).toEqual([]);
  later(1);
  expect(crown(room)).toEqual([['host', { id: 'b' }]]);
});

test('a lost host keeps the place for a while, by their id alone', () => {
  const room = blankRoom();
  for (const id of ['a', 'b']) enter(room, member(id), false);
  crown(room);
  drop(room, 'a', 'lost');
  later(GRACE - 1);
  expect(crown(room)).toEqual([]);
  enter(room, member('a', { connection: 'another' }), true);
  expect(crown(room)).toEqual([]);
  expect(room.host).toBe('a');
  // The clock of the first loss runs no more.
  later(GRACE);
  expect(crown(room)).toEqual([]);
  drop(room, 'a', 'lost');
  later(GRACE);
  expect(crown(room)).toEqual([['host', { id: 'b' }]]);
});

test('who sat on a dead node is lost, host or not, and one who was removed is not awaited', () => {
  const room = blankRoom();
  enter(room, member('a', { node: 'two' }), false);
  for (const id of ['b', 'c']) enter(room, member(id), false);
  crown(room);
  expect(bury(room, new Set(['one']))).toEqual([['left', { id: 'a', reason: 'lost' }]]);
  expect(crown(room)).toEqual([]);
  drop(room, 'b', 'removed');
  expect(room.away.map(({ id }) => id)).toEqual(['a']);
  later(GRACE);
  expect(crown(room)).toEqual([['host', { id: 'c' }]]);
});

test('of two pages of the owner the first stays the host', () => {
  const room = blankRoom();
  enter(room, member('guest'), false);
  crown(room);
  enter(room, member('a', { owner: true }), false);
  expect(crown(room)).toEqual([['host', { id: 'a' }]]);
  enter(room, member('b', { owner: true }), false);
  expect(crown(room)).toEqual([]);
  drop(room, 'a', 'lost');
  expect(crown(room)).toEqual([['host', { id: 'b' }]]);
});
