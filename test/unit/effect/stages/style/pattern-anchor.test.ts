import { expect, test } from 'vitest';
import type { MaskExtent } from '../../../../../src/effect/stages/roi.ts';
import { PatternAnchor } from '../../../../../src/effect/stages/style/pattern-anchor.ts';

/** A person as a rectangle; what is below the frame is cut off. */
function person(left: number, top: number, width = 0.3, height = 0.5): MaskExtent {
  const bottom = Math.min(1, top + height);
  return { left, top, right: left + width, bottom, x: left + width / 2, y: (top + bottom) / 2 };
}

/** How far the anchor moves from the first place to the last. */
function moved(...places: (MaskExtent | null)[]): [number, number] {
  const anchor = new PatternAnchor();
  const [first, ...rest] = places.map((place) => [...anchor.follow(place)]);
  const last = rest.at(-1)!;
  return [last[0]! - first![0]!, last[1]! - first![1]!];
}

test('moves with somebody who is all in the frame', () => {
  const [x, y] = moved(person(0.2, 0.1), person(0.25, 0.12), person(0.3, 0.3));
  expect(x).toBeCloseTo(0.1);
  expect(y).toBeCloseTo(0.2);
});

test('moves with the head of somebody whom the lower border cuts', () => {
  const [x, y] = moved(person(0.4, 0.6), person(0.45, 0.7));
  expect(x).toBeCloseTo(0.05);
  expect(y).toBeCloseTo(0.1);
});

test('stays where it is when somebody leaves, and is with them when they come back', () => {
  expect(moved(person(0.1, 0.1), null)).toEqual([0, 0]);
  const [x, y] = moved(person(0.1, 0.1), null, person(0.6, 0.4));
  expect(x).toBeCloseTo(0.5);
  expect(y).toBeCloseTo(0.3);
});

test('is the same in a film and in a segment of it', () => {
  const film = [person(0.1, 0.1), person(0.15, 0.12), person(0.3, 0.2), person(0.28, 0.3)];
  const [whole, segment] = [new PatternAnchor(), new PatternAnchor()];
  const wholes = film.map((place) => whole.follow(place));
  expect(film.slice(2).map((place) => segment.follow(place))).toEqual(wholes.slice(2));
});

test('does not jump when somebody begins to be cut', () => {
  const [, y] = moved(person(0.4, 0.46), person(0.4, 0.48));
  expect(y).toBe(0);
});
