/** A box of an MP4 or MOV file, as a part of what it was read from. */
export interface Box {
  readonly type: string;
  /** What it holds, without its header. */
  readonly body: Uint8Array;
  /** Where the body begins in the bytes that were searched. */
  readonly at: number;
}

/** Bytes of a box's header at most: size, type, and a size of 64 bits. */
export const LONGEST_HEADER = 16;

/** Reads a box's header. Null where there is none. */
export function headerOf(bytes: Uint8Array): { type: string; header: number; size: number } | null {
  if (bytes.length < 8) return null;
  const view = viewOf(bytes);
  const type = String.fromCharCode(...bytes.subarray(4, 8));
  const size = view.getUint32(0);
  if (size !== 1) return { type, header: 8, size: size === 0 ? Infinity : size };
  return bytes.length < LONGEST_HEADER ? null : { type, header: 16, size: Number(view.getBigUint64(8)) };
}

/** The boxes that lie in these bytes side by side. What is no box ends them. */
export function* boxesIn(bytes: Uint8Array): Generator<Box, void, undefined> {
  for (let from = 0; from < bytes.length;) {
    const found = headerOf(bytes.subarray(from));
    if (!found || found.size < found.header) return;
    const end = Math.min(bytes.length, from + found.size);
    const at = from + found.header;
    yield { type: found.type, body: bytes.subarray(at, end), at };
    from = end;
  }
}

/** The first box at the end of a path, as `mdia/minf/stbl`. */
export function boxAt(bytes: Uint8Array, path: string): Uint8Array | null {
  let within: Uint8Array | null = bytes;
  for (const type of path.split('/')) within = within && findBox(within, type);
  return within;
}

function findBox(bytes: Uint8Array, type: string): Uint8Array | null {
  for (const box of boxesIn(bytes)) if (box.type === type) return box.body;
  return null;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
