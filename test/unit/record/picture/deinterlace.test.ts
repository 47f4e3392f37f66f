import { expect, test } from 'vitest';
import { joinFields } from '../../../../src/record/picture/deinterlace.ts';

const [width, height] = [16, 8];

/** An edge between dark and bright, at `even` in the even lines and at `odd` in the odd ones. */
function edge(even: number, odd: number): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, at) =>
    at % width < ((at / width) & 1 ? odd : even) ? 30 : 200,
  );
}

test('where something moves, odd lines are made of their neighbours', () => {
  const result = new Uint8Array(width * height);
  joinFields(edge(6, 9), edge(2, 4), result, width);
  expect(result).toEqual(edge(6, 6));
});

test('what does not move keeps all its lines, even one that is alone', () => {
  const still = new Uint8Array(width * height).fill(90);
  still.fill(220, 3 * width, 4 * width);
  const result = new Uint8Array(width * height);
  joinFields(still, still, result, width);
  expect(result).toEqual(still);
});

test('in the first picture everything may move', () => {
  const result = new Uint8Array(width * height);
  joinFields(edge(6, 9), null, result, width);
  expect(result).toEqual(edge(6, 6));
});
