import { boxesIn, headerOf, LONGEST_HEADER, viewOf } from '../film/boxes.ts';

/** A file that can be read and written anywhere. */
export interface OpenFile {
  /** Bytes. */
  readonly size: number;
  /** Fills `into` from a place in the file; what lies behind the end is left out. */
  read(into: Uint8Array, at: number): Promise<void> | void;
  write(bytes: Uint8Array, at: number): Promise<void> | void;
}

/** Bytes that are moved in one go. */
const PIECE = 4 << 20;
/** Boxes that hold the tables of chunk offsets. */
const WAY = new Set(['trak', 'mdia', 'minf', 'stbl']);

/**
 * Moves an MP4's index (`moov`) in front of its pictures and sound, so that it plays while it is
 * still being downloaded. The file keeps its length. One that is in order already, is no MP4, or
 * would need longer numbers, stays as it is.
 */
export async function moveIndexFirst(file: OpenFile): Promise<void> {
  let content = 0;
  for (let at = 0; at < file.size;) {
    const head = new Uint8Array(Math.min(LONGEST_HEADER, file.size - at));
    await file.read(head, at);
    const box = headerOf(head);
    if (!box || box.size < box.header) return;
    if (box.type === 'moof' || (box.type === 'moov' && content === 0)) return;
    if (box.type === 'mdat' && content === 0) content = at;
    if (box.type === 'moov') {
      // What may stand behind the index stays there.
      const index = new Uint8Array(Math.min(box.size, file.size - at));
      await file.read(index, at);
      if (!shiftChunkOffsets(index.subarray(box.header), index.length)) return;
      await moveUp(file, content, at, index.length);
      await file.write(index, content);
      return;
    }
    at += box.size;
  }
}

/** Adds to all chunk offsets of an index. Returns whether they fit into their fields. */
function shiftChunkOffsets(index: Uint8Array, by: number): boolean {
  const tables: { view: DataView; long: boolean }[] = [];
  const collect = (bytes: Uint8Array) => {
    for (const { type, body } of boxesIn(bytes))
      if (WAY.has(type)) collect(body);
      else if (type === 'stco' || type === 'co64') tables.push({ view: viewOf(body), long: type === 'co64' });
  };
  collect(index);
  for (const { view, long } of tables) {
    if (long) continue;
    const count = view.getUint32(4);
    for (let i = 0; i < count; i++) if (view.getUint32(8 + 4 * i) + by > 0xffffffff) return false;
  }
  for (const { view, long } of tables) {
    const count = view.getUint32(4);
    for (let i = 0; i < count; i++)
      if (long) view.setBigUint64(8 + 8 * i, view.getBigUint64(8 + 8 * i) + BigInt(by));
      else view.setUint32(8 + 4 * i, view.getUint32(8 + 4 * i) + by);
  }
  return true;
}

/** Moves what lies between two places, the last of it first. */
async function moveUp(file: OpenFile, from: number, to: number, by: number): Promise<void> {
  const piece = new Uint8Array(Math.min(PIECE, to - from));
  for (let end = to; end > from;) {
    const part = piece.subarray(0, Math.min(piece.length, end - from));
    end -= part.length;
    await file.read(part, end);
    await file.write(part, end + by);
  }
}
