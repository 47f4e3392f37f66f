import { expect, test } from 'vitest';
import { blur } from '../../quality/blur.ts';
import { DrawingMeasure, type Drawer } from '../../quality/measure-drawing.ts';
import { CameraNoise } from '../../quality/noise.ts';
import { emptyPlanes, type Planes, type Size } from '../../quality/planes.ts';
import { Progress } from '../../quality/progress.ts';
import { printDrawing } from '../../quality/report-drawing.ts';
import type { StylePictures } from '../../quality/style-pictures.ts';

const SIZE: Size = [96, 64];
const PIXELS = SIZE[0] * SIZE[1];

/** A picture of waves in warm colours, so that there is something to measure everywhere. */
function picture(wave: number): Planes {
  const planes = emptyPlanes(3, ...SIZE);
  for (let i = 0; i < PIXELS; i++) {
    const value = 0.5 + 0.2 * Math.sin((i % SIZE[0]) / wave) + (Math.floor(i / SIZE[0]) % 16 < 8 ? 0.1 : 0);
    for (const [channel, share] of [1, 0.75, 0.6].entries())
      planes.data[channel * PIXELS + i] = share * value;
  }
  return planes;
}

/** Takes some green away, which changes the hue. */
function reddened(frame: Planes): Planes {
  const data = frame.data.map((value, i) => (i >= PIXELS && i < 2 * PIXELS ? 0.8 * value : value));
  return { ...frame, data };
}

const noise = new CameraNoise(1);
const grainy = [0, 1, 2].map(() => noise.on(picture(5)));
const nowhere = Float32Array.from({ length: 2 * PIXELS }, (_, i) =>
  i % 2 === 0 ? (i / 2) % SIZE[0] : Math.floor(i / 2 / SIZE[0]),
);
const labels = new Uint8Array(PIXELS).fill(2);
const pictures: StylePictures = {
  kinds: [
    { id: 'desk', pictures: [{ picture: picture(5), labels }] },
    { id: 'rooms', pictures: [{ picture: picture(9), labels }] },
  ],
  stills: [{ frames: grainy, flows: null }],
  moves: [{ frames: grainy, flows: [nowhere, nowhere] }],
};
const measure = new DrawingMeasure(pictures);
const by = (id: string, draw: (frame: Planes) => Planes): Drawer => ({
  id,
  film: (frames) => Promise.resolve(frames.map(draw)),
});

test('a style that draws nothing has every figure of the source, and no features where no face is labelled', async () => {
  const figures = await measure.measure(
    by('none', (frame) => frame),
    new Progress(),
  );
  expect(figures).toMatchObject({
    id: 'none',
    middling: { mean: 1, worst: 1, pictures: 2 },
    sharpest: { mean: 1, pictures: 2 },
    legibility: null,
    hue: { mean: 0, pictures: 2 },
    greySkins: 0,
    flicker: 1,
  });
  expect(figures.warping).toBeCloseTo(1, 3);
});

test('a blur is less sharp and steadier; the worst kind is named', async () => {
  const figures = await measure.measure(
    by('soft', (frame) => blur(frame, 2)),
    new Progress(),
  );
  expect(figures.sharpest!.mean).toBeLessThan(0.7);
  expect(figures.flicker).toBeLessThan(0.3);
  expect(figures.warping).toBeLessThan(0.4);
  const rooms = pictures.kinds[1]!.pictures[0]!.picture;
  const one = await measure.measure(
    by('one', (frame) => (frame === rooms ? reddened(blur(frame, 2)) : frame)),
    new Progress(),
  );
  expect(one.sharpest).toMatchObject({ worstKind: 'rooms' });
  expect(one.sharpest!.worst).toBeLessThan(one.sharpest!.mean);
  expect(one.hue).toMatchObject({ worstKind: 'rooms' });
  expect(one.hue!.worst).toBeCloseTo(2 * one.hue!.mean, 6);
});

test('a grey drawing has no hue and is counted; the table has its line and the targets', async () => {
  const grey = await measure.measure(
    by('pencil', (frame) => {
      const green = frame.data.subarray(PIXELS, 2 * PIXELS);
      return { ...frame, data: Float32Array.from(frame.data, (_, i) => green[i % PIXELS]!) };
    }),
    new Progress(),
  );
  expect(grey).toMatchObject({ hue: null, greySkins: 2 });
  const lines = printDrawing([grey]).split('\n');
  expect(lines[2]).toContain('<= 1.30');
  expect(lines[3]).toMatch(/^\| pencil +\|/);
});
