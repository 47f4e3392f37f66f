import { expect, test } from 'vitest';
import { hasFields } from '../../../../src/record/picture/interlace.ts';

/** Sequences as x264 wrote them. */
const INTERLACED = '6764001eacd940a07b6022000003000200000300643e28532c00';
const WHOLE = '6764000aacd9428df930110000030001000003001e0f12259600';

test("H.264's sequence says whether frames may be of two fields", () => {
  expect(hasFields(Buffer.from(INTERLACED, 'hex'))).toBe(true);
  expect(hasFields(Buffer.from(WHOLE, 'hex'))).toBe(false);
});

test('a sequence that is cut off does not count as interlaced', () => {
  expect(hasFields(Buffer.from(INTERLACED.slice(0, 8), 'hex'))).toBe(false);
  expect(hasFields(new Uint8Array(0))).toBe(false);
});
