import { expect, test } from 'vitest';
import { readRanges, endOf, editSpans, WHOLE_TRACK } from '../../../../src/record/film/edit-spans.ts';

const edit = (from: number | null, length: number, speed = 1) => ({ from, length, speed });

test('a film without edits is read as it is, its times counted from the beginning of the cut', () => {
  expect(readRanges(WHOLE_TRACK, 2, 5)).toEqual([{ from: 2, to: 5, shift: -2 }]);
  expect(endOf(WHOLE_TRACK)).toBe(Infinity);
});

test('an edit that is shorter than its track ends the film', () => {
  const parts = editSpans([edit(0, 1.5)])!;
  expect(endOf(parts)).toBe(1.5);
  expect(readRanges(parts, 0, Infinity)).toEqual([{ from: 0, to: 1.5, shift: 0 }]);
  expect(readRanges(parts, 1, 9)).toEqual([{ from: 1, to: 1.5, shift: -1 }]);
  expect(readRanges(parts, 2, 9)).toEqual([]);
});

test('what comes late is shown late, and priming does not count', () => {
  // From the first edit on, the reader's clock is the film's.
  const parts = editSpans([edit(null, 0.5), edit(1024 / 48_000, 2)])!;
  expect(endOf(parts)).toBeCloseTo(2.5);
  expect(readRanges(parts, 0, Infinity)).toMatchObject([{ from: 0.5, to: 2.5 }]);
  expect(readRanges(parts, 0, Infinity)[0]!.shift).toBeCloseTo(0);
});

test('several edits are read one after the other, in the order in which they are shown', () => {
  // Two seconds from the third second on, then the first second.
  const parts = editSpans([edit(3, 2), edit(0, 1)])!;
  expect(endOf(parts)).toBe(3);
  // The reader takes only the first edit into account: what the film shows at 0 has the time 0
  // there.
  expect(readRanges(parts, 0, Infinity)).toEqual([
    { from: 0, to: 2, shift: 0 },
    { from: -3, to: -2, shift: 5 },
  ]);
  expect(readRanges(parts, 1.5, 2.5)).toEqual([
    { from: 1.5, to: 2, shift: -1.5 },
    { from: -3, to: -2.5, shift: 3.5 },
  ]);
});

test('a fragmented film is shown to its end, and one with another speed is not cut', () => {
  expect(endOf(editSpans([edit(0, Infinity)])!)).toBe(Infinity);
  expect(editSpans([edit(0, 2, 0.5)])).toBeNull();
});
