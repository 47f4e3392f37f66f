import type { StreamTargetChunk } from 'mediabunny';
import type { Destination } from '../convert-protocol.ts';
import { removeUnfinished, unfinishedFile } from './folder.ts';
import { privateFile } from './private-file.ts';

/** Bytes that are collected into one request. */
const PIECE = 1 << 20;

/** A place for a film's bytes. */
export interface OpenDestination {
  readonly sink: WritableStream<StreamTargetChunk>;
  /** Leaves nothing of it. Call it when the sink is closed or aborted, or was never written to. */
  remove(): Promise<void>;
}

/** Opens the place that a film is to be written to. In a worker. */
export async function openDestination(to: Destination): Promise<OpenDestination> {
  if (to.kind === 'upload')
    // An upload is removed by the process that gave the address.
    return { sink: uploaded(to.url), remove: () => Promise.resolve() };
  const handle = await (await unfinishedFile(to.name)).createSyncAccessHandle();
  return {
    sink: privateFile(handle),
    async remove() {
      handle.close();
      await removeUnfinished(to.name);
    },
  };
}

/** Puts what is written, in pieces, to an address with its offset. */
function uploaded(url: string): WritableStream<StreamTargetChunk> {
  const piece = new Uint8Array(PIECE);
  let length = 0;
  let offset = 0;
  const send = async () => {
    if (length === 0) return;
    const body = piece.slice(0, length);
    const answer = await fetch(`${url}?at=${offset}`, { method: 'PUT', body });
    if (answer.status === 507) throw new DOMException('no room', 'QuotaExceededError');
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    offset += length;
    length = 0;
  };
  return new WritableStream({
    async write({ data, position }) {
      if (position !== offset + length) {
        await send();
        offset = position;
      }
      for (let done = 0; done < data.length;) {
        const part = data.subarray(done, done + PIECE - length);
        piece.set(part, length);
        length += part.length;
        done += part.length;
        if (length === PIECE) await send();
      }
    },
    close: send,
  });
}
