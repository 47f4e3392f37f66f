import { SinkWriter } from '../file/sink-writer.ts';
import type { ClipWriter } from './clip-writer.ts';
import type { WriterOptions } from '../file/writer.ts';

/**
 * A clip in a browser without WebCodecs. Frames go to a track of the page, MediaRecorder encodes it
 * with the sound, and its pieces come back into the file.
 */
export class MediaRecorderWriter implements ClipWriter {
  readonly complete = false;
  private readonly drain: SinkWriter;
  private readonly file: WritableStreamDefaultWriter;
  private readonly track: WritableStreamDefaultWriter<VideoFrame>;
  private position = 0;
  private failure: Error | null = null;

  constructor(sink: WriterOptions['sink'], pictures: WritableStream<VideoFrame>) {
    this.drain = new SinkWriter(sink);
    this.file = this.drain.stream.getWriter();
    this.file.closed.catch(() => undefined);
    this.track = pictures.getWriter();
    this.track.closed.catch(() => undefined);
  }

  get bytes(): number {
    return this.drain.bytes;
  }

  /** @throws what went wrong with the file since the last frame. */
  async addFrame(frame: VideoFrame): Promise<void> {
    if (this.failure !== null) throw this.failure;
    const own = frame.clone();
    // A track that was stopped takes no more.
    await this.track.write(own).catch(() => undefined);
    own.close();
  }

  /** A piece of the file, in order. */
  async addPiece(data: Uint8Array): Promise<void> {
    const { position } = this;
    this.position += data.byteLength;
    try {
      await this.file.write({ type: 'write', data, position });
    } catch (error) {
      this.failure ??= error instanceof Error ? error : new Error(String(error));
    }
  }

  /** The recorder itself handles sound and pauses. */
  addSound(): Promise<void> {
    return Promise.resolve();
  }

  resumed(): void {
    // Nothing to do: the recorder itself places what comes.
  }

  async finish(): Promise<void> {
    await this.end();
    if (this.failure !== null) throw this.failure;
  }

  async end(): Promise<void> {
    await this.track.close().catch(() => undefined);
    await this.drain.close();
  }

  async cancel(): Promise<void> {
    await this.track.close().catch(() => undefined);
    await this.drain.abort();
  }
}
