import { describe, expect, test } from 'vitest';
import { MatteCleanup } from '../../../../../src/effect/stages/matte/matte-cleanup.ts';
import { wholeFrame } from '../../../../../src/effect/stages/roi.ts';

const WIDTH = 96;
const HEIGHT = 64;

interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
  value?: number;
}

const person: Rectangle = { x: 30, y: 16, width: 30, height: 48 };

function matteOf(...rectangles: Rectangle[]): Float32Array {
  const matte = new Float32Array(WIDTH * HEIGHT);
  for (const { x, y, width, height, value = 1 } of rectangles)
    for (let row = y; row < y + height; row++) matte.fill(value, row * WIDTH + x, row * WIDTH + x + width);
  return matte;
}

const at = (matte: Float32Array, x: number, y: number) => matte[y * WIDTH + x]!;

/** Cleans the same matte for some frames, and returns its values at one place. */
function follow(guard: MatteCleanup, matte: Float32Array, frames: number, x: number, y: number): number[] {
  return Array.from({ length: frames }, () => {
    const guarded = matte.slice();
    guard.clean(guarded, wholeFrame([WIDTH, HEIGHT]));
    return at(guarded, x, y);
  });
}

describe('the matte cleanup', () => {
  test('leaves a person alone, to the last value', () => {
    const guard = new MatteCleanup();
    const matte = matteOf({ x: 28, y: 14, width: 34, height: 50, value: 0.3 }, person);
    for (let frame = 0; frame < 3; frame++) {
      const guarded = matte.slice();
      guard.clean(guarded, wholeFrame([WIDTH, HEIGHT]));
      expect(guarded).toEqual(matte);
    }
  });

  test('never shows a blotch, from its first frame to its last', () => {
    const blotch = { x: 2, y: 4, width: 8, height: 6 };
    expect(Math.max(...follow(new MatteCleanup(), matteOf(person, blotch), 60, 5, 6))).toBe(0);
  });

  test('shows nothing of a speck in an empty room', () => {
    const speck = { x: 50, y: 20, width: 4, height: 4 };
    expect(Math.max(...follow(new MatteCleanup(), matteOf(speck), 30, 51, 21))).toBe(0);
  });

  test('lets a part that loses its connection fade, and come back, without a jump', () => {
    const guard = new MatteCleanup();
    const hand = { x: 66, y: 30, width: 7, height: 7 };
    const arm = { x: 60, y: 32, width: 6, height: 3 };
    const connected = follow(guard, matteOf(person, arm, hand), 5, 70, 33);
    const severed = follow(guard, matteOf(person, hand), 20, 70, 33);
    const again = follow(guard, matteOf(person, arm, hand), 20, 70, 33);
    expect(connected.at(-1)).toBe(1);
    expect(severed.at(-1)).toBe(0);
    expect(again.at(-1)).toBe(1);
    const values = [...connected, ...severed, ...again];
    const largestJump = Math.max(...values.slice(1).map((value, i) => Math.abs(value - values[i]!)));
    expect(largestJump).toBeLessThanOrEqual(0.21);
  });

  test('a part of the person that moves is there at once', () => {
    const guard = new MatteCleanup();
    follow(guard, matteOf(person), 5, 70, 33);
    const arm = { x: 60, y: 30, width: 16, height: 7 };
    expect(follow(guard, matteOf(person, arm), 1, 70, 33)).toEqual([1]);
  });

  test('lets a second person in who stays, and keeps both steadily', () => {
    const guard = new MatteCleanup();
    const second = { x: 74, y: 30, width: 18, height: 34 };
    const entering = follow(guard, matteOf(person, second), 30, 80, 50);
    expect(entering[0]).toBe(0);
    const staying = follow(guard, matteOf(person, second), 100, 80, 50);
    expect(Math.min(...staying)).toBe(1);
  });

  test('a hand that comes in at the border, apart from the body, is there after a few frames', () => {
    const hand = { x: 0, y: 40, width: 7, height: 6 };
    const seen = follow(new MatteCleanup(), matteOf(person, hand), 12, 3, 43);
    expect(seen.slice(0, 3)).toEqual([0, 0, 0]);
    expect(seen.at(-1)).toBe(1);
  });

  test('a blotch at the border is held back, because its alpha is low', () => {
    const blotch = { x: 0, y: 40, width: 7, height: 6, value: 0.7 };
    expect(Math.max(...follow(new MatteCleanup(), matteOf(person, blotch), 60, 3, 43))).toBe(0);
  });

  test('two people far off are both there, though each is small', () => {
    const one = { x: 20, y: 30, width: 5, height: 12 };
    const other = { x: 60, y: 32, width: 4, height: 10 };
    expect(follow(new MatteCleanup(), matteOf(one, other), 30, 62, 36).at(-1)).toBe(1);
  });

  test('a region is cleaned like the same place of the whole frame', () => {
    // The borders of the region are not the frame's, so what touches them is not a hand that
    // enters. Sizes are judged in the frame.
    const window = {
      grid: [2 * WIDTH, 2 * HEIGHT],
      x: WIDTH / 2,
      y: HEIGHT / 2,
      size: [WIDTH, HEIGHT],
    } as const;
    const inside = { x: 0, y: 20, width: 9, height: 9 };
    const guard = new MatteCleanup();
    for (let frame = 0; frame < 20; frame++) {
      const guarded = matteOf(person, inside);
      guard.clean(guarded, window);
      expect(at(guarded, 4, 24)).toBe(0);
      expect(at(guarded, 40, 40)).toBe(1);
    }
  });

  test('what is held back stays so when the region moves', () => {
    const blotch = { x: 70, y: 30, width: 8, height: 6, value: 0.7 };
    const guard = new MatteCleanup();
    const whole = wholeFrame([WIDTH, HEIGHT]);
    follow(guard, matteOf(person, blotch), 5, 72, 32);
    const moved = { grid: [WIDTH, HEIGHT], x: 32, y: 0, size: [64, 64] } as const;
    guard.moveTo(whole, moved);
    const matte = new Float32Array(64 * 64);
    for (let y = 16; y < 64; y++) matte.fill(1, y * 64, y * 64 + 28);
    for (let y = 30; y < 36; y++) matte.fill(0.7, y * 64 + 38, y * 64 + 46);
    // It now touches the person, and fades in.
    for (let y = 32; y < 34; y++) matte.fill(1, y * 64 + 28, y * 64 + 38);
    guard.clean(matte, moved);
    expect(matte[32 * 64 + 41]).toBeCloseTo(0.7 * 0.2, 2);
    expect(matte[40 * 64 + 10]).toBe(1);
  });

  test('fills a hole in the person, and leaves the gap under an arm', () => {
    const guard = new MatteCleanup();
    const hole = { x: 40, y: 30, width: 5, height: 5, value: 0 };
    expect(follow(guard, matteOf(person, hole), 20, 42, 32).at(-1)).toBe(1);
    const gap = { x: 38, y: 28, width: 12, height: 14, value: 0 };
    expect(Math.max(...follow(new MatteCleanup(), matteOf(person, gap), 20, 44, 35))).toBe(0);
  });

  test('a hole that opens in a person who was whole is never seen', () => {
    const guard = new MatteCleanup();
    follow(guard, matteOf(person), 5, 42, 32);
    const hole = { x: 40, y: 30, width: 5, height: 5, value: 0 };
    expect(Math.min(...follow(guard, matteOf(person, hole), 10, 42, 32))).toBe(1);
  });

  test('takes a matte of another size as a new beginning', () => {
    const guard = new MatteCleanup();
    follow(guard, matteOf(person), 3, 42, 32);
    const small = new Float32Array(32 * 32).fill(1);
    guard.clean(small, wholeFrame([32, 32]));
    expect(small.every((alpha) => alpha === 1)).toBe(true);
  });
});
