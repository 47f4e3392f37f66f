import { describe, expect, test } from 'vitest';
import { boxAt, viewOf } from '../../../../src/record/film/boxes.ts';
import { moveIndexFirst, type OpenFile } from '../../../../src/record/file/index-first.ts';

function box(type: string, ...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = Buffer.concat(parts);
  const bytes = new Uint8Array(8 + body.length);
  new DataView(bytes.buffer).setUint32(0, bytes.length);
  bytes.set(Buffer.from(type, 'latin1'), 4);
  bytes.set(body, 8);
  return bytes;
}

function numbers(...values: number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  for (const [index, value] of values.entries()) new DataView(bytes.buffer).setUint32(4 * index, value);
  return bytes;
}

const index = (table: Uint8Array) =>
  box('moov', box('mvhd', numbers(0, 1)), box('trak', box('mdia', box('minf', box('stbl', table)))));

function inMemory(given: Uint8Array): OpenFile & { bytes: Uint8Array } {
  const bytes = Uint8Array.from(given);
  return {
    bytes,
    size: bytes.length,
    read: (into, at) => {
      into.set(bytes.subarray(at, at + into.length));
    },
    write: (part, at) => {
      bytes.set(part, at);
    },
  };
}

const start = box('ftyp', numbers(1));
// Larger than what is moved in one go.
const content = new Uint8Array(9 << 20).map((_, at) => at * 31);
const media = box('mdat', content);

describe("an MP4's index", () => {
  test.for(['stco', 'co64'])('goes first, its places (%s) follow, and the rest stays', async (kind) => {
    const places = [start.length + 8, start.length + 8 + 1000];
    const table = box(
      kind,
      numbers(0, places.length, ...places.flatMap((place) => (kind === 'co64' ? [0, place] : [place]))),
    );
    const moov = index(table);
    const tail = box('free', numbers(7));
    const file = inMemory(Buffer.concat([start, media, moov, tail]));
    await moveIndexFirst(file);
    expect(file.bytes.subarray(0, start.length)).toEqual(start);
    const moved = file.bytes.subarray(start.length, start.length + moov.length);
    const found = viewOf(boxAt(moved, 'moov/trak/mdia/minf/stbl/' + kind)!);
    for (const [at, place] of places.entries()) {
      const now = kind === 'co64' ? Number(found.getBigUint64(8 + 8 * at)) : found.getUint32(8 + 4 * at);
      expect(file.bytes[now]).toBe(content[place - start.length - 8]);
      expect(now).toBe(place + moov.length);
    }
    expect(
      Buffer.compare(file.bytes.subarray(start.length + moov.length), Buffer.concat([media, tail])),
    ).toBe(0);
  });

  test.for([
    ['is first already', Buffer.concat([start, index(box('stco', numbers(0, 1, 9))), media])],
    ['is in pieces', Buffer.concat([start, index(box('stco', numbers(0, 0))), box('moof'), box('mdat')])],
    [
      'would need longer numbers',
      Buffer.concat([start, media, index(box('stco', numbers(0, 1, 0xffffffff)))]),
    ],
    ['is none: a WebM', Buffer.from('1a45dfa3010000000000001f4286810142f7810142f2810442f381084282', 'hex')],
    ['is cut off', Buffer.concat([start, media]).subarray(0, 300)],
  ] as const)('stays where it is when it %s', async ([, bytes]) => {
    const file = inMemory(bytes);
    await moveIndexFirst(file);
    expect(Buffer.compare(file.bytes, bytes)).toBe(0);
  });
});
