/**
 * A source as its newest frame. It is read on without end, for a frame that waits in a stream grows old there: what nobody took before the
 * next one came is closed.
 */
export class NewestFrame {
  private readonly reader: ReadableStreamDefaultReader<VideoFrame>;
  private frame: VideoFrame | null = null;
  private ended = false;
  private change = Promise.withResolvers<undefined>();
  private readonly reading: Promise<void>;

  /** @param onArrival - told of each frame as it comes, also of those that are never taken. */
  constructor(
    frames: ReadableStream<VideoFrame>,
    private readonly onArrival: (frame: VideoFrame) => void = () => undefined,
  ) {
    this.reader = frames.getReader();
    this.reading = this.read();
    this.reading.catch(() => undefined);
  }

  /**
   * Resolves when there is a frame that was not taken yet.
   * @returns false if there is none and none will come.
   * @throws what the source failed with.
   */
  async ready(): Promise<boolean> {
    while (!this.frame && !this.ended) await this.change.promise;
    if (!this.frame) await this.reading;
    return this.frame !== null;
  }

  /** The newest frame, the caller's to close; null if it was taken, or none has come. */
  take(): VideoFrame | null {
    const { frame } = this;
    this.frame = null;
    return frame;
  }

  /** Ends the supply. A frame that waits, here or in the stream, is closed: it would be left to the collector. */
  async end(): Promise<void> {
    this.ended = true;
    // What a source that has failed says to it is no news.
    await this.reader.cancel().catch(() => undefined);
    await this.reading.catch(() => undefined);
    this.take()?.close();
  }

  private async read(): Promise<void> {
    try {
      for (;;) {
        const { value: frame, done } = await this.reader.read();
        if (done) return;
        this.onArrival(frame);
        this.take()?.close();
        this.frame = frame;
        this.tell();
      }
    } finally {
      this.ended = true;
      this.tell();
    }
  }

  private tell(): void {
    this.change.resolve(undefined);
    this.change = Promise.withResolvers();
  }
}
