import { signal } from '@preact/signals';
import { beforeEach, expect, test, vi } from 'vitest';
import { PortoonError } from '../../../../src/common/errors.ts';
import type { Offer } from '../../../../src/record/formats.ts';
import type { RecordingNotice } from '../../../../src/record/protocol.ts';
import type { Recorder } from '../../../../src/record/recorder.ts';
import type { Backdrop } from '../../../../src/studio/base/preferences.ts';
import { createRecordingStore } from '../../../../src/studio/record/recording-store.ts';
import type { SourceStatus } from '../../../../src/studio/source/source-store.ts';
import { createBase, settled } from '../fakes.ts';

beforeEach(() => {
  vi.stubGlobal('addEventListener', () => undefined);
});

function setUp({ format = 'mp4', inCall = false }: { format?: string; inCall?: boolean } = {}) {
  const base = createBase();
  const events: string[] = [];
  const note = (text: string) => () => Promise.resolve(void events.push(text));
  let notify: (notice: RecordingNotice) => void = () => undefined;
  let endCall: () => void = () => undefined;
  let died: (error: unknown) => void = () => undefined;
  const recorder = {
    died: new Promise((_resolve, reject) => (died = reject)),
    start: (options: { onNotice: typeof notify; cutOut: boolean }) => {
      notify = options.onNotice;
      return note(options.cutOut ? 'start cut-out' : 'start')();
    },
    stop: () => Promise.resolve('clip.mp4'),
    pause: note('pause'),
    resume: note('resume'),
  } as unknown as Recorder;
  const alpha = format !== 'mp4';
  const offer = { format: { id: format, alpha }, audio: 'aac' } as Offer;
  const background = { kind: signal<Backdrop>('live'), cutOut: signal(false) };
  const store = createRecordingStore({
    ...base,
    source: { status: signal<SourceStatus>('live') },
    background,
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
    background,
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

test('a transparent clip shows people alone until it ends', async () => {
  const { store, page, events, background } = setUp({ format: 'webm-alpha' });
  page.state.value = 'running';
  await store.record();
  expect(events).toContain('start cut-out');
  expect(background.cutOut.value).toBe(true);
  await store.stop();
  expect(background.cutOut.value).toBe(false);
});

test('a GIF that begins transparent stays so', async () => {
  const opaque = setUp({ format: 'gif' });
  opaque.page.state.value = 'running';
  await opaque.store.record();
  expect(opaque.events).toContain('start');
  const transparent = setUp({ format: 'gif' });
  transparent.page.state.value = 'running';
  transparent.background.kind.value = 'transparent';
  await transparent.store.record();
  expect(transparent.events).toContain('start cut-out');
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
