import type { StreamTargetChunk } from 'mediabunny';
import { moveIndexFirst, type OpenFile } from './index-first.ts';

/**
 * A file in the origin's private storage as a sink, for workers. Its bytes reach the disk
 * immediately and survive a killed browser. A file that the person picked would appear only when it
 * is closed.
 * @param indexFirst - whether an MP4's index goes to its beginning once it is complete.
 */
export function privateFile(
  handle: FileSystemSyncAccessHandle,
  indexFirst = false,
): WritableStream<StreamTargetChunk> {
  return new WritableStream({
    write({ data, position }) {
      try {
        if (handle.write(data, { at: position }) < data.byteLength)
          throw new DOMException('the write was cut short', 'QuotaExceededError');
      } catch (error) {
        // A failed stream is neither closed nor aborted, and nobody else can open the file until
        // the handle is closed.
        handle.close();
        throw error;
      }
    },
    async close() {
      if (indexFirst) await moveIndexFirst(asOpenFile(handle));
      handle.flush();
      handle.close();
    },
    abort() {
      handle.truncate(0);
      handle.close();
    },
  });
}

function asOpenFile(handle: FileSystemSyncAccessHandle): OpenFile {
  return {
    size: handle.getSize(),
    read: (into, at) => void handle.read(into, { at }),
    write: (bytes, at) => void handle.write(bytes, { at }),
  };
}
