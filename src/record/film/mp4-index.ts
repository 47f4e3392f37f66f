import { boxAt, boxesIn, headerOf, LONGEST_HEADER, viewOf } from './boxes.ts';
import type { FilmSource } from '../convert-protocol.ts';
import { bytesAt } from './film-bytes.ts';

/** A piece of a track that is shown, and when. In seconds. */
export interface Edit {
  /** Seconds on the track's clock. Null: nothing is shown. */
  readonly from: number | null;
  /** Infinity: to the end. */
  readonly length: number;
  /** How fast it goes; 1 is as it was filmed. */
  readonly speed: number;
}

/** What mediabunny does not read from an MP4 or MOV. */
export interface Mp4Index {
  /** When it was filmed; null where it does not say. */
  readonly date: Date | null;
  /** The edit list of each track that has one, by the track's number. */
  readonly edits: ReadonlyMap<number, readonly Edit[]>;
}

/** Seconds from 1904, where these files begin to count, to 1970. */
const EPOCH = 2_082_844_800;
/** Bytes; an index of many hours has a few million. */
const LARGEST = 1 << 28;

/** Reads a film's index. Null where there is none, as in a WebM. */
export async function readMp4Index(source: FilmSource): Promise<Mp4Index | null> {
  for (let at = 0; ;) {
    const box = headerOf(await bytesAt(source, at, LONGEST_HEADER));
    if (!box || box.size < box.header || !/^[\w ]{4}$/.test(box.type)) return null;
    if (box.type === 'moov')
      return box.size > LARGEST
        ? null
        : indexOf(await bytesAt(source, at + box.header, box.size - box.header));
    at += box.size;
    if (!Number.isFinite(at)) return null;
  }
}

/** @param movie - what the box `moov` holds. */
function indexOf(movie: Uint8Array): Mp4Index {
  const header = boxAt(movie, 'mvhd');
  const edits = new Map<number, Edit[]>();
  if (!header) return { date: null, edits };
  const times = timesOf(header);
  for (const { type, body } of boxesIn(movie)) {
    if (type !== 'trak') continue;
    const [head, media, list] = [boxAt(body, 'tkhd'), boxAt(body, 'mdia/mdhd'), boxAt(body, 'edts/elst')];
    if (!head || !media || !list) continue;
    const number = viewOf(head).getUint32(head[0] === 1 ? 20 : 12);
    edits.set(number, editsOf(list, times.scale, timesOf(media).scale));
  }
  const created = times.created === 0 ? null : new Date((times.created - EPOCH) * 1000);
  return { date: created, edits };
}

/** The times in the header of a movie or of a track's media. */
function timesOf(header: Uint8Array): { created: number; scale: number } {
  const view = viewOf(header);
  return header[0] === 1
    ? { created: Number(view.getBigUint64(4)), scale: view.getUint32(20) }
    : { created: view.getUint32(4), scale: view.getUint32(12) };
}

function editsOf(list: Uint8Array, movieScale: number, mediaScale: number): Edit[] {
  const view = viewOf(list);
  const long = list[0] === 1;
  const count = Math.min(view.getUint32(4), Math.floor((list.length - 8) / (long ? 20 : 12)));
  return Array.from({ length: count }, (_, i) => {
    const at = 8 + i * (long ? 20 : 12);
    const length = long ? Number(view.getBigUint64(at)) : view.getUint32(at);
    const from = long ? Number(view.getBigInt64(at + 8)) : view.getInt32(at + 4);
    return {
      from: from === -1 ? null : from / mediaScale,
      // A film that is written piece by piece does not know its length.
      length: length === 0 ? Infinity : length / movieScale,
      speed: view.getInt32(at + (long ? 16 : 8)) / 65_536,
    };
  });
}
