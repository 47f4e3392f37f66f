import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import type { PublishOptions } from '../../../../src/call/media-server/whip.ts';
import type { MediaServerError } from '../../../../src/call/media-server/media-server-errors.ts';
import { PortoonError } from '../../../../src/common/errors.ts';
import { createBroadcastStore, type Publisher } from '../../../../src/studio/broadcast/broadcast-store.ts';
import { createBase, fakeTrack, settled } from '../fakes.ts';

function setUp() {
  const base = createBase();
  const events: string[] = [];
  const output = { track: signal<MediaStreamTrack | null>(null), wantedByBroadcast: signal(false) };
  const open: { promise: () => Promise<void> } = { promise: () => Promise.resolve() };
  let options: PublishOptions | null = null;
  const publisher = {
    state: 'connecting' as Publisher['state'],
    fault: null as MediaServerError | null,
    sending: null,
    replaceTrack: (kind: string) => Promise.resolve(void events.push(`replace ${kind}`)),
    setMaxBitrate: (bits: number) => Promise.resolve(void events.push(`rate ${bits}`)),
    retryNow: () => undefined,
    stop: () => {
      publisher.state = 'stopped';
      options?.onChange();
    },
  };
  const store = createBroadcastStore({
    ...base,
    output,
    microphone: {
      track: signal(null),
      open: () => open.promise(),
      close: () => void events.push('close microphone'),
    },
    publish: (given) => {
      options = given;
      return publisher;
    },
  });
  const become = (state: Publisher['state'], fault: MediaServerError | null = null) => {
    publisher.state = state;
    publisher.fault = fault;
    options?.onChange();
  };
  return { ...base, store, events, output, open, become, options: () => options };
}

test('a broadcast goes on air, follows the picture, and goes off air', async () => {
  const { store, events, output, become, page, options } = setUp();
  await store.start();
  expect(output.wantedByBroadcast.value).toBe(true);
  expect(options()?.maxBitrate).toBe(2.5e6);
  become('live');
  expect(store.isLive.value).toBe(true);
  expect(page.announcement.value).toBe('On air');
  events.length = 0;
  output.track.value = fakeTrack();
  store.setBitrate('5');
  expect(events).toEqual(['replace video', 'rate 5000000']);
  store.stop();
  expect(store.status.value).toBeNull();
  expect(output.wantedByBroadcast.value).toBe(false);
  expect(events.at(-1)).toBe('close microphone');
});

test('stopped while the browser asks for the microphone, nothing is published', async () => {
  const { store, open, options } = setUp();
  let allow: () => void = () => undefined;
  open.promise = () => new Promise((resolve) => (allow = resolve));
  const started = store.start();
  store.stop();
  allow();
  await started;
  expect(options()).toBeNull();
  expect(store.status.value).toBeNull();
});

test('without a microphone it goes on air in silence, and says so', async () => {
  const { store, open, options } = setUp();
  open.promise = () => Promise.reject(new PortoonError('ERR_MICROPHONE_DENIED', 'Blocked.', 'Allow it.'));
  await store.start();
  await settled();
  expect(options()).not.toBeNull();
  expect(store.fault.value?.code).toBe('ERR_MICROPHONE_DENIED');
});

test('the token is remembered only if the person wants it', () => {
  const { store, preferences } = setUp();
  store.setToken('secret');
  expect(preferences.current.value.broadcastToken).toBe('');
  store.rememberToken(true);
  expect(preferences.current.value.broadcastToken).toBe('secret');
  store.rememberToken(false);
  expect(preferences.current.value.broadcastToken).toBe('');
});
