import { expect, test } from 'vitest';
import {
  asksForScreen,
  isWanted,
  plainConstraints,
  readRequestedVideo,
  type VideoConstraints,
} from '../../../extension/src/page-patch/requested-video.ts';

const sizeOf = (video: VideoConstraints) => readRequestedVideo(video).size;
const constraintsOf = (video: VideoConstraints) => readRequestedVideo(video).constraints;

test('for any video the camera is opened as the browser would', () => {
  expect(readRequestedVideo({})).toEqual({
    size: { width: 640, height: 480, frameRate: 30 },
    ...{ constraints: {}, known: [] },
  });
});

test('sizes are read from all their forms, and the other side follows', () => {
  expect(sizeOf({ width: 1280 })).toMatchObject({ width: 1280, height: 720 });
  expect(sizeOf({ height: { ideal: 1080 } })).toMatchObject({ width: 1920, height: 1080 });
  expect(sizeOf({ height: 600, aspectRatio: 1 })).toMatchObject({ width: 600, height: 600 });
  expect(sizeOf({ width: { exact: 320 }, height: { exact: 180 } })).toMatchObject({
    width: 320,
    height: 180,
  });
  expect(sizeOf({ width: { min: 800, ideal: 600 } })).toMatchObject({ width: 800 });
  expect(sizeOf({ height: { max: 360 }, frameRate: { max: 15 } })).toMatchObject({
    height: 360,
    frameRate: 15,
  });
});

test('the camera is opened for the largest of what need not be met, within what must be', () => {
  const advanced = [{ width: { min: 1280 } }, { width: { min: 1600 } }, { frameRate: 60 }];
  expect(sizeOf({ width: 640, advanced })).toEqual({ width: 1600, height: 900, frameRate: 60 });
  expect(sizeOf({ width: { max: 1280 }, advanced })).toMatchObject({ width: 1280 });
});

test('the older form is translated: what is mandatory must be met, the rest need not', () => {
  const video = {
    mandatory: { minWidth: 640, maxWidth: 1280, maxHeight: 720, sourceId: 'desk' },
    optional: [{ minFrameRate: 60 }, { googNoiseReduction: true }, { sourceId: 'other' }],
  };
  expect(constraintsOf(video)).toEqual({
    width: { ideal: 1280, min: 640, max: 1280 },
    height: { ideal: 720, max: 720 },
    deviceId: { exact: 'desk' },
    advanced: [{ frameRate: { ideal: 60, min: 60 } }, { deviceId: 'other' }],
  });
  expect(sizeOf(video)).toEqual({ width: 1280, height: 720, frameRate: 60 });
});

test('what no camera gives is cut down, and nonsense is ignored', () => {
  expect(sizeOf({ width: 7680, height: 4320, frameRate: 240 })).toEqual({
    ...{ width: 1920, height: 1080, frameRate: 60 },
  });
  expect(sizeOf({ width: NaN, height: -3 })).toMatchObject({ width: 640, height: 480 });
  const odd = { advanced: null, optional: 'none' } as unknown as VideoConstraints;
  expect(sizeOf(odd)).toMatchObject({ width: 640, height: 480 });
});

test('cameras that the browser has named to the page are passed on', () => {
  const camera = { deviceId: 'a', groupId: 'b', label: 'Desk camera' };
  expect(readRequestedVideo({}, [camera, { ...camera, label: '' }]).known).toEqual([camera]);
});

test('what pages hand over in odd forms is read as the browser reads it', () => {
  const odd = { width: '320', height: { max: '180' }, deviceId: null, tell: () => 0 };
  const plain = plainConstraints(new Proxy(odd, {}) as unknown as VideoConstraints);
  expect(() => structuredClone(plain)).not.toThrow();
  expect(sizeOf(plain)).toMatchObject({ width: 320, height: 180 });
  expect(plainConstraints(null)).toEqual({});
  expect([true, {}, null].map(isWanted)).toEqual([true, true, true]);
  expect([false, undefined].map(isWanted)).toEqual([false, false]);
});

test('screens are distinguished from cameras', () => {
  expect(asksForScreen({ mandatory: { chromeMediaSource: 'desktop' } })).toBe(true);
  expect(asksForScreen({ optional: [{ chromeMediaSourceId: 'x' }] })).toBe(true);
  expect(asksForScreen({ width: 1280 })).toBe(false);
});
