import { signal } from '@preact/signals';
import { expect, test } from 'vitest';
import type { Microphone } from '../../../../src/call/peer/microphone.ts';
import { RecordingSound } from '../../../../src/studio/record/recording-sound.ts';
import { createBase, fakeTrack, settled } from '../fakes.ts';

function fakeMicrophone(): Microphone {
  return { track: fakeTrack(), label: 'Fake', deviceId: undefined, level: () => 0, stop: () => undefined };
}

function setUp({ inCall = false } = {}) {
  const base = createBase();
  base.preferences.update({ clipSound: true });
  const isOpen = signal(inCall);
  const current = signal<Microphone | null>(inCall ? fakeMicrophone() : null);
  const filmSound = signal<MediaStreamTrack | null | undefined>(undefined);
  const replaced: MediaStreamTrack[] = [];
  const opened: Microphone[] = [];
  const plugged = { in: true };
  let devicesChanged: () => void = () => undefined;
  const sound = new RecordingSound({
    ...base,
    microphone: { current },
    filmSound,
    call: { isIn: isOpen, isOpen, members: signal([]), announceRecording: () => Promise.resolve() },
    openMicrophone: () => {
      if (!plugged.in) return Promise.reject(new Error('none'));
      const microphone = fakeMicrophone();
      opened.push(microphone);
      return Promise.resolve(microphone);
    },
    replaceSound: (track) => replaced.push(track),
    onDevicesChanged: (listener) => {
      devicesChanged = listener;
      return () => (devicesChanged = () => undefined);
    },
    createMix: () => {
      throw new Error('not needed');
    },
  });
  const { preferences } = base;
  const titles = () => base.notices.notices.value.map(({ title }) => title);
  return {
    ...{ sound, preferences, isOpen, current, filmSound, replaced, opened, plugged, titles },
    changeDevices: () => {
      devicesChanged();
    },
  };
}

const SILENT = 'The clip has no sound at the moment';

test('a microphone that is unplugged is reported, and heard again when it is back', async () => {
  const { sound, opened, plugged, replaced, titles, changeDevices } = setUp();
  expect(await sound.openMicrophone()).toBe(opened[0]!.track);
  plugged.in = false;
  opened[0]!.track.dispatchEvent(new Event('ended'));
  await settled();
  expect(titles()).toEqual([SILENT]);
  plugged.in = true;
  changeDevices();
  await settled();
  expect(replaced).toEqual([opened[1]!.track]);
  expect(titles()).toEqual([]);
});

test('the sound goes on with another microphone of a call, and after the call', async () => {
  const { sound, current, isOpen, opened, replaced } = setUp({ inCall: true });
  expect(await sound.openMicrophone()).toBe(current.value!.track);
  const other = fakeMicrophone();
  current.value = null;
  current.value = other;
  isOpen.value = false;
  current.value = null;
  await settled();
  expect(replaced).toEqual([other.track, opened[0]!.track]);
});

test('a microphone that is switched off by its own key is reported', async () => {
  const { sound, opened, titles } = setUp();
  await sound.openMicrophone();
  const { track } = opened[0]!;
  track.dispatchEvent(new Event('mute'));
  expect(titles()).toEqual([SILENT]);
  track.dispatchEvent(new Event('unmute'));
  expect(titles()).toEqual([]);
});

test('after the clip nothing is opened any more', async () => {
  const { sound, opened, isOpen, changeDevices } = setUp({ inCall: true });
  await sound.openMicrophone();
  sound.closeMicrophone();
  isOpen.value = false;
  changeDevices();
  await settled();
  expect(opened).toEqual([]);
});

test('a clip of a film has the film’s sound, and never the microphone’s', async () => {
  const { sound, filmSound, opened, replaced, titles } = setUp();
  const tone = fakeTrack();
  filmSound.value = tone;
  expect(await sound.openMicrophone()).toBe(tone);
  filmSound.value = null;
  await settled();
  expect(await sound.openMicrophone()).toBeNull();
  expect(opened).toEqual([]);
  expect(replaced).toEqual([]);
  expect(titles()).toEqual([]);
});

test('the microphone goes on where a film is closed in mid-recording', async () => {
  const { sound, filmSound, opened, replaced } = setUp();
  filmSound.value = fakeTrack();
  await sound.openMicrophone();
  filmSound.value = undefined;
  await settled();
  expect(replaced).toEqual([opened[0]!.track]);
});

test('a browser without sound to record is reported, unless clips are to be silent anyway', () => {
  const { sound, preferences, titles } = setUp();
  preferences.update({ clipSound: false });
  sound.warnOfSilence();
  expect(titles()).toEqual([]);
  preferences.update({ clipSound: true });
  sound.warnOfSilence();
  expect(titles()).toEqual(['This clip has no sound']);
});
