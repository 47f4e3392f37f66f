import { expect, test } from 'vitest';
import { matroskaMetadata } from '../../../../src/record/film/film-metadata.ts';

const HEADER = '1a45dfa38442868101';
// A segment of unknown length, then one that begins with another element.
const SEGMENT = '1853806701ffffffffffffff';
const NOTHING = { title: null, date: null };
const OTHER = '114d9b7482aaaa';

test('the title and the date of a Matroska film are read', () => {
  const nanoseconds = BigInt(Date.UTC(2019, 6, 14, 10) - Date.UTC(2001, 0, 1)) * 1_000_000n;
  const date = `446188${nanoseconds.toString(16).padStart(16, '0')}`;
  const title = `7ba987${Buffer.from('Holiday').toString('hex')}`;
  const film = Buffer.from(`${HEADER}${SEGMENT}${OTHER}1549a9669f2ad7b1830f4240${title}${date}`, 'hex');
  expect(matroskaMetadata(film)).toEqual({ title: 'Holiday', date: new Date('2019-07-14T10:00:00Z') });
});

test('a film without them, or one that is cut off, has neither', () => {
  expect(matroskaMetadata(Buffer.from(`${HEADER}${SEGMENT}${OTHER}`, 'hex'))).toEqual(NOTHING);
  expect(matroskaMetadata(Buffer.from(`${HEADER}${SEGMENT}1549a9669544618800`, 'hex'))).toEqual(NOTHING);
  expect(matroskaMetadata(new Uint8Array(0))).toEqual(NOTHING);
});
