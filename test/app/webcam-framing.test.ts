/**
 * Whether the matte is right for what webcams show besides portraits: somebody behind a desk, scene
 * cuts, and pictures that are hard for other reasons. It judges frames of the demo clip, whose
 * mattes are known, after a conversion: `convert --matte-only` gives exactly one picture for each
 * frame of the film. The figures are written to test-results/webcam-framing.txt, whether the tests
 * pass or not.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { farAway } from '../../scripts/demo/far-away.ts';
import { demoFrame, type DemoFrame, type DemoOptions } from '../../scripts/demo/frame.ts';
import { hasBlob, iou, mean } from '../quality/matte.ts';
import { convert } from '../fixtures/convert-command.ts';
import { decodePictures, noFfmpeg } from '../fixtures/ffmpeg.ts';
import { writeFilm } from '../fixtures/film.ts';

const [WIDTH, HEIGHT, RATE] = [640, 360, 30];
/** So many frames after a cut the matte must be right. */
const SETTLING = 3;
/** By how much its IoU may then be below the IoU at which it settles. */
const SETTLED = 0.02;

/** What a film shows from one cut to the next. */
interface Scene {
  readonly name: string;
  readonly frames: number;
  readonly draw: (index: number) => DemoFrame;
}

/** How good the product's matte of a frame is. */
interface Verdict {
  /** Intersection over union with the true matte; 1 where nobody is there and nobody was found. */
  readonly iou: number;
  /** Pixels on the wrong side of the outline, as a share of the frame. */
  readonly wrong: number;
  /** Pixels that the matte gives to a person, as a share of the frame. */
  readonly cover: number;
  /** Whether a region over 0.2 % of the frame that touches no person is taken for one. */
  readonly blob: boolean;
}

const demo = (options: DemoOptions) => (index: number) => demoFrame(index / RATE, WIDTH, HEIGHT, options);

/** Somebody who is far away comes near by a cut, leaves an empty desk by another, and is back. */
const cuts: readonly Scene[] = [
  { name: 'portrait', frames: 20, draw: demo({}) },
  { name: 'desk after a portrait', frames: 45, draw: demo({ framing: 'desk' }) },
  { name: 'nobody at the desk', frames: 20, draw: demo({ framing: 'desk', person: false }) },
  { name: 'desk after nobody', frames: 40, draw: demo({ framing: 'desk' }) },
];

/** A frame of the desk whose person and room are coloured apart. */
function recoloured(colour: (person: boolean, rgb: readonly number[]) => readonly number[]) {
  return (index: number): DemoFrame => {
    const seconds = index / RATE;
    const frame = demoFrame(seconds, WIDTH, HEIGHT, { framing: 'desk' });
    const room = demoFrame(seconds, WIDTH, HEIGHT, { framing: 'desk', person: false });
    for (const [pixel, alpha] of frame.matte.entries()) {
      const at = 4 * pixel;
      const share = alpha / 255;
      const behind = [...room.rgba.subarray(at, at + 3)];
      const person = behind.map((value, c) =>
        share === 0 ? 0 : (frame.rgba[at + c]! - (1 - share) * value) / share,
      );
      const [front, back] = [colour(true, person), colour(false, behind)];
      for (let c = 0; c < 3; c++) frame.rgba[at + c] = share * front[c]! + (1 - share) * back[c]!;
    }
    return frame;
  };
}

/** The same brown for person and room, with half of the contrast. */
function brown(_person: boolean, [red, green, blue]: readonly number[]): readonly number[] {
  const luma = 55 + 0.5 * (0.299 * red! + 0.587 * green! + 0.114 * blue!);
  return [1.15 * luma, 0.95 * luma, 0.75 * luma];
}

/** A part of the portrait at twice its size: a face from one edge of the frame to the other. */
function closeUp(index: number): DemoFrame {
  const whole = demoFrame(index / RATE, 2 * WIDTH, 2 * HEIGHT);
  const [left, top] = [WIDTH / 2, Math.round(0.09 * HEIGHT)];
  const rgba = new Uint8ClampedArray(4 * WIDTH * HEIGHT);
  const matte = new Uint8Array(WIDTH * HEIGHT);
  for (let y = 0; y < HEIGHT; y++) {
    const from = (y + top) * whole.width + left;
    rgba.set(whole.rgba.subarray(4 * from, 4 * (from + WIDTH)), 4 * y * WIDTH);
    matte.set(whole.matte.subarray(from, from + WIDTH), y * WIDTH);
  }
  return { width: WIDTH, height: HEIGHT, rgba, matte };
}

const HARD_FRAMES = 30;
const hard: readonly Scene[] = [
  { name: 'dark', frames: HARD_FRAMES, draw: demo({ framing: 'desk' }) },
  {
    name: 'against the light',
    frames: HARD_FRAMES,
    draw: recoloured((person, rgb) => rgb.map((value) => value * (person ? 0.4 : 1.9))),
  },
  { name: 'brown on brown', frames: HARD_FRAMES, draw: recoloured(brown) },
  { name: 'a face that fills the frame', frames: HARD_FRAMES, draw: closeUp },
  { name: '15 % of the height', frames: HARD_FRAMES, draw: (index) => farAway(index / RATE, WIDTH, HEIGHT) },
];
/** 2026-11-30: in the dark a blotch shows in up to three frames. Lower it when a net is better. */
const BLOTCHED: Readonly<Record<string, number>> = { dark: 4 };
/** The first scene as a cheap camera sees it at night. */
const NIGHT = ['eq=gamma=0.4:contrast=0.6', 'noise=alls=18:allf=t:all_seed=1']
  .map((filter) => `${filter}:enable='lt(n,${HARD_FRAMES})'`)
  .join(',');

function* drawn(scenes: readonly Scene[], mattes: Uint8Array[]): Generator<Uint8ClampedArray> {
  for (const { frames, draw } of scenes)
    for (let index = 0; index < frames; index++) {
      const { rgba, matte } = draw(index);
      mattes.push(matte);
      yield rgba;
    }
}

function judge(found: Uint8Array, truth: Uint8Array): Verdict {
  const planes = (bytes: Uint8Array) => ({
    ...{ channels: 1, width: WIDTH, height: HEIGHT },
    data: Float32Array.from(bytes, (byte) => byte / 255),
  });
  const [matte, mask] = [planes(found), planes(truth)];
  let [wrong, cover] = [0, 0];
  for (const [pixel, value] of found.entries()) {
    if (value > 127 !== truth[pixel]! > 127) wrong++;
    if (value > 127) cover++;
  }
  const pixels = WIDTH * HEIGHT;
  const blob = hasBlob(matte, mask);
  return { iou: iou(matte, mask), wrong: wrong / pixels, cover: cover / pixels, blob };
}

/** How many frames after the cut are clearly worse than the IoU at which the matte settles. */
function late(verdicts: readonly Verdict[]): number {
  const settled = mean(verdicts.slice(-20).map((verdict) => verdict.iou));
  return verdicts.findIndex((verdict) => verdict.iou >= settled - SETTLED);
}

/** A scene's figures as a line of the table. */
function figuresOf(name: string, all: readonly Verdict[]): string {
  const settled = all.slice(SETTLING - 1);
  const column = (key: 'iou' | 'wrong' | 'cover') => settled.map((verdict) => verdict[key]);
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`.padStart(8);
  return [
    name.padEnd(28),
    mean(column('iou')).toFixed(3).padStart(8),
    Math.min(...column('iou'))
      .toFixed(3)
      .padStart(6),
    percent(mean(column('wrong'))),
    percent(Math.max(...column('wrong'))),
    percent(mean(column('cover'))),
    String(settled.filter(({ blob }) => blob).length).padStart(5),
    String(late(all)).padStart(4),
    // The IoU of the first frames, where the matte's memory of the scene before would show.
    `  ${all
      .slice(0, 8)
      .map((verdict) => verdict.iou.toFixed(2))
      .join(' ')}`,
  ].join(' ');
}

let folder: string;
const verdicts = new Map<string, Verdict[]>();
const figures = [
  'scene                        mean IoU  worst    wrong     most    cover blobs late   the first frames',
];
/** The whole table, for the message of a test that fails. */
const told = () => figures.join('\n');

beforeAll(async () => {
  if (noFfmpeg) return;
  folder = await mkdtemp(join(tmpdir(), 'portoon-framing-'));
  const truths: Record<'cuts' | 'hard', Uint8Array[]> = { cuts: [], hard: [] };
  const size = { width: WIDTH, height: HEIGHT };
  await writeFilm(join(folder, 'cuts.mp4'), drawn(cuts, truths.cuts), size);
  await writeFilm(join(folder, 'hard.mp4'), drawn(hard, truths.hard), { ...size, filter: NIGHT });
  const run = await convert(folder, 'cuts.mp4', 'hard.mp4', '-o', 'mattes/', '--matte-only');
  expect(run.errors).toBe('');
  expect(run.code).toBe(0);
  for (const [name, scenes] of Object.entries({ cuts, hard })) {
    const truth = truths[name as keyof typeof truths];
    const grey = await decodePictures(join(folder, `mattes/${name}-matte.mp4`), { pixels: 'gray' });
    expect(grey.length).toBe(truth.length * WIDTH * HEIGHT);
    let frame = 0;
    for (const scene of scenes) {
      const own = Array.from({ length: scene.frames }, () => {
        const matte = grey.subarray(frame * WIDTH * HEIGHT, (frame + 1) * WIDTH * HEIGHT);
        return judge(matte, truth[frame++]!);
      });
      verdicts.set(scene.name, own);
      figures.push(figuresOf(scene.name, own));
    }
  }
  await mkdir('test-results', { recursive: true });
  await writeFile('test-results/webcam-framing.txt', `${told()}\n`);
}, 900_000);

afterAll(async () => {
  if (!noFfmpeg) await rm(folder, { recursive: true });
});

/** The frames of a scene from when the matte must be right. */
const settledIn = (name: string) => verdicts.get(name)!.slice(SETTLING - 1);

describe.skipIf(noFfmpeg)('somebody behind a desk', () => {
  for (const name of ['portrait', 'desk after a portrait', 'desk after nobody'])
    test(`${name}: the person is whole from the third frame on`, () => {
      const ious = settledIn(name).map((verdict) => verdict.iou);
      expect(mean(ious), told()).toBeGreaterThanOrEqual(0.9);
      expect(Math.min(...ious), told()).toBeGreaterThanOrEqual(0.8);
      expect(late(verdicts.get(name)!), told()).toBeLessThanOrEqual(SETTLING);
    });

  test('an empty chair, a lamp and a picture are not taken for people', () => {
    for (const { cover } of settledIn('nobody at the desk')) expect(cover, told()).toBeLessThan(0.005);
  });
});

describe.skipIf(noFfmpeg)('what is hard to see', () => {
  for (const { name } of hard) {
    test(`${name}: few pixels are wrong`, () => {
      const settled = settledIn(name);
      for (const { wrong } of settled) expect(wrong, told()).toBeLessThan(0.05);
      // Where a person fills 6 % of the frame, a wrong 5 % could be nearly all of them, so the IoU
      // is checked too.
      const ious = settled.map((verdict) => verdict.iou);
      expect(mean(ious), told()).toBeGreaterThanOrEqual(0.8);
    });

    const most = BLOTCHED[name] ?? 0;
    test(`${name}: a blotch is taken for a person in ${most > 0 ? `${most} frames at most` : 'no frame'}`, () => {
      const blotched = settledIn(name).filter(({ blob }) => blob).length;
      expect(blotched, told()).toBeLessThanOrEqual(most);
    });
  }
});
