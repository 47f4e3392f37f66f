import { expect, test } from 'vitest';
import { PortoonError } from '../../../../src/common/errors.ts';
import type { SourceRequest } from '../../../../src/studio/source/open-source.ts';
import { createSourceStore } from '../../../../src/studio/source/source-store.ts';
import { createBase, fakeSource, settled, type FakeSource } from '../fakes.ts';

function setUp() {
  const base = createBase();
  const opened: {
    request: SourceRequest;
    resolve: (source: FakeSource) => void;
    reject: (e: unknown) => void;
  }[] = [];
  let plugIn: () => void = () => undefined;
  let hidden = 0;
  const store = createSourceStore({
    ...base,
    openSource: (request) =>
      new Promise((resolve, reject) => {
        opened.push({ request, resolve, reject });
      }),
    devices: {
      list: () => Promise.resolve([{ deviceId: 'one', label: 'One' }]),
      waitFor: (_deviceId, signal) =>
        new Promise((resolve, reject) => {
          plugIn = resolve;
          signal.addEventListener('abort', () => {
            reject(new DOMException('stopped', 'AbortError'));
          });
        }),
      onChanged: () => undefined,
      permission: () => Promise.reject(new Error('not told')),
    },
    chooseVideo: () => undefined,
    showCameraList: () => undefined,
    hidePicture: () => hidden++,
  });
  return {
    ...base,
    store,
    opened,
    plugIn: () => {
      plugIn();
    },
    hidden: () => hidden,
  };
}

const missing = new PortoonError('ERR_CAMERA_MISSING', 'None.', 'Plug one in.');

test('the newest request wins, and what opens too late is stopped', async () => {
  const { store, opened, preferences } = setUp();
  void store.open({ kind: 'demo' });
  void store.open({ kind: 'camera' });
  const demo = fakeSource('demo');
  const camera = fakeSource('camera', 'Webcam', 'one');
  opened[1]!.resolve(camera);
  opened[0]!.resolve(demo);
  await settled();
  expect(store.current.value).toBe(camera);
  expect(demo.stopped).toBe(true);
  expect(store.status.value).toBe('live');
  expect(preferences.current.value).toMatchObject({ welcomed: true, lastSource: 'camera', cameraId: 'one' });
});

test('what a link asked for is not remembered', async () => {
  const { store, opened, preferences } = setUp();
  void store.open({ kind: 'demo' }, false);
  opened[0]!.resolve(fakeSource('demo'));
  await settled();
  expect(store.status.value).toBe('live');
  expect(preferences.current.value).toMatchObject({ welcomed: false, lastSource: 'camera' });
});

test('a source that does not open leaves the one before', async () => {
  const { store, opened, notices } = setUp();
  void store.open({ kind: 'demo' });
  const demo = fakeSource('demo');
  opened[0]!.resolve(demo);
  await settled();
  void store.open({ kind: 'video', from: '/nowhere.mp4' });
  opened[1]!.reject(new PortoonError('ERR_VIDEO_UNREADABLE', 'No.', 'Choose another.'));
  await settled();
  expect(store.current.value).toBe(demo);
  expect(store.status.value).toBe('live');
  expect(notices.notices.value[0]?.actions.map(({ label }) => label)).toEqual([
    'Choose another video',
    'Use the demo',
  ]);
});

test('a missing camera is a problem until it is plugged in', async () => {
  const { store, opened, plugIn } = setUp();
  void store.open({ kind: 'camera' });
  opened[0]!.reject(missing);
  await settled();
  expect(store.problem.value?.fault.code).toBe('ERR_CAMERA_MISSING');
  // What the message offers has a button.
  expect(store.actionsFor(store.problem.value!).map(({ label }) => label)).toEqual([
    'Try again',
    'Play a video',
    'Use the demo',
  ]);
  plugIn();
  await settled();
  expect(opened).toHaveLength(2);
  opened[1]!.resolve(fakeSource('camera'));
  await settled();
  expect(store.problem.value).toBeNull();
  expect(store.status.value).toBe('live');
});

test('a camera that was unplugged is opened again, unless the person opens something else', async () => {
  const { store, opened, plugIn, page } = setUp();
  void store.open({ kind: 'camera' });
  const camera = fakeSource('camera', 'Webcam', 'one');
  opened[0]!.resolve(camera);
  await settled();
  page.state.value = 'running';
  camera.unplug(new PortoonError('ERR_CAMERA_STOPPED', 'Gone.', 'Plug it in.'));
  await settled();
  expect(store.status.value).toBe('lost');
  expect(page.state.value).toBe('ready');
  expect(store.isFilming()).toBe(true);
  void store.open({ kind: 'demo' });
  plugIn();
  await settled();
  expect(opened.map(({ request }) => request.kind)).toEqual(['camera', 'demo']);
});

test('closing stops the camera, and says what was playing', async () => {
  const { store, opened, hidden } = setUp();
  void store.open({ kind: 'camera' });
  const camera = fakeSource('camera');
  opened[0]!.resolve(camera);
  await settled();
  expect(store.close()).toEqual({ kind: 'camera' });
  expect(camera.stopped).toBe(true);
  expect(store.isFilming()).toBe(false);
  expect(hidden()).toBe(1);
});

test('a camera that is switched off by its own key is reported, until it is on again', async () => {
  const { store, opened, notices } = setUp();
  void store.open({ kind: 'camera' });
  const camera = fakeSource('camera', 'Webcam');
  opened[0]!.resolve(camera);
  await settled();
  expect(notices.notices.value).toEqual([]);
  const mute = (muted: boolean) => {
    Object.assign(camera.track, { muted });
    camera.track.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
  };
  mute(true);
  expect(notices.notices.value[0]?.title).toBe('The camera sends no picture');
  expect(notices.notices.value[0]?.text).toContain('Webcam');
  mute(false);
  expect(notices.notices.value).toEqual([]);
});
