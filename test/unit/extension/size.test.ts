import { expect, test } from 'vitest';
import { downscaleFactor, isSameShape, largestCut } from '../../../extension/src/connection/size.ts';

test('a picture is sent no larger than was asked for, and never larger than it is', () => {
  expect(downscaleFactor({ width: 1280, height: 720 }, { width: 640, height: 360 })).toBe(2);
  // A page that asked for other proportions crops the picture, and has enough pixels for that.
  expect(downscaleFactor({ width: 1280, height: 720 }, { width: 640, height: 480 })).toBe(1.5);
  expect(downscaleFactor({ width: 640, height: 360 }, { width: 1920, height: 1080 })).toBe(1);
});

test('shapes are the same in any size, also where a side was rounded', () => {
  expect(isSameShape({ width: 1280, height: 720 }, { width: 427, height: 240 })).toBe(true);
  expect(isSameShape({ width: 320, height: 180 }, { width: 1920, height: 1080 })).toBe(true);
  expect(isSameShape({ width: 640, height: 360 }, { width: 640, height: 480 })).toBe(false);
  expect(isSameShape({ width: 640, height: 360 }, { width: 360, height: 640 })).toBe(false);
});

test('the largest cut of another shape lies in the middle, on even pixels', () => {
  const size = { width: 1280, height: 720 };
  expect(largestCut(size, { width: 480, height: 480 })).toEqual({ x: 280, y: 0, width: 720, height: 720 });
  expect(largestCut(size, { width: 640, height: 480 })).toEqual({ x: 160, y: 0, width: 960, height: 720 });
  expect(largestCut(size, { width: 1000, height: 100 })).toEqual({ x: 0, y: 296, width: 1280, height: 128 });
  expect(largestCut(size, { width: 101, height: 203 })).toEqual({ x: 460, y: 0, width: 358, height: 720 });
  expect(largestCut({ width: 3, height: 3 }, { width: 1, height: 900 })).toMatchObject({
    width: 2,
    height: 2,
  });
});
