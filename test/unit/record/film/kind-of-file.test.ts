import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { kindOfFile } from '../../../../src/record/film/kind-of-file.ts';

const ascii = (text: string) => new TextEncoder().encode(text);

test.each([
  ['a PNG picture', readFileSync('scripts/demo/person.png').subarray(0, 512), false],
  ['an archive (gzip)', gzipSync('anything'), false],
  ['a PDF', ascii('%PDF-1.7\n%\u00e2\u00e3'), false],
  ['an AVI film', ascii('RIFF\u0001\u0002\u0003\u0004AVI LIST'), true],
  ['a web page', ascii('\n<!DOCTYPE html><title>404</title>'), false],
  ['a text file', ascii('Dear diary,\n\ttoday I made a film. Grüße'), false],
])('knows %s', (name, head, film) => {
  expect(kindOfFile(head)).toEqual({ name, film });
});

test('says nothing of what it does not know', () => {
  expect(kindOfFile(new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]))).toBeNull();
  expect(kindOfFile(new Uint8Array(0))).toBeNull();
});
