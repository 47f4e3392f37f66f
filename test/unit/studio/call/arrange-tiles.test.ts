import { describe, expect, it } from 'vitest';
import { arrangeTiles } from '../../../../src/studio/call/arrange-tiles.ts';

const GAP = 10;

describe('tiles', () => {
  it.each([
    [2, 1248, 560],
    [2, 370, 560],
    [3, 1248, 560],
    [4, 370, 560],
    [5, 844, 200],
    [6, 1248, 560],
  ])('%i of them lie in %i x %i and on nobody else', (count, width, height) => {
    const tiles = arrangeTiles(count, width, height, GAP);
    expect(tiles).toHaveLength(count);
    for (const [index, a] of tiles.entries()) {
      expect(Math.min(a.left, a.top)).toBeGreaterThanOrEqual(-0.01);
      expect(a.left + a.width).toBeLessThanOrEqual(width + 0.01);
      expect(a.top + a.height).toBeLessThanOrEqual(height + 0.01);
      const shape = a.width / a.height;
      expect(shape).toBeGreaterThan(0.79);
      expect(shape).toBeLessThan(1.79);
      for (const b of tiles.slice(index + 1)) {
        const apart =
          a.left + a.width + GAP <= b.left + 0.01 ||
          b.left + b.width + GAP <= a.left + 0.01 ||
          a.top + a.height + GAP <= b.top + 0.01 ||
          b.top + b.height + GAP <= a.top + 0.01;
        expect(apart).toBe(true);
      }
    }
  });

  it('stand side by side where it is wide, and above each other on a phone', () => {
    const [left, right] = arrangeTiles(2, 1248, 560, GAP);
    expect(left!.top).toBe(right!.top);
    const [above, below] = arrangeTiles(2, 370, 560, GAP);
    expect(above!.left).toBe(below!.left);
  });

  it('centre a last row that is not full', () => {
    const tiles = arrangeTiles(5, 1248, 560, GAP);
    const last = tiles.slice(3);
    const middle = (last[0]!.left + last[1]!.left + last[1]!.width) / 2;
    expect(middle).toBeCloseTo(624);
  });
});
