import { expect, test } from 'vitest';
import { unmetConstraint } from '../../../extension/src/offscreen/cameras.ts';
import {
  asksForScreen,
  isWanted,
  plainConstraints,
  readRequestedVideo,
  type VideoConstraints,
} from '../../../extension/src/page-patch/requested-video.ts';

const read = (video: VideoConstraints) =>
  readRequestedVideo(video, (id) => (id === 'known' ? 'Desk camera' : undefined));

test('a request for any video gets what the browser would give', () => {
  expect(read({})).toEqual({ width: 640, height: 480, frameRate: 30, limits: {} });
});

test('sizes are read from all their forms, and the other side follows', () => {
  expect(read({ width: 1280 })).toMatchObject({ width: 1280, height: 720, limits: {} });
  expect(read({ height: { ideal: 1080 } })).toMatchObject({ width: 1920, height: 1080 });
  expect(read({ width: { exact: 320 }, height: { exact: 180 } })).toMatchObject({
    ...{ width: 320, height: 180 },
    limits: { width: { min: 320, max: 320 }, height: { min: 180, max: 180 } },
  });
  expect(read({ width: { min: 800, ideal: 600 } })).toMatchObject({
    width: 800,
    limits: { width: { min: 800 } },
  });
  expect(read({ height: { max: 360 }, frameRate: { max: 15 } })).toMatchObject({
    height: 360,
    frameRate: 15,
  });
  expect(read({ mandatory: { minWidth: 640, maxWidth: 1280, maxHeight: 720 } })).toMatchObject({
    ...{ width: 1280, height: 720 },
    limits: { width: { min: 640, max: 1280 } },
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
    oneOf: [{ deviceId: 'known', label: 'Desk camera' }],
    exact: false,
  });
  expect(read({ deviceId: { exact: ['gone', 'other'] } }).camera).toEqual({
    oneOf: [{ deviceId: 'gone' }, { deviceId: 'other' }],
    exact: true,
  });
  expect(read({ deviceId: { exact: 'default' } }).camera?.exact).toBe(true);
  expect(read({ mandatory: { sourceId: 'known' } }).camera?.exact).toBe(true);
  for (const deviceId of ['', 'default', {}, { ideal: [] }])
    expect(read({ deviceId }).camera).toBeUndefined();
});

test('what pages hand over in odd forms is read as the browser reads it', () => {
  const odd = { width: '320', height: { max: '180' }, deviceId: null, tell: () => 0 };
  const plain = plainConstraints(new Proxy(odd, {}) as unknown as VideoConstraints);
  expect(() => structuredClone(plain)).not.toThrow();
  expect(read(plain)).toMatchObject({ width: 320, height: 180, limits: { height: { max: 180 } } });
  expect(read(plain).camera).toBeUndefined();
  expect(plainConstraints(null)).toEqual({});
  expect([true, {}, null].map(isWanted)).toEqual([true, true, true]);
  expect([false, undefined].map(isWanted)).toEqual([false, false]);
});

test('a camera is refused that is too small, too large, of no such shape, or looks the other way', () => {
  const able = {
    getCapabilities: () => ({
      ...{ width: { min: 1, max: 640 }, height: { min: 1, max: 360 }, frameRate: { min: 0, max: 30 } },
      ...{ aspectRatio: { min: 0.002, max: 640 }, facingMode: ['user'] },
    }),
  };
  const unmet = (video: VideoConstraints) => unmetConstraint(able, read(video));
  expect(unmet({ width: 1280, facingMode: 'environment' })).toBeUndefined();
  expect(unmet({ width: { min: 320, max: 640 }, facingMode: { exact: 'user' } })).toBeUndefined();
  expect(unmet({ width: { exact: 1280 } })).toBe('width');
  expect(unmet({ width: { max: 0 } })).toBe('width');
  expect(unmet({ height: { min: 300, max: 200 } })).toBe('height');
  expect(unmet({ frameRate: { min: 60 } })).toBe('frameRate');
  expect(unmet({ aspectRatio: { exact: 9999 } })).toBe('aspectRatio');
  expect(unmet({ facingMode: { exact: ['environment', 'left'] } })).toBe('facingMode');
});

test('screens are distinguished from cameras', () => {
  expect(asksForScreen({ mandatory: { chromeMediaSource: 'desktop' } })).toBe(true);
  expect(asksForScreen({ optional: [{ chromeMediaSourceId: 'x' }] })).toBe(true);
  expect(asksForScreen({ width: 1280 })).toBe(false);
});
