import { expect, test } from 'vitest';
import { formatTime, readTrim } from '../../../../src/studio/convert/read-time.ts';

test.each([
  ['', '', {}],
  ['90', '', { from: 90 }],
  ['1:30', '1:02:03', { from: 90, to: 3723 }],
  ['99:59', '100:00', { from: 5999, to: 6000 }],
  ['0,5', ' 1.5 ', { from: 0.5, to: 1.5 }],
])('from %j to %j', (from, to, trim) => {
  expect(readTrim(from, to)).toEqual(trim);
});

test.each([
  ['soon', ''],
  ['', '1:2:3:4'],
  ['1:99', ''],
  ['1:60:00', ''],
  ['2', '1'],
  ['1', '1'],
])('from %j to %j is refused', (from, to) => {
  expect(readTrim(from, to)).toBeNull();
});

test('a start behind the end of the film is refused', () => {
  expect(readTrim('1:30', '', 8)).toBeNull();
  expect(readTrim('7', '1:30', 8)).toEqual({ from: 7, to: 90 });
});

test.each([0, 7, 12.34, 59.96, 90, 3723.5])('%d seconds are read as they are written', (seconds) => {
  const written = formatTime(seconds);
  expect(readTrim(written, '')).toEqual({ from: Math.round(seconds * 10) / 10 });
});
