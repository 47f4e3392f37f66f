import { describe, expect, test } from 'vitest';
import { edgeBand, flicker, hasBlob, hasHole, iou, MatteScore } from '../../quality/matte.ts';
import { emptyPlanes, type Planes } from '../../quality/planes.ts';

const WIDTH = 100;
const HEIGHT = 80;
/** Pixels that are 0.2 % of the frame. */
const FAULT = 16;

type Rectangle = [x: number, y: number, width: number, height: number, value?: number];

function map(...rectangles: Rectangle[]): Planes {
  const planes = emptyPlanes(1, WIDTH, HEIGHT);
  for (const [x, y, width, height, value = 1] of rectangles)
    for (let row = y; row < y + height; row++)
      planes.data.fill(value, row * WIDTH + x, row * WIDTH + x + width);
  return planes;
}

const person: Rectangle = [30, 20, 40, 60];

describe('intersection over union', () => {
  test('of a square and the same one shifted by a quarter of its side is 0.75 / 1.25', () => {
    expect(iou(map([10, 10, 20, 20]), map([15, 10, 20, 20]))).toBeCloseTo(0.6, 12);
  });

  test('is 1 for equal maps and for two empty ones, 0 for a person seen where none is', () => {
    expect(iou(map(person), map(person))).toBe(1);
    expect(iou(map(), map())).toBe(1);
    expect(iou(map(person), map())).toBe(0);
  });

  test('takes what is over one half, in both', () => {
    expect(iou(map([0, 0, 10, 10, 0.5], [10, 0, 10, 10, 0.51]), map([10, 0, 10, 10, 0.6]))).toBe(1);
  });
});

describe('a blob', () => {
  test('is a region over 0.2 % of the frame that touches no true person', () => {
    expect(FAULT).toBe(0.002 * WIDTH * HEIGHT);
    expect(hasBlob(map(person, [2, 2, 4, 4]), map(person))).toBe(false);
    expect(hasBlob(map(person, [2, 2, 4, 4], [6, 2, 1, 1]), map(person))).toBe(true);
  });

  test('is judged alone: two small ones apart, or at a corner of each other, are none', () => {
    expect(hasBlob(map(person, [2, 2, 4, 4], [10, 2, 4, 4]), map(person))).toBe(false);
    expect(hasBlob(map(person, [2, 2, 4, 4], [6, 6, 4, 4]), map(person))).toBe(false);
  });

  test('is not what reaches the person', () => {
    expect(hasBlob(map(person, [2, 40, 28, 10]), map(person))).toBe(false);
  });
});

describe('a hole', () => {
  test('is a gap over 0.2 % of the frame that the matte encloses where the person is', () => {
    expect(hasHole(map(person, [40, 40, 4, 4, 0]), map(person))).toBe(false);
    expect(hasHole(map(person, [40, 40, 4, 4, 0], [44, 40, 1, 1, 0]), map(person))).toBe(true);
  });

  test('is neither a true gap nor one that opens to the border', () => {
    const gap: Rectangle = [40, 40, 10, 10, 0];
    expect(hasHole(map(person, gap), map(person, gap))).toBe(false);
    expect(hasHole(map(person, [40, 40, 10, 40, 0]), map(person))).toBe(false);
  });
});

test('the score counts pictures and takes the mean over them', () => {
  const score = new MatteScore();
  score.add(map(person), map(person));
  score.add(map(person, [2, 2, 5, 5]), map(person));
  score.add(map([30, 20, 40, 30], [40, 30, 5, 5, 0]), map(person));
  const { iou, ...counts } = score.figures();
  expect(counts).toEqual({ pictures: 3, under90: 1, blobs: 1, holes: 1 });
  expect(iou).toBeCloseTo((1 + 2400 / 2425 + 1175 / 2400) / 3, 12);
});

describe('flicker', () => {
  test('the band is ten pixels wide along the outline', () => {
    const band = edgeBand(map([0, 0, 50, HEIGHT]));
    expect([...band.subarray(0, WIDTH)]).toEqual(
      Array.from({ length: WIDTH }, (_, x) => (x >= 45 && x < 55 ? 1 : 0)),
    );
    expect(band.reduce((sum, value) => sum + value)).toBe(10 * HEIGHT);
  });

  test('of a matte that alternates between 0.4 and 0.6 in the band is 0.2, regardless of the rest', () => {
    const band = edgeBand(map([0, 0, 50, HEIGHT]));
    const mattes = [0, 1, 0, 1].map((odd) =>
      map([0, 0, 45, HEIGHT, odd], [45, 0, 10, HEIGHT, odd === 1 ? 0.6 : 0.4]),
    );
    expect(flicker(mattes, band)).toBeCloseTo(0.2, 6);
    expect(flicker([mattes[0]!, mattes[0]!, mattes[1]!], band)).toBeCloseTo(0.1, 6);
  });
});
