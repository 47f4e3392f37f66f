import { expect, test } from 'vitest';
import type { Microphone } from '../../../../src/call/microphone.ts';
import { PortoonError } from '../../../../src/common/errors.ts';
import { createMicrophoneStore } from '../../../../src/studio/microphone/microphone-store.ts';
import { createBase, fakeTrack } from '../fakes.ts';

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

function setUp() {
  const base = createBase();
  const opened: ((result: Microphone | Error) => void)[] = [];
  const sent: (MediaStreamTrack | null)[] = [];
  const wanted = { value: true };
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
    onDevicesChanged: () => undefined,
    isWanted: () => wanted.value,
    sendTrack: (track) => Promise.resolve(void sent.push(track)),
  });
  return { ...base, store, opened, sent, wanted };
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
