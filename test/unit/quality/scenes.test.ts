import { describe, expect, test } from 'vitest';
import { CameraNoise } from '../../quality/noise.ts';
import type { Labelled } from '../../quality/people.ts';
import { emptyPlanes, type Planes, type Rectangle, type Size } from '../../quality/planes.ts';
import {
  againstTheLight,
  asFrame,
  cutOut,
  faceWindow,
  headAndShoulders,
  inTheDark,
  look,
  paste,
  upperPart,
} from '../../quality/scenes.ts';

/** A grey picture of somebody who fills a rectangle. */
function somebody(at: Rectangle, [width, height]: Size = [100, 80], light = 0.5): Labelled {
  const picture = emptyPlanes(3, width, height);
  picture.data.fill(light);
  const mask = emptyPlanes(1, width, height);
  for (let y = at.top; y < at.top + at.height; y++)
    mask.data.fill(1, y * width + at.left, y * width + at.left + at.width);
  return { picture, mask, parts: null };
}

const area = ({ data }: Planes) => data.reduce((sum, value) => sum + value, 0);
const at = (planes: Planes, x: number, y: number, channel = 0) =>
  planes.data[(channel * planes.height + y) * planes.width + x]!;

describe('people who are cut out', () => {
  const standing = somebody({ left: 40, top: 10, width: 20, height: 60 });

  test('are what lies around the mask', () => {
    const { picture, mask } = cutOut(standing);
    expect([picture.width, picture.height, mask.width, mask.height]).toEqual([20, 60, 20, 60]);
    expect(area(mask)).toBe(20 * 60);
  });

  test('can be cut at the waist', () => {
    const { mask } = upperPart(cutOut(standing), 0.4);
    expect([mask.width, mask.height]).toEqual([20, 24]);
  });

  test('end where they leave the picture at a side, or are of no use if that is soon', () => {
    const shoulders = somebody({ left: 40, top: 10, width: 20, height: 70 });
    shoulders.mask.data.fill(1, 60 * 100);
    expect(headAndShoulders(shoulders)!.mask).toMatchObject({ width: 20, height: 50 });
    shoulders.mask.data.fill(1, 30 * 100);
    expect(headAndShoulders(shoulders)).toBeNull();
  });
});

describe('a composite', () => {
  const room = somebody({ left: 0, top: 0, width: 0, height: 0 }, [100, 80], 0.2);
  const person = cutOut(somebody({ left: 40, top: 10, width: 20, height: 60 }, [100, 80], 0.9));

  test('shows the person at the height and place asked for, and its mask says so', () => {
    const { picture, mask } = paste(room, person, { middle: 30, top: 50, height: 30 });
    expect(area(mask)).toBeCloseTo(10 * 30, 3);
    expect([at(mask, 25, 50), at(mask, 34, 79), at(mask, 24, 60), at(mask, 30, 49)]).toEqual([1, 1, 0, 0]);
    for (const channel of [0, 1, 2]) {
      expect(at(picture, 30, 60, channel)).toBeCloseTo(0.9, 6);
      expect(at(picture, 60, 60, channel)).toBeCloseTo(0.2, 6);
    }
    expect(area(room.mask)).toBe(0);
  });

  test('lets what is outside of the frame go, on every side', () => {
    for (const [middle, top, seen] of [
      [0, 10, 5 * 30],
      [100, 10, 5 * 30],
      [50, -10, 10 * 20],
      [50, 70, 10 * 10],
      [-50, 10, 0],
    ] as const)
      expect(area(paste(room, person, { middle, top, height: 30 }).mask)).toBeCloseTo(seen, 3);
  });

  test('covers people with those before them, and its mask is of both', () => {
    const first = paste(room, person, { middle: 30, top: 20, height: 60 });
    const both = paste(first, person, { middle: 40, top: 20, height: 60 });
    expect(area(both.mask)).toBeCloseTo(30 * 60, 3);
  });
});

test("a room's middle becomes a frame without being stretched", () => {
  const room = emptyPlanes(3, 40, 30);
  room.data.fill(0.5);
  room.data.fill(1, 0, 40 * 3);
  expect(asFrame(room, [32, 18])).toMatchObject({ width: 32, height: 18 });
  expect(Math.max(...asFrame(room, [32, 18]).data)).toBeCloseTo(0.5, 6);
});

test('the dark takes light and contrast away and adds grain', () => {
  const scene = somebody({ left: 0, top: 0, width: 50, height: 80 });
  scene.picture.data.forEach((_, i, data) => (data[i] = i % 100 < 50 ? 0.8 : 0.4));
  const { picture } = inTheDark(scene, new CameraNoise(1, 0));
  const [bright, dim] = [0.8 ** 2.5, 0.4 ** 2.5];
  const middle = (bright + dim) / 2;
  expect(at(picture, 10, 10)).toBeCloseTo(middle + 0.6 * (bright - middle), 5);
  expect(at(picture, 90, 10)).toBeCloseTo(middle + 0.6 * (dim - middle), 5);
  expect(at(inTheDark(scene, new CameraNoise(1, 0.1)).picture, 10, 10)).not.toBeCloseTo(at(picture, 10, 10));
});

test('against the light the room is nearly twice as bright and the person less than half', () => {
  const { picture } = againstTheLight(somebody({ left: 0, top: 0, width: 50, height: 80 }, [100, 80], 0.5));
  expect(at(picture, 10, 10, 2)).toBeCloseTo(0.2, 6);
  expect(at(picture, 90, 10, 2)).toBeCloseTo(0.95, 6);
  const bright = againstTheLight(somebody({ left: 0, top: 0, width: 50, height: 80 }, [100, 80], 0.8));
  expect(at(bright.picture, 90, 10)).toBe(1);
});

describe('a close face', () => {
  const faceAt = (left: number, top: number, side: number) => {
    const labels = new Uint8Array(200 * 150).fill(4);
    for (let y = top; y < top + side; y++)
      labels.fill(3, y * 200 + left, y * 200 + Math.min(200, left + side));
    return { labels, size: [200, 150] as const };
  };

  test('is in the middle of a window a fifth higher than the face', () => {
    expect(faceWindow(faceAt(80, 50, 40), [400, 300])).toEqual({
      left: 136,
      top: 92,
      width: 128,
      height: 96,
    });
  });

  test('stays within the picture at its corner', () => {
    expect(faceWindow(faceAt(0, 110, 40), [400, 300])).toEqual({ left: 0, top: 204, width: 128, height: 96 });
  });

  test('is made neither of a small one nor of none', () => {
    expect(faceWindow(faceAt(80, 50, 29), [400, 300])).toBeNull();
    expect(faceWindow(faceAt(80, 50, 0), [400, 300])).toBeNull();
  });

  test('shows what is in the window', () => {
    const scene = somebody({ left: 40, top: 10, width: 20, height: 60 });
    const { picture, mask } = look(scene, { left: 30, top: 0, width: 40, height: 40 });
    expect([picture.width, picture.height, area(mask)]).toEqual([40, 40, 20 * 30]);
  });
});
