import type { StreamTargetChunk } from 'mediabunny';
import { diskFull } from '../../common/disk-full.ts';
import { PortoonError } from '../../common/errors.ts';

/**
 * Sits between muxer and sink. It counts bytes, and it alone closes the file, because a cancelled
 * file must not be kept.
 */
export class SinkWriter {
  bytes = 0;
  readonly stream: WritableStream<StreamTargetChunk>;
  private readonly sink: WritableStreamDefaultWriter<StreamTargetChunk>;
  private failure: PortoonError | null = null;
  private readonly failed = Promise.withResolvers<never>();
  private over = false;

  constructor(sink: WritableStream<StreamTargetChunk>) {
    this.sink = sink.getWriter();
    // A failing sink also rejects the write, where it is handled.
    this.sink.closed.catch(() => undefined);
    this.failed.promise.catch(() => undefined);
    this.stream = new WritableStream({
      write: async (chunk) => {
        this.throwFailure();
        try {
          await this.sink.ready;
          await this.sink.write(chunk);
          this.bytes = Math.max(this.bytes, chunk.position + chunk.data.byteLength);
        } catch (error) {
          this.failure = writeFailure(error);
          this.failed.reject(this.failure);
          throw this.failure;
        }
      },
    });
  }

  /**
   * Runs one step of the muxer. A failed sink ends it immediately: the muxer might wait for ever
   * for its write, and the file's error matters more than the muxer's.
   */
  async watch(step: () => Promise<void>): Promise<void> {
    this.throwFailure();
    try {
      await Promise.race([step(), this.failed.promise]);
    } catch (error) {
      this.throwFailure();
      throw error;
    }
  }

  private throwFailure(): void {
    if (this.failure) throw this.failure;
  }

  /**
   * Closes the file.
   * @throws PortoonError where the last of it could not be written: a sink may hold it until then.
   */
  async finish(): Promise<void> {
    await this.close();
    this.throwFailure();
  }

  /** Closes the file as it is. */
  async close(): Promise<void> {
    if (this.over) return;
    this.over = true;
    await this.sink.close().catch((error: unknown) => {
      this.failure ??= writeFailure(error);
    });
  }

  async abort(): Promise<void> {
    if (this.over) return;
    this.over = true;
    await this.sink.abort().catch(() => undefined);
  }
}

function writeFailure(cause: unknown): PortoonError {
  const name = cause instanceof DOMException ? cause.name : '';
  return name === 'QuotaExceededError'
    ? diskFull(
        'the file',
        'What was written so far is kept and can be played. Free some space, then start again.',
        { cause },
      )
    : new PortoonError(
        'ERR_FILE_WRITE',
        'The file could not be written.',
        'What was written so far is kept. Choose another place and try again.',
        { cause },
      );
}
