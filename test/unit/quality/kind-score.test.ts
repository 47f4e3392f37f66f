import { expect, test } from 'vitest';
import { areaOf, isFalsePerson, KindScore, worstTwentieth } from '../../quality/kind-score.ts';
import { emptyPlanes } from '../../quality/planes.ts';

/** A frame of 100x100 whose first rows are a person. */
function rowsOf(count: number) {
  const planes = emptyPlanes(1, 100, 100);
  planes.data.fill(1, 0, 100 * count);
  return planes;
}

test('the worst twentieth of 40 numbers is the mean of the two lowest; of few numbers it is the lowest', () => {
  const values = Array.from({ length: 40 }, (_, n) => (n * 7) % 40);
  expect(worstTwentieth(values)).toBe(0.5);
  expect(worstTwentieth([0.9, 0.3, 0.6])).toBe(0.3);
});

test('a person over 0.5 % of a frame without anybody is a false one', () => {
  const matte = emptyPlanes(1, 100, 100);
  matte.data.fill(0.6, 0, 50);
  expect(areaOf(matte)).toBe(0.005);
  expect(isFalsePerson(matte)).toBe(false);
  matte.data.fill(0.6, 0, 51);
  expect(isFalsePerson(matte)).toBe(true);
});

test('pictures with and without people are counted apart', () => {
  const score = new KindScore();
  score.add(rowsOf(50), rowsOf(50));
  score.add(rowsOf(40), rowsOf(50));
  score.add(rowsOf(0), rowsOf(0));
  score.add(rowsOf(1), rowsOf(0));
  const figures = score.figures();
  expect(figures).toMatchObject({ pictures: 2, worst: 0.8, under85: 0.5, blobs: 0, holes: 0 });
  expect(figures).toMatchObject({ empty: 2, falsePersons: 0.5 });
  expect(figures.iou).toBeCloseTo(0.9, 12);
});

test('blobs and holes are shares of the pictures with people', () => {
  const score = new KindScore();
  const blob = rowsOf(40);
  blob.data.fill(1, 100 * 60, 100 * 61);
  const hole = rowsOf(40);
  for (const row of [10, 11, 12]) hole.data.fill(0, 100 * row + 10, 100 * row + 20);
  for (const matte of [blob, hole, hole, rowsOf(40)]) score.add(matte, rowsOf(40));
  expect(score.figures()).toMatchObject({ pictures: 4, blobs: 0.25, holes: 0.5 });
});
