import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Effect } from '../../../../src/effect/page/effect.ts';
import { PortoonError } from '../../../../src/common/errors.ts';
import { createEffectStore } from '../../../../src/studio/stage/effect-store.ts';
import { createBase, fakeEffect } from '../fakes.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp({ inCall = false }: { inCall?: boolean } = {}) {
  const base = createBase();
  const fake = fakeEffect();
  const attached: (Effect | null)[] = [];
  let failure: Error | null = null;
  const store = createEffectStore({
    ...base,
    look: {
      startOptions: () => ({ style: 'toon' }),
      attach: (effect) => attached.push(effect),
      detach: () => attached.push(null),
    },
    createEffect: () => (failure ? Promise.reject(failure) : Promise.resolve(fake.effect)),
    isInCall: () => inCall,
  });
  const failWith = (error: Error | null) => {
    failure = error;
  };
  return { ...base, store, fake, attached, failWith };
}

test('a created effect gets its look, and runs with its first picture', async () => {
  const { store, fake, attached, page } = setUp();
  await store.start();
  expect(page.state.value).toBe('ready');
  expect(store.current.value).toBe(fake.effect);
  expect(attached).toEqual([fake.effect]);
  fake.emit('running');
  expect(page.state.value).toBe('running');
  expect(store.pictureShown.value).toBe(true);
  vi.advanceTimersByTime(1000);
  expect(store.hasGraphicsCard.value).toBe(true);
});

test('an effect that cannot be created can be restarted', async () => {
  const { store, fake, page, failWith } = setUp();
  failWith(new PortoonError('ERR_MANIFEST', 'No list.', 'Try again.'));
  await store.start();
  expect(page.state.value).toBe('error');
  expect(store.fatalFault.value?.code).toBe('ERR_MANIFEST');
  failWith(null);
  await store.restart();
  expect(page.state.value).toBe('ready');
  expect(store.fatalFault.value).toBeNull();
  expect(store.current.value).toBe(fake.effect);
});

test('faults that it recovers from are shown for a while', async () => {
  const { store, fake, page, notices } = setUp();
  await store.start();
  fake.emit('fault', { code: 'ERR_WORKER_DIED', message: 'It died.', wayOut: 'Wait.' }, false);
  expect(page.state.value).toBe('ready');
  expect(notices.notices.value.map(({ topic }) => topic)).toEqual(['effect']);
  vi.advanceTimersByTime(10_000);
  expect(notices.notices.value).toEqual([]);
  fake.emit('fault', { code: 'ERR_PARTS_MISSING', message: 'No parts.', wayOut: 'Choose.' }, false);
  expect(notices.notices.value).toEqual([]);
});

test('in a call a fatal fault becomes a notice with a restart', async () => {
  const { store, fake, notices } = setUp({ inCall: true });
  await store.start();
  fake.emit('fault', { code: 'ERR_WORKER_DIED', message: 'It died.', wayOut: 'Restart it.' }, true);
  expect(store.current.value).toBeNull();
  const [notice] = notices.notices.value;
  expect(notice?.text).toBe('It died. The call goes on without your picture. Restart it.');
  expect(notice?.actions.map(({ label }) => label)).toEqual(['Restart the effect']);
});
