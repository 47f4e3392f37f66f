import {
  createLocalVideoTrack,
  Room,
  type LocalVideoTrack,
  type Track,
  type TrackProcessor,
} from 'livekit-client';
import { afterEach, expect, test } from 'vitest';
import { cartoonProcessor, type CartoonProcessor } from '../../../src/package/livekit.ts';
import { CameraColours, INVERTING } from './camera-colours.ts';

let local: LocalVideoTrack | null = null;
let cartoon: CartoonProcessor | null = null;

afterEach(async () => {
  local?.stop();
  await cartoon?.destroy();
});

test('a camera of livekit-client is drawn, on one track that never shows anything else', async () => {
  local = await createLocalVideoTrack({ resolution: { width: 320, height: 180 } });
  const live = await CameraColours.learn(local.mediaStreamTrack);
  cartoon = cartoonProcessor({ ...INVERTING });
  // Its type is the one that livekit-client takes.
  const processor: TrackProcessor<Track.Kind.Video> = cartoon;
  await local.setProcessor(processor);
  const sent = local.mediaStreamTrack;
  expect(sent).toBe(cartoon.processedTrack);
  const colours = CameraColours.of(sent, live);
  expect(await colours.kinds(10)).toEqual(new Set(['drawn']));

  // Another camera: the old one is stopped.
  const raw = local.mediaStream!.getVideoTracks()[0]!;
  await local.restartTrack();
  expect(raw.readyState).toBe('ended');
  expect(local.mediaStreamTrack).toBe(sent);
  expect(await colours.kinds(10)).toEqual(new Set(['drawn']));

  await local.mute();
  await local.unmute();
  expect(local.mediaStreamTrack).toBe(sent);
  expect(await colours.kinds(10)).toEqual(new Set(['drawn']));

  await cartoon.set({ style: 'none' });
  expect((await colours.until('live')).includes('other')).toBe(false);
  await cartoon.set({ style: 'invert' });
  await colours.until('drawn');

  await local.stopProcessor();
  expect(sent.readyState).toBe('ended');
  expect(local.mediaStreamTrack.readyState).toBe('live');
  await local.setProcessor(processor);
  expect(local.mediaStreamTrack).not.toBe(sent);
  const again = CameraColours.of(local.mediaStreamTrack, live);
  expect(await again.kinds(10)).toEqual(new Set(['drawn']));
});

test('a processor may be set while the camera is off, and draws when it comes back', async () => {
  local = await createLocalVideoTrack({ resolution: { width: 320, height: 180 } });
  const live = await CameraColours.learn(local.mediaStreamTrack);
  await local.mute();
  cartoon = cartoonProcessor({ ...INVERTING });
  await local.setProcessor(cartoon);
  await local.unmute();
  const colours = CameraColours.of(local.mediaStreamTrack, live);
  expect(await colours.kinds(10)).toEqual(new Set(['drawn']));
});

test('a room may make it part of every camera that it opens', async () => {
  cartoon = cartoonProcessor({ ...INVERTING });
  const resolution = { width: 320, height: 180 };
  const room = new Room({ videoCaptureDefaults: { resolution, processor: cartoon } });
  const [opened] = await room.localParticipant.createTracks({ video: true });
  local = opened as LocalVideoTrack;
  expect(local.mediaStreamTrack).toBe(cartoon.processedTrack);
  expect(local.mediaStreamTrack.readyState).toBe('live');
});

test('where the effect cannot start, the camera stays in place', async () => {
  local = await createLocalVideoTrack({ resolution: { width: 320, height: 180 } });
  const camera = local.mediaStreamTrack;
  cartoon = cartoonProcessor({ ...INVERTING, manifestUrl: '/nowhere.json' });
  await expect(local.setProcessor(cartoon)).rejects.toMatchObject({ code: 'ERR_MANIFEST' });
  expect(local.mediaStreamTrack).toBe(camera);
  expect(camera.readyState).toBe('live');
});
