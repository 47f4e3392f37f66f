import type { StreamTargetChunk } from 'mediabunny';

/**
 * A file in the origin's private storage as a sink, for workers. Its bytes reach the disk at once
 * and survive a killed browser. A file that the person picked would appear only when it is closed.
 */
export function privateFile(handle: FileSystemSyncAccessHandle): WritableStream<StreamTargetChunk> {
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
    close() {
      handle.flush();
      handle.close();
    },
    abort() {
      handle.truncate(0);
      handle.close();
    },
  });
}
