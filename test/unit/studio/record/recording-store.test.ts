import '../../../fixtures/with-resolvers.ts';
import { signal } from '@preact/signals';
import { beforeEach, expect, test, vi } from 'vitest';
import { PortoonError } from '../../../../src/common/errors.ts';
import type { FormatSupport } from '../../../../src/record/formats.ts';
import type { RecordingNotice } from '../../../../src/record/recording-protocol.ts';
import type { Recorder } from '../../../../src/record/recorder.ts';
import type { BackgroundKind } from '../../../../src/studio/base/preferences.ts';
import { createRecordingStore } from '../../../../src/studio/record/recording-store.ts';
import type { SourceStatus } from '../../../../src/studio/source/source-store.ts';
import { createBase, settled } from '../fakes.ts';

beforeEach(() => {
  vi.stubGlobal('addEventListener', () => undefined);
});

interface Given {
  format?: string;
  inCall?: boolean;
  /** Whether the browser can give clips sound. */
  hasSound?: boolean;
  /** Resolves when the recorder has started. */
  started?: Promise<void>;
}

function setUp({ format = 'mp4', inCall = false, hasSound = true, started = Promise.resolve() }: Given = {}) {
  const base = createBase();
  const events: string[] = [];
  const status = signal<SourceStatus>('live');
  const note = (text: string) => () => Promise.resolve(void events.push(text));
  let notify: (notice: RecordingNotice) => void = () => undefined;
  let endCall: () => void = () => undefined;
  let died: (error: unknown) => void = () => undefined;
  const recorder = {
    died: new Promise((_resolve, reject) => (died = reject)),
    start: (options: { onNotice: typeof notify; cutOut: boolean }) => {
      notify = options.onNotice;
      events.push(options.cutOut ? 'start cut-out' : 'start');
      return started;
    },
    stop: () => Promise.resolve('clip.mp4'),
    pause: note('pause'),
    resume: note('resume'),
  } as unknown as Recorder;
  const alpha = format !== 'mp4';
  const offer = {
    format: { id: format, alpha, audio: ['aac'] },
    audio: hasSound ? 'aac' : null,
  } as unknown as FormatSupport;
  const background = { kind: signal<BackgroundKind>('live'), cutOut: signal(false) };
  const store = createRecordingStore({
    ...base,
    source: { status },
    background,
    recorder: { get: () => Promise.resolve(recorder) },
    formats: { chosen: signal('mp4'), supportFor: () => offer, rate: signal(null) },
    sound: {
      openMicrophone: () => Promise.resolve(null),
      openCall: (onCallEnded) => {
        endCall = onCallEnded;
        return Promise.resolve(inCall ? ({} as MediaStreamTrack) : null);
      },
      warnOfSilence: () => events.push('warn'),
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
    status,
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
  const { store, page, notices, status } = setUp();
  status.value = 'none';
  page.state.value = 'ready';
  await store.record();
  expect(store.stage.value).toBe('off');
  expect(notices.notices.value[0]?.title).toBe('There is no picture to record');
});

test('a clip that can have no sound here is announced before it begins', async () => {
  const { store, page, events } = setUp({ hasSound: false });
  page.state.value = 'running';
  await store.record();
  expect(events).toEqual(['suspend replay', 'warn', 'start']);
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

test('a stop during the start is carried out, and nothing is recorded', async () => {
  const { store, page, events, background } = setUp({ format: 'webm-alpha' });
  page.state.value = 'running';
  store.toggle();
  expect(store.stage.value).toBe('starting');
  store.toggle();
  await settled();
  expect(store.stage.value).toBe('off');
  expect(events).not.toContain('start cut-out');
  expect(background.cutOut.value).toBe(false);
});

test('a stop while the recorder starts makes a clip of what there is', async () => {
  const started = Promise.withResolvers<undefined>();
  const { store, page, events } = setUp({ started: started.promise });
  page.state.value = 'running';
  store.toggle();
  await settled();
  expect(events).toContain('start');
  store.toggle();
  started.resolve(undefined);
  await settled();
  expect(store.stage.value).toBe('off');
  expect(events).toContain('add clip.mp4');
});

test('a clip wished for while the camera opens starts with the picture', async () => {
  const { store, page, notices, status } = setUp();
  status.value = 'opening';
  page.state.value = 'ready';
  store.toggle();
  expect(notices.notices.value[0]?.title).toBe('The recording starts with the picture');
  status.value = 'live';
  page.state.value = 'running';
  await settled();
  expect(store.stage.value).toBe('recording');
  expect(notices.notices.value).toEqual([]);
});

test('a wish for a clip is taken back by the second press', async () => {
  const { store, page, notices, status } = setUp();
  status.value = 'opening';
  store.toggle();
  store.toggle();
  expect(notices.notices.value).toEqual([]);
  status.value = 'live';
  page.state.value = 'running';
  await settled();
  expect(store.stage.value).toBe('off');
});

test('a camera that does not open takes the wish for a clip with it', async () => {
  const { store, page, notices, status } = setUp();
  status.value = 'opening';
  store.toggle();
  status.value = 'none';
  await settled();
  expect(notices.notices.value).toEqual([]);
  status.value = 'live';
  page.state.value = 'running';
  await settled();
  expect(store.stage.value).toBe('off');
});
