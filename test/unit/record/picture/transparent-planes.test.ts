import { expect, test } from 'vitest';
import { fillPlanes } from '../../../../src/record/picture/transparent-planes.ts';

/** Luma, blue and red chroma, 8 bits in the limited range: ITU-R BT.709-6, tables 3 and 4. */
const WHITE = [235, 128, 128];
const RED = [63, 102, 240];
const BLUE = [32, 240, 118];

/** Planes of a picture, line by line. */
function planesOf(pixels: number[][], width: number, blueFirst = false) {
  const height = pixels.length / width;
  const across = Math.ceil(width / 2);
  const chromas = across * Math.ceil(height / 2);
  const planes = new Uint8ClampedArray(2 * pixels.length + 2 * chromas);
  fillPlanes(planes, Uint8ClampedArray.from(pixels.flat()), [width, height], blueFirst);
  const plane = (from: number, count: number) => [...planes.subarray(from, from + count)];
  return {
    luma: plane(0, pixels.length),
    blue: plane(pixels.length, chromas),
    red: plane(pixels.length + chromas, chromas),
    alpha: plane(pixels.length + 2 * chromas, pixels.length),
  };
}

test('opaque colours become the codes that BT.709 gives them', () => {
  for (const [rgb, [luma, blue, red]] of [
    [[255, 255, 255], WHITE],
    [[255, 0, 0], RED],
    [[0, 0, 255], BLUE],
  ] as const) {
    const expected = { luma: [luma, luma], blue: [blue], red: [red], alpha: [255, 255] };
    const pixel = [...rgb, 255];
    expect(planesOf([pixel, pixel], 2)).toEqual(expected);
    expect(
      planesOf(
        [pixel, pixel].map(([r, g, b, a]) => [b!, g!, r!, a!]),
        2,
        true,
      ),
    ).toEqual(expected);
  }
});

test('colours that alpha was multiplied into are their own again, and clear pixels do not dull them', () => {
  const [clear, half, opaque] = [
    [0, 0, 0, 0],
    [128, 0, 0, 128],
    [255, 0, 0, 255],
  ];
  const { luma, blue, red, alpha } = planesOf([clear, half, clear, opaque], 2);
  expect(luma).toEqual([16, RED[0], 16, RED[0]]);
  expect([blue, red]).toEqual([[RED[1]], [RED[2]]]);
  expect(alpha).toEqual([0, 128, 0, 255]);
});

test('a picture of odd sides has a chroma for its last line and column', () => {
  const { blue, red } = planesOf(Array<number[]>(9).fill([255, 0, 0, 255]), 3);
  expect(blue).toEqual([102, 102, 102, 102]);
  expect(red).toEqual([240, 240, 240, 240]);
});
