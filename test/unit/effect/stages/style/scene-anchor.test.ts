import { expect, test } from 'vitest';
import { STILL, type Similarity } from '../../../../../src/effect/stages/style/camera-motion.ts';
import { SceneAnchor, scenerySize } from '../../../../../src/effect/stages/style/scene-anchor.ts';
import { randomField } from '../../random-field.ts';

const SIZE = scenerySize(16 / 9);
const [WIDTH, HEIGHT] = SIZE;
type Place = readonly [x: number, y: number];
type Picture = (place: Place) => number;

/** A room without borders: smooth noise. Lengths are in heights of the frame. */
function room(seed: number): Picture {
  const cells = randomField(64 * 64, seed);
  const cell = (x: number, y: number) => cells[(y & 63) * 64 + (x & 63)]!;
  return ([x, y]) => {
    const [u, v] = [9 * x + 32, 9 * y + 32];
    const [left, top] = [Math.floor(u), Math.floor(v)];
    const ease = (t: number) => t * t * (3 - 2 * t);
    const [right, down] = [ease(u - left), ease(v - top)];
    const above = cell(left, top) + right * (cell(left + 1, top) - cell(left, top));
    const below = cell(left, top + 1) + right * (cell(left + 1, top + 1) - cell(left, top + 1));
    return above + down * (below - above);
  };
}

const go = ({ cos, sin, right, down }: Similarity, [x, y]: Place): Place => [
  cos * x - sin * y + right,
  sin * x + cos * y + down,
];

/**
 * What a camera sees of a picture.
 * @param camera - maps places of the frame to places of the picture.
 */
function seen(picture: Picture, camera: Similarity, grainSeed: number): Float32Array {
  const grain = randomField(WIDTH * HEIGHT, grainSeed);
  const grey = Float32Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
    const place: Place = [((i % WIDTH) + 0.5) / HEIGHT, (Math.floor(i / WIDTH) + 0.5) / HEIGHT];
    return picture(go(camera, place)) + 0.02 * (grain[i]! - 0.5);
  });
  return new Float32Array([...grey, ...grey, ...grey]);
}

const CORNERS: readonly Place[] = [
  [0, 0],
  [WIDTH / HEIGHT, 0],
  [0, 1],
  [WIDTH / HEIGHT, 1],
];

/**
 * The largest distance between where two similarities put a corner of the frame, in heights of the
 * frame.
 */
function apart(a: Similarity, b: Similarity): number {
  return Math.max(
    ...CORNERS.map((corner) => {
      const [[x, y], [u, v]] = [go(a, corner), go(b, corner)];
      return Math.hypot(x - u, y - v);
    }),
  );
}

/** A pan with a turn and a zoom, as a hand makes them. */
function pan(t: number): Similarity {
  const [scale, angle] = [1 + 0.004 * t, 0.003 * t];
  return { cos: scale * Math.cos(angle), sin: scale * Math.sin(angle), right: 0.012 * t, down: -0.008 * t };
}

test('patterns stay on the scene before a camera that moves', () => {
  const anchor = new SceneAnchor();
  const picture = room(1);
  for (let t = 0; t < 8; t++) {
    const found = anchor.follow(seen(picture, pan(t), t), SIZE);
    // Half a pixel at 360 lines. The patterns' own size returns slowly, by less than 1 %.
    expect(apart(found, pan(t)), `frame ${t}`).toBeLessThan(1.5 / 360);
  }
});

test('patterns stay where they are before a still camera, even if somebody moves there', () => {
  const anchor = new SceneAnchor();
  const [picture, coat] = [room(2), room(3)];
  for (let t = 0; t < 40; t++) {
    const person: Picture = ([x, y]) =>
      Math.hypot((x - 0.6 - 0.015 * t) / 0.25, (y - 0.7) / 0.5) < 1
        ? coat([x - 0.015 * t, y])
        : picture([x, y]);
    const found = anchor.follow(seen(person, STILL, t), SIZE);
    expect(apart(found, STILL), `frame ${t}`).toBeLessThan(0.25 / 360);
  }
});

test('patterns stay where they are over a cut, over a change of shape, and in the dark', () => {
  const anchor = new SceneAnchor();
  anchor.follow(seen(room(4), STILL, 1), SIZE);
  const before = anchor.follow(seen(room(4), pan(2), 2), SIZE);
  expect(apart(before, STILL)).toBeGreaterThan(5 / 360);
  expect(anchor.follow(seen(room(5), STILL, 3), SIZE)).toEqual(before);
  const tall = scenerySize(9 / 16);
  expect(anchor.follow(new Float32Array(3 * tall[0] * tall[1]), tall)).toEqual(before);
  expect(anchor.follow(new Float32Array(3 * tall[0] * tall[1]), tall)).toEqual(before);
});

test('a pattern that has grown with the scene comes back to its size while the camera moves', () => {
  const anchor = new SceneAnchor();
  const picture = room(6);
  const near = (t: number): Similarity => ({ ...STILL, cos: 0.97 ** t });
  let found = STILL;
  for (let t = 0; t < 20; t++) found = anchor.follow(seen(picture, near(t), t), SIZE);
  const grown = Math.hypot(found.cos, found.sin);
  expect(grown).toBeLessThan(0.65);
  const aside = (t: number): Similarity => ({ ...near(20), right: 0.01 * t });
  for (let t = 0; t < 60; t++) found = anchor.follow(seen(picture, aside(t), t), SIZE);
  expect(Math.hypot(found.cos, found.sin)).toBeGreaterThan(grown + 0.1);
});
