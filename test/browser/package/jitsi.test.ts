import { afterEach, expect, test, vi } from 'vitest';
import { cartoonEffect, type CartoonEffect } from '../../../src/package/jitsi.ts';
import { CameraColours, INVERTING } from './camera-colours.ts';

let cartoon: CartoonEffect | null = null;
const cameras: MediaStream[] = [];

afterEach(async () => {
  await cartoon?.close();
  for (const track of cameras.splice(0).flatMap((stream) => stream.getTracks())) track.stop();
});

async function openCamera(): Promise<MediaStream> {
  const camera = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 180 } });
  cameras.push(camera);
  return camera;
}

test('the stream is there at once, passes frames through, and then is drawn', async () => {
  const camera = await openCamera();
  const live = await CameraColours.learn(camera.getVideoTracks()[0]!);
  cartoon = cartoonEffect({ ...INVERTING });
  expect(cartoon.isEnabled({ isVideoTrack: () => true, videoType: 'camera' })).toBe(true);
  expect(cartoon.isEnabled({ isVideoTrack: () => true, videoType: 'desktop' })).toBe(false);

  const [track] = cartoon.startEffect(camera).getVideoTracks();
  expect(track!.getSettings()).toMatchObject({ width: 320, height: 180 });
  const colours = CameraColours.of(track!, live);
  const seen = await colours.until('drawn');
  expect(seen[0]).toBe('live');
  expect(seen.includes('other')).toBe(false);
  expect(await colours.kinds(10)).toEqual(new Set(['drawn']));

  // The camera is muted, then a new stream starts: the nets are still loaded.
  cartoon.stopEffect();
  expect(track!.readyState).toBe('ended');
  const [second] = cartoon.startEffect(await openCamera()).getVideoTracks();
  const again = await CameraColours.of(second!, live).until('drawn');
  expect(again.includes('other')).toBe(false);
});

test('a stream without a picture is refused, with a way out', () => {
  cartoon = cartoonEffect({ ...INVERTING });
  expect(() => cartoon!.startEffect(new MediaStream())).toThrow(
    expect.objectContaining({ code: 'ERR_PARAMETER', wayOut: 'Give startEffect the stream of a camera.' }),
  );
});

test('where the effect cannot start, the camera goes on being shown', async () => {
  const camera = await openCamera();
  const live = await CameraColours.learn(camera.getVideoTracks()[0]!);
  const onFailure = vi.fn();
  cartoon = cartoonEffect({ ...INVERTING, manifestUrl: '/nowhere.json', onFailure });
  const [track] = cartoon.startEffect(camera).getVideoTracks();
  const colours = CameraColours.of(track!, live);
  await vi.waitFor(() => {
    expect(onFailure).toHaveBeenCalledWith(expect.objectContaining({ code: 'ERR_MANIFEST' }));
  }, 10_000);
  expect(await colours.kinds(10)).toEqual(new Set(['live']));
});
