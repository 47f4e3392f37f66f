import { expect, test } from 'vitest';
import { matteSize, netSize } from '../../../../src/effect/stages/net-size.ts';

test('net sizes are multiples of 32 and near the camera’s shape', () => {
  expect(netSize(192, 16 / 9)).toEqual([352, 192]);
  expect(netSize(192, 9 / 16)).toEqual([192, 352]);
  expect(matteSize(16 / 9)).toEqual([288, 160]);
  for (const aspect of [16 / 9, 4 / 3, 1, 3 / 4, 9 / 16, 21 / 9])
    for (const size of [netSize(200, aspect), matteSize(aspect)]) {
      expect(size[0] % 32).toBe(0);
      expect(size[1] % 32).toBe(0);
      expect(Math.abs(size[0] / size[1] / aspect - 1)).toBeLessThan(0.13);
    }
});
