import { describe, expect, test } from 'vitest';
import { CameraMove } from '../../quality/camera-move.ts';
import type { Clip } from '../../quality/clips.ts';
import { ClipScore, ownChange } from '../../quality/measure-clips.ts';
import { emptyPlanes, type Planes, type Size } from '../../quality/planes.ts';

const SIZE: Size = [100, 80];

/** A person between two columns, `value` strong. */
function between(left: number, right: number, value = 1): Planes {
  const planes = emptyPlanes(1, ...SIZE);
  for (let y = 0; y < SIZE[1]; y++) planes.data.fill(value, y * SIZE[0] + left, y * SIZE[0] + right);
  return planes;
}
const nobody = emptyPlanes(1, ...SIZE);

function clip(event: number | null, ...masks: Planes[]): Clip {
  return { frames: masks.map((mask) => ({ picture: emptyPlanes(3, ...SIZE), mask })), event };
}

describe("a matte's own change", () => {
  test('is none for one that moves as the person does', () => {
    const moving = [between(20, 60), between(24, 64)] as const;
    expect(ownChange(moving, moving)).toBe(0);
  });

  test('is its change where the person holds still, in the band along the outline alone', () => {
    const still = between(0, 50);
    expect(ownChange([between(0, 50, 0.9), between(0, 50, 0.7)], [still, still])).toBeCloseTo(0.1, 6);
  });

  test('counts a matte that stays behind where the person was', () => {
    // The bands are from column 45 to 59, of which four change.
    const masks = [between(0, 50), between(0, 54)] as const;
    expect(ownChange([masks[0], masks[0]], masks)).toBeCloseTo(4 / 14, 6);
  });
});

describe('the score of clips', () => {
  test('takes mean and worst over the frames with somebody, and counts false persons in the others', () => {
    const score = new ClipScore();
    const person = between(0, 50);
    score.add(clip(null, person, person, nobody, nobody), [person, between(0, 25), nobody, person]);
    score.add(clip(null, person), [between(0, 40)]);
    const figures = score.figures();
    expect(figures.iou).toBeCloseTo((1 + 0.5 + 0.8) / 3, 12);
    expect(figures.worst).toBeCloseTo(0.5, 12);
    expect(figures.worstOfClip).toBeCloseTo((0.5 + 0.8) / 2, 12);
    expect(figures).toMatchObject({ falsePersons: 0.5, wrong: null });
  });

  test('leaves the change at the event itself out of the flicker, and a sleeve at the border out of the IoU', () => {
    const score = new ClipScore();
    const [before, after] = [between(0, 50), between(60, 100)];
    score.add(clip(2, before, before, after, after), [before, before, after, after]);
    score.add(clip(null, between(0, 1)), [nobody]);
    expect(score.figures()).toMatchObject({ flicker: 0, iou: 1, falsePersons: null });
  });

  test('finds flicker where somebody is found and lost, but none where nobody ever is', () => {
    const person = between(0, 50);
    const [lost, flickering] = [new ClipScore(), new ClipScore()];
    lost.add(clip(null, person, person, person), [nobody, nobody, nobody]);
    expect(lost.figures().flicker).toBeNaN();
    flickering.add(clip(null, person, person, person), [person, nobody, person]);
    expect(flickering.figures().flicker).toBeCloseTo(0.5, 6);
  });

  test('blames the past only where somebody is found without it', () => {
    const score = new ClipScore();
    const masks = Array<Planes>(3).fill(between(0, 50));
    const lost = masks.map(() => nobody);
    score.addEvent(clip(1, ...masks), lost, lost.slice(1));
    expect(score.figures().wrong).toBeNull();
  });

  test('counts the frames until a matte is as right as without a past', () => {
    const score = new ClipScore();
    const person = between(0, 50);
    const masks = Array<Planes>(5).fill(person);
    const held = [person, nobody, nobody, between(0, 49), person];
    score.addEvent(clip(1, ...masks), held, [person, person, between(0, 49), person]);
    score.addEvent(clip(1, ...masks), masks, masks.slice(1));
    score.addEvent(
      clip(1, ...masks),
      masks.map(() => nobody),
      masks.slice(1),
    );
    expect(score.figures().wrong).toEqual({ mean: (2 + 0 + 4) / 3, most: 4, of: 3 });
  });
});

describe('the move of a camera', () => {
  const size: Size = [384, 216];
  const move = new CameraMove(3, size);

  test('is a similarity: all distances shrink alike', () => {
    for (const t of [0, 7, 25]) {
      const distance = (a: readonly [number, number], b: readonly [number, number]) =>
        Math.hypot(a[0] - b[0], a[1] - b[1]);
      const [origin, right, down] = [move.seen(t, [0, 0]), move.seen(t, [300, 0]), move.seen(t, [0, 150])];
      const scale = distance(origin, right) / 300;
      expect(distance(origin, down) / 150).toBeCloseTo(scale, 9);
      expect(scale).toBeGreaterThan(1 / 1.18);
      expect(scale).toBeLessThan(1 / 1.06);
    }
  });

  test('is slow: a few pixels from frame to frame, but far in the whole', () => {
    const ways = Array.from({ length: 29 }, (_, t) => {
      const [before, after] = [move.seen(t, [192, 108]), move.seen(t + 1, [192, 108])];
      return Math.hypot(after[0] - before[0], after[1] - before[1]);
    });
    expect(Math.max(...ways)).toBeLessThan(3);
    expect(ways.reduce((sum, way) => sum + way)).toBeGreaterThan(15);
  });
});
