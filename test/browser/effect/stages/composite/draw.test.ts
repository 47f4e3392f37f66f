import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Size } from '../../../../../src/common/size.ts';
import { drawRecipeSchema, type DrawRecipe } from '../../../../../src/effect/models/draw-recipe.ts';
import { Compositor } from '../../../../../src/effect/stages/composite/compositor.ts';
import { drawPreview } from '../../../../../src/effect/stages/composite/draw-preview.ts';
import type { Layers } from '../../../../../src/effect/stages/layers.ts';
import { wholeFrame } from '../../../../../src/effect/stages/roi.ts';
import { encodeInk } from '../../../../../src/effect/stages/style/cpu-style-runner.ts';

const INK: [number, number, number] = [0, 0, 0];
const NET = [448, 256] as const;

/** What a style net gives for a picture, and what it saw; at `size`. */
interface Fields {
  size: Size;
  /** Grey tone, 0..1. */
  tone: (x: number, y: number) => number;
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
    texels.set([grey, grey, grey, 128].map(Math.round), 4 * i);
  }
  const ink = new Uint8Array(planes.ink.length);
  encodeInk(planes.ink, ink);
  const [codedWidth, codedHeight] = frame;
  const live = new VideoFrame(new Uint8Array(4 * codedWidth * codedHeight).fill(128), {
    ...{ format: 'RGBX', codedWidth, codedHeight, timestamp: 0 },
  });
  compositor.draw(live, {
    ...{ live: null, matte: null, share: null, blurred: null, region: 'everything', strength: 1 },
    ...{ background: { kind: 'live' }, matteAlone: false, drawsLines: true },
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
const mean = (values: Float32Array) => values.reduce((total, value) => total + value, 0) / values.length;

/** A circle's outline, drawn by the net with a line of 2 of its pixels. */
const circle: Fields = {
  size: NET,
  tone: () => 1,
  ink: (x, y) => Math.abs(Math.hypot(x - 224, y - 128) - 70) - 1,
};

for (const frame of [
  [640, 360],
  [1920, 1080],
] as const)
  describe(`ink at ${frame.join('x')}`, () => {
    const scale = Math.sqrt((frame[0] / NET[0]) * (frame[1] / NET[1]));

    for (const width of [-1, 0, 2])
      test(`a circle's line is as wide as the net drew it, and ${width} more`, () => {
        const shown = draw(circle, recipe({ ink: { colour: INK, width } }), frame);
        const expected = 2 * scale + (width * frame[1]) / 360;
        // Through the centre to all four sides: the coverage adds up to the line's width.
        const [column, line] = [frame[0] / 2, frame[1] / 2];
        const across = shown.subarray(line * frame[0], (line + 1) * frame[0]);
        const down = Float32Array.from({ length: frame[1] }, (_, y) => shown[y * frame[0] + column]!);
        for (const [cut, along] of [
          [across.subarray(0, column), frame[0] / NET[0]],
          [across.subarray(column), frame[0] / NET[0]],
          [down.subarray(0, line), frame[1] / NET[1]],
          [down.subarray(line), frame[1] / NET[1]],
        ] as const) {
          const covered = Array.from(cut, (value) => 1 - value);
          expect(Math.abs(sum(covered) - expected), `${sum(covered)}, not ${expected}`).toBeLessThan(0.5);
          // It lies where the net drew it.
          const middle = sum(covered.map((cover, i) => cover * (i + 0.5))) / sum(covered);
          const fromCentre = Math.abs(cut === down.subarray(0, line) ? line - middle : middle);
          expect(fromCentre).toBeGreaterThan(0);
          expect(along).toBeGreaterThan(1);
          // Antialiased: borders of about one pixel.
          const border = covered.filter((cover) => cover > 0.05 && cover < 0.95).length;
          expect(border).toBeLessThanOrEqual(4);
        }
      });
  });
