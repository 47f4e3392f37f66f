import { beforeEach, expect, test, vi } from 'vitest';
import { LockRequest } from '../../../../src/call/session/lock-request.ts';
import { PortoonError, type ErrorCode } from '../../../../src/common/errors.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('self', globalThis);
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

/** A request to a server that refuses with these codes, one after the other, and then agrees. */
function setUp(...refusals: ErrorCode[]) {
  let asked = 0;
  const changes: boolean[] = [];
  const request: LockRequest = new LockRequest(
    () => {
      asked++;
      const code = refusals.shift();
      return code === undefined ? Promise.resolve() : Promise.reject(new PortoonError(code, 'No.', 'Wait.'));
    },
    () => changes.push(request.pending),
  );
  return { request, changes, asked: () => asked };
}

test('a lock that the server can’t do is asked for until it is done', async () => {
  const { request, changes, asked } = setUp('ERR_SIGNALLING', 'ERR_SIGNALLING', 'ERR_NOT_JOINED');
  await expect(request.begin()).rejects.toMatchObject({ code: 'ERR_SIGNALLING' });
  expect(request.pending).toBe(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked()).toBe(4);
  expect(changes).toEqual([true, false]);
});

test('it waits while the server is away, and is asked for at once when it is back', async () => {
  const { request, asked } = setUp('ERR_SIGNALLING');
  await request.begin().catch(() => undefined);
  request.pause();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked()).toBe(1);
  request.retryNow();
  await vi.advanceTimersByTimeAsync(0);
  expect(asked()).toBe(2);
  expect(request.pending).toBe(false);
});

test('one that was taken back, or is no longer ours to ask for, is not asked for again', async () => {
  const taken = setUp('ERR_SIGNALLING');
  await taken.request.begin().catch(() => undefined);
  taken.request.withdraw();
  taken.request.retryNow();
  const lost = setUp('ERR_NOT_HOST');
  await expect(lost.request.begin()).rejects.toMatchObject({ code: 'ERR_NOT_HOST' });
  await vi.advanceTimersByTimeAsync(60_000);
  for (const { request, asked } of [taken, lost]) {
    expect(request.pending).toBe(false);
    expect(asked()).toBe(1);
  }
});
