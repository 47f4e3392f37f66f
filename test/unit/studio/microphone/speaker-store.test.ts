import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import type { Device } from '../../../../src/media/devices.ts';
import { createSpeakerStore } from '../../../../src/studio/microphone/speaker-store.ts';
import { createBase, settled } from '../fakes.ts';

const DESK: Device = { deviceId: 'desk', label: 'Desk' };
const HEADSET: Device = { deviceId: 'headset', label: 'Headset' };

async function setUp(present: Device[] = [DESK, HEADSET]) {
  const base = createBase();
  const machine = { present };
  let changed: () => void = () => undefined;
  const store = createSpeakerStore({
    ...base,
    listSpeakers: () => Promise.resolve(machine.present),
    onDevicesChanged: (listener: () => void) => {
      changed = listener;
    },
  });
  const microphone = signal<object | null>(null);
  store.start(microphone);
  microphone.value = {};
  await settled();
  return {
    ...base,
    store,
    plug: async (devices: Device[]) => {
      machine.present = devices;
      changed();
      await settled();
    },
  };
}

test('the choice is remembered, replaced while it is unplugged, and used again', async () => {
  const { store, preferences, plug } = await setUp();
  expect(store.current.value).toBe('');
  store.choose('headset');
  expect(store.current.value).toBe('headset');
  await plug([DESK]);
  expect(store.current.value).toBe('');
  expect(preferences.current.value.speakerId).toBe('headset');
  await plug([DESK, HEADSET]);
  expect(store.current.value).toBe('headset');
});

test('everybody is heard from it', async () => {
  const { store } = await setUp();
  store.choose('desk');
  const sent: string[] = [];
  await store.send({ setSinkId: (id) => Promise.resolve(void sent.push(id)) });
  expect(sent).toEqual(['desk']);
});

test('one that cannot be opened is reported, and the system’s choice is taken', async () => {
  const { store, notices } = await setUp();
  store.choose('desk');
  await store.send({ setSinkId: () => Promise.reject(new DOMException('gone', 'NotFoundError')) });
  expect(notices.notices.value.map(({ title }) => title)).toEqual(['This loudspeaker can’t be used']);
  expect(store.current.value).toBe('');
});
