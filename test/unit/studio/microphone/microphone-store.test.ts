import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import type { Microphone } from '../../../../src/call/peer/microphone.ts';
import { PortoonError } from '../../../../src/common/errors.ts';
import { createMicrophoneStore } from '../../../../src/studio/microphone/microphone-store.ts';
import { createBase, fakeTrack, settled } from '../fakes.ts';

function fakeMicrophone(deviceId: string): Microphone & { stopped: boolean } {
  const microphone = {
    track: fakeTrack(),
    label: deviceId,
    deviceId,
    stopped: false,
    level: () => 0,
    stop: () => {
      microphone.stopped = true;
    },
  };
  return microphone;
}

function missing(): PortoonError {
  return new PortoonError('ERR_MICROPHONE_MISSING', 'No microphone was found.', 'Plug one in.');
}

function setUp() {
  const base = createBase();
  const opened: ((result: Microphone | Error) => void)[] = [];
  const sent: (MediaStreamTrack | null)[] = [];
  const wanted = { value: true };
  let plug = (): void => undefined;
  const store = createMicrophoneStore({
    ...base,
    openMicrophone: () =>
      new Promise((resolve, reject) => {
        opened.push((result) => {
          if (result instanceof Error) reject(result);
          else resolve(result);
        });
      }),
    listMicrophones: () => Promise.resolve([{ deviceId: 'one', label: 'One' }]),
    onDevicesChanged: (listener) => {
      plug = listener;
    },
    isWanted: () => wanted.value,
    sendTrack: (track) => Promise.resolve(void sent.push(track)),
  });
  const inCall = signal(false);
  store.start(inCall);
  return {
    ...base,
    store,
    opened,
    sent,
    wanted,
    inCall,
    plug: () => {
      plug();
    },
  };
}

test('the newest request wins, and is remembered', async () => {
  const { store, opened, sent, preferences } = setUp();
  const first = store.open('one');
  const second = store.open('two');
  const [one, two] = [fakeMicrophone('one'), fakeMicrophone('two')];
  opened[1]!(two);
  await second;
  opened[0]!(one);
  await first;
  expect(store.current.value).toBe(two);
  expect(one.stopped).toBe(true);
  expect(sent).toEqual([two.track]);
  expect(preferences.current.value.microphoneId).toBe('two');
  expect(store.devices.value).toHaveLength(1);
});

test('one that opens after the call has ended is closed again', async () => {
  const { store, opened, wanted } = setUp();
  const opening = store.open();
  wanted.value = false;
  const late = fakeMicrophone('one');
  opened[0]!(late);
  await opening;
  expect(late.stopped).toBe(true);
  expect(store.current.value).toBeNull();
});

test('mute holds for a microphone that is opened later', async () => {
  const { store, opened } = setUp();
  store.toggleMute();
  const opening = store.open();
  const microphone = fakeMicrophone('one');
  opened[0]!(microphone);
  await opening;
  expect(microphone.track.enabled).toBe(false);
  store.toggleMute();
  expect(microphone.track.enabled).toBe(true);
});

test('one that does not open leaves silence and a reason', async () => {
  const { store, opened, sent } = setUp();
  const opening = store.open();
  opened[0]!(new PortoonError('ERR_MICROPHONE_BUSY', 'In use.', 'Close the other program.'));
  await opening;
  expect(store.fault.value?.code).toBe('ERR_MICROPHONE_BUSY');
  expect(sent).toEqual([null]);
});

test('it counts as off until there is one, and while one is exchanged for another it stays on', async () => {
  const { store, opened } = setUp();
  expect(store.off.value).toBe(true);
  const opening = store.open();
  expect(store.off.value).toBe(true);
  opened[0]!(fakeMicrophone('one'));
  await opening;
  expect(store.off.value).toBe(false);
  const exchange = store.open('two');
  expect(store.off.value).toBe(false);
  opened[1]!(missing());
  await exchange;
  expect(store.off.value).toBe(true);
});

test('in a call a microphone that fails is reported with a retry, which turns it on', async () => {
  const { store, opened, inCall, notices } = setUp();
  inCall.value = true;
  const opening = store.open();
  opened[0]!(missing());
  await opening;
  expect(notices.notices.value).toMatchObject([{ topic: 'microphone', code: 'ERR_MICROPHONE_MISSING' }]);
  notices.notices.value[0]!.actions[0]!.run();
  opened[1]!(fakeMicrophone('one'));
  await settled();
  expect(store.off.value).toBe(false);
  expect(notices.notices.value).toEqual([]);
});

test('the switch looks for a missing microphone again, also for somebody who is muted', async () => {
  const { store, opened } = setUp();
  store.toggleMute();
  const opening = store.open();
  opened[0]!(missing());
  await opening;
  store.toggle();
  const microphone = fakeMicrophone('one');
  opened[1]!(microphone);
  await settled();
  expect(store.off.value).toBe(false);
  expect(microphone.track.enabled).toBe(true);
  store.toggle();
  expect(store.off.value).toBe(true);
  expect(opened).toHaveLength(2);
});

test('other devices that come do not repeat the notice of one that is missing', async () => {
  const { store, opened, inCall, notices, plug } = setUp();
  inCall.value = true;
  const opening = store.open();
  opened[0]!(missing());
  await opening;
  notices.dismiss(notices.notices.value[0]!.id);
  plug();
  opened[1]!(missing());
  await settled();
  expect(notices.notices.value).toEqual([]);
});
