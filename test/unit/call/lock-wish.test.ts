import { beforeEach, expect, test, vi } from 'vitest';
import { LockWish } from '../../../src/call/lock-wish.ts';
import { PortoonError, type ErrorCode } from '../../../src/common/errors.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('self', globalThis);
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

/** A server that refuses with these codes, one after the other, and then does it. */
function setUp(...refusals: ErrorCode[]) {
  let asked = 0;
  const changes: boolean[] = [];
  const wish: LockWish = new LockWish(
    () => {
      asked++;
      const code = refusals.shift();
      return code === undefined ? Promise.resolve() : Promise.reject(new PortoonError(code, 'No.', 'Wait.'));
    },
    () => changes.push(wish.waits),
  );
  return { wish, changes, asked: () => asked };
}

test('a lock that the server can’t do is asked for until it is done', async () => {
  const { wish, changes, asked } = setUp('ERR_SIGNALLING', 'ERR_SIGNALLING', 'ERR_NOT_JOINED');
  await expect(wish.begin()).rejects.toMatchObject({ code: 'ERR_SIGNALLING' });
  expect(wish.waits).toBe(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked()).toBe(4);
  expect(changes).toEqual([true, false]);
});

test('it waits while the server is away, and is asked for at once when it is back', async () => {
  const { wish, asked } = setUp('ERR_SIGNALLING');
  await wish.begin().catch(() => undefined);
  wish.pause();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked()).toBe(1);
  wish.hurry();
  await vi.advanceTimersByTimeAsync(0);
  expect(asked()).toBe(2);
  expect(wish.waits).toBe(false);
});

test('one that was taken back, or is no longer ours to ask for, is not asked for again', async () => {
  const taken = setUp('ERR_SIGNALLING');
  await taken.wish.begin().catch(() => undefined);
  taken.wish.withdraw();
  taken.wish.hurry();
  const lost = setUp('ERR_NOT_HOST');
  await expect(lost.wish.begin()).rejects.toMatchObject({ code: 'ERR_NOT_HOST' });
  await vi.advanceTimersByTimeAsync(60_000);
  for (const { wish, asked } of [taken, lost]) {
    expect(wish.waits).toBe(false);
    expect(asked()).toBe(1);
  }
});
