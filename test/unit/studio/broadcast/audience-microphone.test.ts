import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import { createAudienceMicrophone } from '../../../../src/studio/broadcast/audience-microphone.ts';
import { createBase, fakeTrack, settled } from '../fakes.ts';

function setUp() {
  const base = createBase();
  const muted = signal(false);
  const plugged = { in: true };
  const opened: MediaStreamTrack[] = [];
  let devicesChanged: () => void = () => undefined;
  const microphone = createAudienceMicrophone({
    ...base,
    muted,
    openMicrophone: () => {
      if (!plugged.in) return Promise.reject(new Error('none'));
      const track = fakeTrack();
      opened.push(track);
      return Promise.resolve({
        track,
        label: 'Fake',
        deviceId: undefined,
        level: () => 0,
        stop: () => undefined,
      });
    },
    onDevicesChanged: (listener) => {
      devicesChanged = listener;
      return () => (devicesChanged = () => undefined);
    },
  });
  const titles = () => base.notices.notices.value.map(({ title }) => title);
  const changeDevices = () => {
    devicesChanged();
  };
  return { microphone, muted, plugged, opened, titles, changeDevices };
}

test('an unplugged microphone is reported, and heard again when it is back', async () => {
  const { microphone, muted, plugged, opened, titles, changeDevices } = setUp();
  await microphone.open();
  expect(microphone.track.value).toBe(opened[0]);
  plugged.in = false;
  opened[0]!.dispatchEvent(new Event('ended'));
  await settled();
  expect(microphone.track.value).toBeNull();
  expect(titles()).toEqual(['Your audience hears nothing']);
  muted.value = true;
  plugged.in = true;
  changeDevices();
  await settled();
  expect(microphone.track.value).toBe(opened[1]);
  expect(opened[1]!.enabled).toBe(false);
  expect(titles()).toEqual([]);
});

test('one that does not open at all rejects, and is not waited for', async () => {
  const { microphone, plugged, opened, changeDevices } = setUp();
  plugged.in = false;
  await expect(microphone.open()).rejects.toThrow('none');
  plugged.in = true;
  changeDevices();
  await settled();
  expect(opened).toEqual([]);
});

test('closed, it says nothing and opens nothing', async () => {
  const { microphone, opened, titles, changeDevices } = setUp();
  await microphone.open();
  microphone.close();
  changeDevices();
  await settled();
  expect([microphone.track.value, opened.length, titles()]).toEqual([null, 1, []]);
});
