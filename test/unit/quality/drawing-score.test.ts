import { describe, expect, test } from 'vitest';
import { blur } from '../../quality/blur.ts';
import { CameraMove } from '../../quality/camera-move.ts';
import { edgesOf, FaceFeatures, hueShift } from '../../quality/drawing-score.ts';
import { lightness, toLab } from '../../quality/lab.ts';
import { emptyPlanes, type Planes, type Size } from '../../quality/planes.ts';
import { carriedChange, flow } from '../../quality/warp.ts';

const SIZE: Size = [96, 64];

/** Lightness as `value(x, y)` tells it. */
function light(value: (x: number, y: number) => number): Planes {
  const planes = emptyPlanes(1, ...SIZE);
  planes.data.set(planes.data.map((_, i) => value(i % SIZE[0], Math.floor(i / SIZE[0]))));
  return planes;
}

/** A picture of one colour. */
function plain(...colour: readonly [number, number, number]): Planes {
  const planes = emptyPlanes(3, ...SIZE);
  const pixels = SIZE[0] * SIZE[1];
  for (const [channel, value] of colour.entries())
    planes.data.fill(value, channel * pixels, (channel + 1) * pixels);
  return planes;
}

test('lightness and Lab are those of the standard', () => {
  expect(lightness(plain(1, 1, 1)).data[0]).toBeCloseTo(100, 3);
  expect(lightness(plain(0, 0, 0)).data[0]).toBeCloseTo(0, 3);
  for (const [colour, lab] of [
    [
      [1, 0, 0],
      [53.24, 80.09, 67.2],
    ],
    [
      [0, 1, 0],
      [87.73, -86.18, 83.18],
    ],
    [
      [0, 0, 1],
      [32.3, 79.19, -107.86],
    ],
  ] as const)
    for (const [n, value] of toLab(colour).entries()) expect(value).toBeCloseTo(lab[n]!, 1);
});

test('a blur keeps what is flat, and spreads a point as a Gaussian does', () => {
  expect(
    blur(
      light(() => 7),
      3,
    ).data.every((value) => Math.abs(value - 7) < 1e-4),
  ).toBe(true);
  const point = blur(
    light((x, y) => (x === 40 && y === 30 ? 1 : 0)),
    2,
  );
  expect(point.data[30 * SIZE[0] + 40]).toBeCloseTo(1 / (2 * Math.PI * 4), 3);
  expect(point.data[30 * SIZE[0] + 42]! / point.data[30 * SIZE[0] + 40]!).toBeCloseTo(Math.exp(-0.5), 3);
});

describe('edges', () => {
  const flats = light((x) => (x < 48 ? 30 : 80));

  test('a hard-edged flat picture has hardly any middling change, a blurred one more', () => {
    const hard = edgesOf(flats);
    const soft = edgesOf(blur(flats, 6));
    expect(hard.middling).toBeLessThan(0.03);
    expect(soft.middling).toBeGreaterThan(5 * hard.middling);
    expect(soft.sharpest).toBeLessThan(hard.sharpest / 3);
  });

  test('a ramp of one L a pixel is middling everywhere, and its sharpest step is that one', () => {
    const { middling, sharpest } = edgesOf(light((x) => x));
    expect(middling).toBeGreaterThan(0.95);
    expect(sharpest).toBeCloseTo(1, 2);
  });

  test('the limits of what is middling are 0.4 and 3 L a pixel', () => {
    for (const [slope, share] of [
      [0.35, 0],
      [0.45, 1],
      [0.95, 1],
    ] as const)
      expect(edgesOf(light((x) => slope * x)).middling).toBeCloseTo(share, 1);
    // The ramp covers only a part of the picture, because lightness ends at 100.
    const steep = edgesOf(light((x) => 3.2 * Math.min(30, Math.max(0, x - 30))));
    expect(steep.middling).toBeLessThan(0.06);
  });
});

describe('features of a face', () => {
  const onFace = (x: number, y: number) => x >= 20 && x < 70 && y >= 6 && y < 60;
  const labels = Uint8Array.from({ length: SIZE[0] * SIZE[1] }, (_, i) =>
    onFace(i % SIZE[0], Math.floor(i / SIZE[0])) ? 3 : 0,
  );
  const left = (x: number, y: number) => x >= 30 && x < 38 && y >= 22 && y < 26;
  const right = (x: number, y: number) => x >= 52 && x < 60 && y >= 22 && y < 26;
  const source = light((x, y) => (left(x, y) || right(x, y) ? 35 : onFace(x, y) ? 65 : 10));

  test('are the dark places within it, not the dark beside it', () => {
    expect(FaceFeatures.find(source, labels)!.count).toBeGreaterThanOrEqual(64);
    expect(FaceFeatures.find(source, labels)!.count).toBeLessThan(100);
    // Dark hair that is labelled as face.
    const fringed = light((x, y) => (y === 6 || y === 7 ? 15 : source.data[y * SIZE[0] + x]!));
    expect(FaceFeatures.find(fringed, labels)!.count).toBeLessThan(100);
    expect(
      FaceFeatures.find(
        light((x, y) => (onFace(x, y) ? 65 : 10)),
        labels,
      ),
    ).toBeNull();
    expect(
      FaceFeatures.find(
        source,
        labels.map(() => 1),
      ),
    ).toBeNull();
  });

  test('are all kept by the source itself, half of them where one eye is lost, and none by a plain face', () => {
    const features = FaceFeatures.find(source, labels)!;
    expect(features.recall(source)).toBe(1);
    expect(features.recall(light((x, y) => (left(x, y) ? 35 : 65)))).toBeCloseTo(0.5, 1);
    expect(features.recall(light(() => 65))).toBe(0);
  });

  test('need not be as dark as they were, but darker by 12 L', () => {
    const features = FaceFeatures.find(source, labels)!;
    // An eye this small also darkens the mean around it, so only two thirds of this difference
    // remain.
    const eyes = (dark: number) => light((x, y) => (left(x, y) || right(x, y) ? 90 - dark : 90));
    expect(features.recall(eyes(26))).toBe(1);
    expect(features.recall(eyes(18))).toBe(0);
  });
});

describe('the hue of skin', () => {
  const skin = new Uint8Array(SIZE[0] * SIZE[1]).fill(2);
  const hueOf = (picture: Planes) => {
    const pixels = SIZE[0] * SIZE[1];
    const [, a, b] = toLab([picture.data[0]!, picture.data[pixels]!, picture.data[2 * pixels]!]);
    return (Math.atan2(b, a) * 180) / Math.PI;
  };
  const source = plain(0.8, 0.6, 0.5);

  test('is measured to the degree, and the short way round', () => {
    const other = plain(0.6, 0.7, 0.4);
    expect(hueShift(source, other, skin)).toBeCloseTo(Math.abs(hueOf(source) - hueOf(other)), 3);
    // The two hues are on either side of 180 degrees.
    const [green, cyan] = [plain(0.4, 0.7, 0.6), plain(0.4, 0.7, 0.7)];
    const [from, to] = [hueOf(green), hueOf(cyan)];
    expect(from).toBeGreaterThan(90);
    expect(to).toBeLessThan(-90);
    expect(hueShift(green, cyan, skin)).toBeCloseTo(360 + to - from, 3);
  });

  test('is the same at any lightness, and there is none in a grey drawing', () => {
    expect(hueShift(source, source, skin)).toBe(0);
    expect(hueShift(source, plain(0.5, 0.5, 0.5), skin)).toBeNaN();
    expect(hueShift(plain(0.5, 0.5, 0.5), source, skin)).toBeNull();
    expect(hueShift(source, source, new Uint8Array(skin.length).fill(4))).toBeNull();
  });
});

describe('change along a camera move', () => {
  const move = new CameraMove(4, SIZE);

  test('its places are known both ways', () => {
    for (const place of [
      [0, 0],
      [40.3, 20.7],
      [95, 63],
    ] as const) {
      const [x, y] = move.where(3, move.seen(3, [...place]));
      expect(x).toBeCloseTo(place[0], 6);
      expect(y).toBeCloseTo(place[1], 6);
    }
  });

  test('is hardly any once carried back, and what flickers beyond it is measured', () => {
    const still = light((x, y) => 0.5 + 0.25 * Math.sin(x / 6) + 0.25 * Math.cos(y / 7));
    const [before, after] = [move.frame(still, 0), move.frame(still, 1)];
    const places = flow(move, 0, SIZE);
    const carried = carriedChange(before, after, places);
    expect(carried).toBeLessThan(0.003);
    const brighter = { ...after, data: after.data.map((value) => value + 0.1) };
    expect(carriedChange(before, brighter, places)).toBeCloseTo(0.1, 2);
  });
});
