import { signal } from '@preact/signals';
import { beforeEach, expect, test, vi } from 'vitest';
import { PortoonError } from '../../../../src/common/errors.ts';
import type { Offer } from '../../../../src/record/formats.ts';
import type { RecordingNotice } from '../../../../src/record/protocol.ts';
import type { Recorder } from '../../../../src/record/recorder.ts';
import type { LookState } from '../../../../src/studio/look/look-store.ts';
import { createRecordingStore } from '../../../../src/studio/record/recording-store.ts';
import type { SourceStatus } from '../../../../src/studio/source/source-store.ts';
import { createBase, fakeEffect, fakeEffectStore, settled } from '../fakes.ts';

beforeEach(() => {
  vi.stubGlobal('addEventListener', () => undefined);
});

function setUp({ format = 'mp4', inCall = false }: { format?: string; inCall?: boolean } = {}) {
  const base = createBase();
  const events: string[] = [];
  const note = (text: string) => () => Promise.resolve(void events.push(text));
  const fake = fakeEffect();
  let notify: (notice: RecordingNotice) => void = () => undefined;
  let endCall: () => void = () => undefined;
  let died: (error: unknown) => void = () => undefined;
  const recorder = {
    died: new Promise((_resolve, reject) => (died = reject)),
    start: (options: { onNotice: typeof notify }) => {
      notify = options.onNotice;
      return note('start')();
    },
    stop: () => Promise.resolve('clip.mp4'),
    pause: note('pause'),
    resume: note('resume'),
  } as unknown as Recorder;
  const offer = { format: { id: format }, audio: 'aac' } as Offer;
  const look = { wanted: signal({ background: 'live' } as LookState) };
  const store = createRecordingStore({
    ...base,
    source: { status: signal<SourceStatus>('live') },
    effect: fakeEffectStore(fake.effect),
    look,
    recorder: { get: () => Promise.resolve(recorder) },
    formats: { chosen: signal('mp4'), offerFor: () => offer },
    sound: {
      openMicrophone: () => Promise.resolve(null),
      openCall: (onCallEnded) => {
        endCall = onCallEnded;
        return Promise.resolve(inCall ? ({} as MediaStreamTrack) : null);
      },
      closeCall: () => events.push('close call'),
    },
    replay: {
      on: signal(false),
      suspend: note('suspend replay'),
      resume: () => events.push('resume replay'),
    },
    clips: { add: (name) => Promise.resolve(void events.push(`add ${name}`)) },
    checkFreeSpace: () => Promise.resolve(),
  });
  const tell = (notice: RecordingNotice) => {
    notify(notice);
  };
  return {
    ...base,
    store,
    events,
    fake,
    look,
    tell,
    endCall: () => {
      endCall();
    },
    die: (error: unknown) => {
      died(error);
    },
  };
}

test('without a picture nothing is recorded', async () => {
  const { store, page } = setUp();
  await store.record();
  expect(store.stage.value).toBe('off');
  expect(page.announcement.value).toBe('There is no picture to record yet');
});

test('a clip is started, paused, resumed and offered', async () => {
  const { store, page, events, tell } = setUp();
  page.state.value = 'running';
  await store.record();
  expect(store.stage.value).toBe('recording');
  tell({ type: 'progress', state: { seconds: 3, bytes: 100 } });
  expect(store.progress.value.seconds).toBe(3);
  store.togglePause();
  store.togglePause();
  await settled();
  store.toggle();
  await settled();
  expect(store.stage.value).toBe('off');
  expect(events).toEqual([
    'suspend replay',
    'start',
    'pause',
    'resume',
    'add clip.mp4',
    'close call',
    'resume replay',
  ]);
});

test('a transparent clip clears the background and puts it back', async () => {
  const { store, page, fake, look } = setUp({ format: 'webm-alpha' });
  page.state.value = 'running';
  await store.record();
  look.wanted.value = { ...look.wanted.value, background: 'transparent' };
  await store.stop();
  await settled();
  expect(fake.asked).toEqual([{ background: 'transparent' }, { background: 'live' }]);
});

test('a clip with everyone’s sound ends with the call', async () => {
  const { store, page, events, endCall } = setUp({ inCall: true });
  page.state.value = 'running';
  await store.record();
  endCall();
  await settled();
  expect(store.stage.value).toBe('off');
  expect(events).toContain('add clip.mp4');
});

test('a recorder that dies is reported', async () => {
  const { store, page, notices, die } = setUp();
  page.state.value = 'running';
  await store.record();
  die(new PortoonError('ERR_RECORDING', 'It stopped.', 'Reload the page.'));
  await settled();
  expect(store.stage.value).toBe('off');
  expect(notices.notices.value[0]?.code).toBe('ERR_RECORDING');
});
