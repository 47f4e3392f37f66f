import { expect, test } from 'vitest';
import { findPeople } from '../../../../../src/effect/stages/matte/find-people.ts';

test('people are where the matte is dense, in shares of the frame', () => {
  const window = { grid: [576, 320], x: 64, y: 32, size: [288, 160] } as const;
  const matte = new Float32Array(288 * 160);
  for (let y = 40; y < 120; y++) matte.fill(1, y * 288 + 80, y * 288 + 112);
  // A single cell is a speck.
  for (let y = 0; y < 8; y++) matte.fill(1, y * 288 + 200, y * 288 + 208);
  expect(findPeople(matte, window)).toEqual({
    left: (64 + 80) / 576,
    top: (32 + 40) / 320,
    right: (64 + 112) / 576,
    bottom: (32 + 120) / 320,
  });
  expect(findPeople(new Float32Array(288 * 160), window)).toBeNull();
});
