import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Size } from '../../../../../src/common/size.ts';
import { drawRecipeSchema, type DrawRecipe } from '../../../../../src/effect/models/draw-recipe.ts';
import { applySettings } from '../../../../../src/effect/models/draw-settings.ts';
import { Compositor } from '../../../../../src/effect/stages/composite/compositor.ts';
import { drawPreview } from '../../../../../src/effect/stages/composite/draw-preview.ts';
import type { Layers } from '../../../../../src/effect/stages/layers.ts';
import { wholeFrame } from '../../../../../src/effect/stages/roi.ts';
import { STILL } from '../../../../../src/effect/stages/style/camera-motion.ts';
import { encodeInk } from '../../../../../src/effect/stages/style/cpu-style-runner.ts';

const INK: [number, number, number] = [0, 0, 0];
const NET = [448, 256] as const;

/** The outputs of a style net, and the luminance that it saw, at `size`. */
interface Fields {
  size: Size;
  /** Grey tone, 0..1. */
  tone: (x: number, y: number) => number;
  /** Share of its blue that the tone keeps. Default 1. */
  blue?: number;
  /** Pixels of the net. */
  ink?: (x: number, y: number) => number;
}

let compositor: Compositor;
let canvas: OffscreenCanvas;

beforeAll(async () => {
  canvas = new OffscreenCanvas(16, 16);
  compositor = await Compositor.open(canvas);
});
afterAll(() => {
  compositor.close();
});

const recipe = (given: v.InferInput<typeof drawRecipeSchema>): DrawRecipe =>
  v.parse(drawRecipeSchema, { detail: 0, ...given });

const clip = (distance: number) => Math.min(2.5, Math.max(-2.5, distance));

function planesOf({ size: [width, height], tone, ink = () => 2.5 }: Fields) {
  const pixels = width * height;
  const at = (of: (x: number, y: number) => number) =>
    Float32Array.from({ length: pixels }, (_, i) => of((i % width) + 0.5, Math.floor(i / width) + 0.5));
  return { tone: at(tone), ink: at((x, y) => clip(ink(x, y))) };
}

/** Draws fields on a frame that is grey, and returns one value for each pixel, 0..1. */
function draw(fields: Fields, draw: DrawRecipe, frame: Size, layers: Partial<Layers> = {}): Float32Array {
  const planes = planesOf(fields);
  const texels = new Uint8Array(4 * planes.tone.length);
  for (const [i, tone] of planes.tone.entries()) {
    const grey = 255 * tone;
    texels.set([grey, grey, (fields.blue ?? 1) * grey, 128].map(Math.round), 4 * i);
  }
  const ink = new Uint8Array(planes.ink.length);
  encodeInk(planes.ink, ink);
  const [codedWidth, codedHeight] = frame;
  const live = new VideoFrame(new Uint8Array(4 * codedWidth * codedHeight).fill(128), {
    ...{ format: 'RGBX', codedWidth, codedHeight, timestamp: 0 },
  });
  compositor.draw(live, {
    ...{ live: null, matte: null, share: null, blurred: null, region: 'everything', strength: 1 },
    ...{ background: { kind: 'live' }, matteAlone: false, drawsLines: true, anchor: STILL },
    drawing: { line: 1, colour: 1, palette: [] },
    styled: { texels, ink, draw, roi: wholeFrame(fields.size) },
    ...layers,
  });
  live.close();
  const gl = canvas.getContext('webgl2')!;
  const rgba = new Uint8Array(4 * codedWidth * codedHeight);
  gl.readPixels(0, 0, codedWidth, codedHeight, gl.RGBA, gl.UNSIGNED_BYTE, rgba);
  return Float32Array.from({ length: codedWidth * codedHeight }, (_, i) => {
    const line = codedHeight - 1 - Math.floor(i / codedWidth);
    return rgba[4 * (line * codedWidth + (i % codedWidth))]! / 255;
  });
}

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
const mean = (values: Float32Array) => sum(values) / values.length;
const least = (values: Float32Array) => values.reduce((lowest, value) => Math.min(lowest, value));
const most = (values: Float32Array) => values.reduce((highest, value) => Math.max(highest, value));

const SCREENS = [
  [640, 360],
  [1920, 1080],
] as const;

/** A circle's outline, drawn by the net with a line of 2 of its pixels. */
const RADIUS = 70;
const circle: Fields = {
  size: NET,
  tone: () => 1,
  ink: (x, y) => Math.abs(Math.hypot(x - NET[0] / 2, y - NET[1] / 2) - RADIUS) - 1,
};
/** Light from left to right. */
const ramp: Fields = { size: NET, tone: (x) => x / NET[0] };
const flat = (lightness: number): Fields => ({ size: NET, tone: () => lightness });

for (const [columns, lines] of SCREENS) {
  const frame = [columns, lines] as const;
  const unit = lines / 360;

  describe(`at ${columns}x${lines}`, () => {
    for (const width of [-1, 0, 2])
      test(`a circle's line lies where the net drew it, ${width} pixels wider`, () => {
        const shown = draw(circle, recipe({ ink: { colour: INK, width } }), frame);
        const scale = Math.sqrt((columns / NET[0]) * (lines / NET[1]));
        const expected = 2 * scale + width * unit;
        // Summed up from the centre to each of the four sides, the coverage is the line's width.
        const [middleX, middleY] = [columns / 2, lines / 2];
        const right = Array.from({ length: middleX }, (_, k) => shown[middleY * columns + middleX + k]!);
        const left = Array.from({ length: middleX }, (_, k) => shown[middleY * columns + middleX - 1 - k]!);
        const below = Array.from({ length: middleY }, (_, k) => shown[(middleY + k) * columns + middleX]!);
        const above = Array.from(
          { length: middleY },
          (_, k) => shown[(middleY - 1 - k) * columns + middleX]!,
        );
        for (const [cut, pixels] of [
          [right, columns / NET[0]],
          [left, columns / NET[0]],
          [below, lines / NET[1]],
          [above, lines / NET[1]],
        ] as const) {
          const covered = cut.map((value) => 1 - value);
          expect(Math.abs(sum(covered) - expected)).toBeLessThan(0.5);
          const middle = sum(covered.map((cover, k) => cover * (k + 0.5))) / sum(covered);
          expect(Math.abs(middle - RADIUS * pixels)).toBeLessThan(0.5);
          // The line has two borders of about one pixel each.
          expect(covered.filter((cover) => cover > 0.05 && cover < 0.95).length).toBeLessThanOrEqual(4);
        }
      });

    test('steps of tone lie half-way between the tones, as many as asked for', () => {
      const shown = draw(ramp, recipe({ steps: 4, softness: 0 }), frame);
      const line = shown.subarray(0, columns);
      const tones = [0, 0.25, 0.5, 0.75, 1];
      for (const [k, tone] of tones.entries()) {
        const own = line.filter((value) => Math.abs(value - tone) < 0.01).length / columns;
        expect(own).toBeCloseTo(k === 0 || k === 4 ? 0.125 : 0.25, 1.7);
      }
      for (const border of [0.125, 0.375, 0.625, 0.875]) {
        const at = Math.round(border * columns);
        expect(line[at + 8]! - line[at - 8]!).toBeCloseTo(0.25, 1.9);
      }
    });

    test('a shadow is ink below its lightness, with a crisp border', () => {
      const shown = draw(ramp, recipe({ shadow: 0.4, ink: { colour: [0, 0, 1] } }), frame);
      const line = shown.subarray(0, columns);
      const at = Math.round(0.4 * columns);
      const off = Math.ceil(0.02 * columns);
      expect(Math.max(...line.subarray(0, at - off))).toBe(0);
      expect(line[at + off]).toBeCloseTo((at + off) / columns, 1.9);
    });

    for (const kind of ['dots', 'lines'] as const)
      test(`${kind} of a screen cover as much as the tone is dark`, () => {
        const screen = { kind, pitch: 8, angle: 30, from: 1, to: 0 } as const;
        const drawn = recipe({ screen, ink: { colour: INK }, paper: { tone: 0 } });
        for (const lightness of [0.1, 0.3, 0.5, 0.7, 0.9]) {
          const shown = draw(flat(lightness), drawn, frame);
          expect(Math.abs(mean(shown) - lightness), `${lightness}`).toBeLessThan(0.03);
        }
      });

    test('hatching crosses its lines in the darker half only', () => {
      const screen = { kind: 'hatching', pitch: 8, angle: 0, from: 1, to: 0 } as const;
      const drawn = recipe({ screen, ink: { colour: INK }, paper: { tone: 0 } });
      const columnsAlike = (shown: Float32Array) => {
        const sums = Array.from({ length: 64 }, (_, x) =>
          sum(Array.from({ length: 64 }, (_, y) => shown[y * columns + x]!)),
        );
        return Math.max(...sums) - Math.min(...sums) < 1;
      };
      expect(columnsAlike(draw(flat(0.6), drawn, frame))).toBe(true);
      expect(columnsAlike(draw(flat(0.2), drawn, frame))).toBe(false);
    });
  });
}

test('a tidemark darkens the dark side of a step, and paper shows as much as it is asked to', () => {
  const frame = SCREENS[0];
  const line = draw(ramp, recipe({ steps: 2, softness: 0, tidemark: 1 }), frame).subarray(0, frame[0]);
  expect(line[474]).toBeLessThan(0.4);
  expect(line[384]).toBeCloseTo(0.5, 1.9);
  const half = draw(flat(0.2), recipe({ paper: { colour: [1, 1, 1], tone: 0.5 } }), frame);
  expect(mean(half)).toBeCloseTo(0.6, 1.9);
  const rough = draw(flat(0.2), recipe({ paper: { tone: 0, grain: 1, colour: [0.6, 1, 1] } }), frame);
  expect(mean(rough)).toBeCloseTo(0.6, 1.2);
  expect(most(rough) - least(rough)).toBeGreaterThan(0.15);
});

test('the grain of paper breaks up ink, moves with the person, and leaves bare paper clean', () => {
  const frame = SCREENS[0];
  const [columns, lines] = frame;
  const screen = { kind: 'hatching', pitch: 8, angle: 0, from: 0.5, to: 0 } as const;
  const drawn = recipe({ screen, ink: { colour: INK }, paper: { tone: 0, tooth: 1 } });
  expect(least(draw(flat(1), drawn, frame))).toBe(1);
  // Without the paper's grain, a line of the hatching is the same all along.
  const along = (shown: Float32Array) => shown.subarray(100 * columns, 101 * columns);
  const spread = (shown: Float32Array) => most(along(shown)) - least(along(shown));
  const smooth = recipe({ screen, ink: { colour: INK }, paper: { tone: 0 } });
  expect(spread(draw(flat(0.5), smooth, frame))).toBeLessThan(0.01);
  const rough = draw(flat(0.5), drawn, frame);
  expect(spread(rough)).toBeGreaterThan(0.2);
  const moved = draw(flat(0.5), drawn, frame, { anchor: { ...STILL, right: -32 / lines } });
  const shift = along(moved)
    .subarray(32)
    .map((value, x) => Math.abs(value - along(rough)[x]!));
  expect(most(shift)).toBeLessThan(0.02);
});

test('a line is twice as wide where people set it so, half as wide, or gone', () => {
  // The line is as wide as nets draw it.
  const thin: Fields = {
    ...circle,
    ink: (x, y) => Math.abs(Math.hypot(x - NET[0] / 2, y - NET[1] / 2) - RADIUS) - 0.55,
  };
  for (const width of [0.3, 1.2])
    for (const [columns, lines] of SCREENS) {
      const covered = (line: number) =>
        sum(
          draw(thin, recipe({ ink: { colour: INK, width } }), [columns, lines], {
            drawing: { line, colour: 1, palette: [] },
          }).map((value) => 1 - value),
        );
      const own = covered(1);
      expect(Math.abs(covered(2) / own - 2), `${width} at ${lines}`).toBeLessThan(0.25);
      expect(Math.abs(covered(0.5) / own - 0.5), `${width} at ${lines}`).toBeLessThan(0.1);

      expect(covered(0)).toBe(0);
    }
});

test('without steps or ink the tone is as the net gave it, with the lines of the frame', () => {
  const shown = draw(ramp, recipe({ ink: { strength: 0 } }), SCREENS[0]);
  for (const x of [8, 200, 400, 600]) expect(shown[x]).toBeCloseTo((x + 0.5) / 640, 1.9);
});

test('the outline of the person is drawn along its inside, and not where the picture cuts them', () => {
  const [columns, lines] = SCREENS[0];
  const size = [320, 180] as const;
  const texels = new Uint8Array(4 * size[0] * size[1]);
  // The left half of the frame is the person, down to three borders of it.
  for (let i = 0; i < size[0] * size[1]; i++) {
    const alpha = 255 * Math.min(1, Math.max(0, (162 - (i % size[0])) / 4));
    texels.set([alpha, 128, 128, alpha], 4 * i);
  }
  const drawn = recipe({ ink: { colour: INK, silhouette: 2 } });
  const matte = { texels, size };
  const own = { matte, region: 'person' } as const;
  const shown = draw(flat(1), drawn, [columns, lines], own);
  const line = shown.subarray(180 * columns, 181 * columns);
  expect(least(line.subarray(0, 314))).toBeGreaterThan(0.97);
  expect(least(line.subarray(316, 322)), line.subarray(314, 324).join()).toBeLessThan(0.3);
  const everywhere = draw(flat(1), drawn, [columns, lines], { matte, region: 'everything' });
  expect(least(everywhere)).toBeGreaterThan(0.97);
});

test('a palette gives dark tones its dark colours and light ones its light colours', () => {
  const size = [96, 64] as const;
  const palette = [
    [0.1, 0, 0.2],
    [1, 0.5, 0],
    [1, 1, 0.8],
  ] as const;
  const set = { line: 1, colour: 1, palette };
  const fields: Fields = { size, tone: (x) => x / size[0] };
  const shown = draw(fields, recipe({}), size, { drawing: set });
  const { tone, ink } = planesOf(fields);
  const planes = new Float32Array([...tone, ...tone, ...tone]);
  drawPreview(planes, ink, size, applySettings(recipe({}), set, 1));
  expect(most(shown.map((red, i) => Math.abs(red - planes[i]!)))).toBeLessThan(0.02);
  // The ramp was grey. Its middle is orange now, and as light as before.
  const pixels = size[0] * size[1];
  const [red, green, blue] = [0, 1, 2].map((c) => planes[c * pixels + 48]!) as [number, number, number];
  expect(red - blue).toBeGreaterThan(0.4);
  expect(0.299 * red + 0.587 * green + 0.114 * blue).toBeCloseTo(tone[48]!, 2);
  const none = draw(fields, recipe({}), size);
  expect(most(none.map((value, i) => Math.abs(value - tone[i]!)))).toBeLessThan(0.02);
});

/** Red rises with the lightness in the first ramp, and is all or nothing in the others. */
const PIGMENTS = {
  ramps: [
    [0, 0.2, 0.5, 0.8, 1].map((red) => [red, 0, 0] as const),
    Array.from({ length: 5 }, () => [1, 0, 0] as const),
    Array.from({ length: 5 }, () => [0, 1, 0] as const),
  ] as never,
  warm: 2,
};

test('pigments go by the lightness of a tone, and warm tones have a ramp of their own', () => {
  const drawn = recipe({ pigments: PIGMENTS });
  const shown = draw(ramp, drawn, SCREENS[0]);
  for (const [at, red] of [
    [0.25, 0.2],
    [0.375, 0.35],
    [0.5, 0.5],
    [0.75, 0.8],
  ] as const)
    expect(shown[Math.round(at * 640)]).toBeCloseTo(red, 1.7);
  expect(most(draw({ ...flat(0.5), blue: 0.3 }, drawn, SCREENS[0]))).toBe(0);
  // Colour can be taken away from them as from any tone.
  const grey = draw(flat(0.5), drawn, SCREENS[0], { drawing: { line: 1, colour: 0, palette: [] } });
  expect(mean(grey)).toBeCloseTo(0.299 * 0.5, 1.9);
});

test('brushwork moves with what it is on, has contours of ink, and spares what it is told to', () => {
  const frame = SCREENS[0];
  const [columns, lines] = frame;
  const brushwork = { kind: 'drums', depth: 0.5, contour: 1 } as const;
  const drums = recipe({ brushwork, ink: { colour: INK } });
  const shown = draw(flat(0.5), drums, frame);
  expect(most(shown)).toBeGreaterThan(0.9);
  expect(least(shown)).toBe(0);
  expect(Math.abs(mean(shown) - 0.5)).toBeLessThan(0.2);
  const moved = draw(flat(0.5), drums, frame, { anchor: { ...STILL, right: -32 / lines } });
  const along = (picture: Float32Array) => picture.subarray(100 * columns, 101 * columns);
  const shift = along(moved)
    .subarray(32)
    .map((value, x) => Math.abs(value - along(shown)[x]!));
  expect(most(shift)).toBeLessThan(0.02);

  const spread = (picture: Float32Array) => most(picture) - least(picture);
  const spares = recipe({ brushwork: { ...brushwork, sparesSkin: 1, sparesLight: 1 } });
  expect(spread(draw({ ...flat(0.4), blue: 0.3 }, spares, frame))).toBeLessThan(0.02);
  expect(spread(draw(flat(0.8), spares, frame))).toBeLessThan(0.02);
  expect(spread(draw(flat(0.3), spares, frame))).toBeGreaterThan(0.3);
});

test('previews are drawn alike', () => {
  const size = [96, 64] as const;
  const fields: Fields = {
    size,
    tone: (x) => x / size[0],
    ink: (x, y) => Math.abs(Math.hypot(x - 48, y - 32) - 20) - 1,
  };
  const ink = { colour: INK, width: 2 };
  for (const given of [
    { steps: 3, tidemark: 0.5, shadow: 0.2, ink },
    { ink, screen: { kind: 'dots', from: 1, to: 0, pitch: 20 }, paper: { grain: 1, tone: 0.5 } },
    { ink, screen: { kind: 'lines', from: 0.8, to: 0.2, pitch: 20 } },
    { ink, screen: { kind: 'hatching', from: 1, to: 0, pitch: 20, angle: 10, follow: 2 } },
    { ink, screen: { kind: 'hatching', from: 1, to: 0, pitch: 20 }, paper: { tooth: 0.5, tone: 0.2 } },
    { steps: 4, shading: 0.5, lift: 0.5 },
    { lift: 1, shadow: 0.3 },
    { pigments: PIGMENTS, brushwork: { kind: 'facets', size: 4, follow: 0.05, sparesLight: 0.5 } },
    { pigments: PIGMENTS, brushwork: { kind: 'waves', size: 4, depth: 0.6 }, steps: 3 },
    { ink, brushwork: { kind: 'drums', size: 4, contour: 0.8 } },
  ] as const) {
    const drawn = recipe(given);
    const { tone, ink: distances } = planesOf(fields);
    const planes = new Float32Array([...tone, ...tone, ...tone]);
    drawPreview(planes, distances, size, drawn);
    const shown = draw(fields, drawn, size);
    const worst = most(shown.map((value, i) => Math.abs(value - planes[i]!)));
    expect(worst, JSON.stringify(given)).toBeLessThan(0.05);
  }
});
