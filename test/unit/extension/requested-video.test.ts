import { expect, test } from 'vitest';
import {
  asksForScreen,
  readRequestedVideo,
  type VideoConstraints,
} from '../../../extension/src/page-patch/requested-video.ts';

const read = (video: VideoConstraints) =>
  readRequestedVideo(video, (id) => (id === 'known' ? 'Desk camera' : undefined));

test('a request for any video gets what the browser would give', () => {
  expect(read({})).toEqual({ width: 640, height: 480, frameRate: 30, min: {} });
});

test('sizes are read from all their forms, and the other side follows', () => {
  expect(read({ width: 1280 })).toMatchObject({ width: 1280, height: 720, min: {} });
  expect(read({ height: { ideal: 1080 } })).toMatchObject({ width: 1920, height: 1080 });
  expect(read({ width: { exact: 320 }, height: { exact: 180 } })).toMatchObject({
    ...{ width: 320, height: 180 },
    min: { width: 320, height: 180 },
  });
  expect(read({ width: { min: 800, ideal: 600 } })).toMatchObject({ width: 800, min: { width: 800 } });
  expect(read({ height: { max: 360 }, frameRate: { max: 15 } })).toMatchObject({
    height: 360,
    frameRate: 15,
  });
  expect(read({ mandatory: { minWidth: 640, maxWidth: 1280, maxHeight: 720 } })).toMatchObject({
    ...{ width: 1280, height: 720 },
    min: { width: 640 },
  });
});

test('what no camera gives is cut down, and nonsense is ignored', () => {
  expect(read({ width: 7680, height: 4320, frameRate: 240 })).toMatchObject({
    ...{ width: 1920, height: 1080, frameRate: 60 },
  });
  expect(read({ width: NaN, height: -3 })).toMatchObject({ width: 640, height: 480 });
});

test('a camera is known by its id, and by its name where the page knows it', () => {
  expect(read({ deviceId: 'known' }).camera).toEqual({
    deviceId: 'known',
    label: 'Desk camera',
    exact: false,
  });
  expect(read({ deviceId: { exact: ['other'] } }).camera).toEqual({ deviceId: 'other', exact: true });
  expect(read({ mandatory: { sourceId: 'known' } }).camera?.exact).toBe(true);
  for (const deviceId of ['', 'default', {}, { ideal: [] }])
    expect(read({ deviceId }).camera).toBeUndefined();
});

test('screens are distinguished from cameras', () => {
  expect(asksForScreen({ mandatory: { chromeMediaSource: 'desktop' } })).toBe(true);
  expect(asksForScreen({ optional: [{ chromeMediaSourceId: 'x' }] })).toBe(true);
  expect(asksForScreen({ width: 1280 })).toBe(false);
});
