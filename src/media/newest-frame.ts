/**
 * Keeps only the newest frame of a stream.
 *
 * The stream is read continuously, because a frame that waits in it grows old there. A frame that
 * nobody took before the next one came is closed.
 */
export class NewestFrame {
  private readonly reader: ReadableStreamDefaultReader<VideoFrame>;
  private frame: VideoFrame | null = null;
  private ended = false;
  private change = Promise.withResolvers<undefined>();
  private readonly reading: Promise<void>;

  /** @param onArrival - called with each frame as it comes, also with those never taken. */
  constructor(
    frames: ReadableStream<VideoFrame>,
    private readonly onArrival: (frame: VideoFrame) => void = () => undefined,
  ) {
    this.reader = frames.getReader();
    this.reading = this.read();
    this.reading.catch(() => undefined);
  }

  /**
   * Resolves when there is a frame to take.
   * @returns false if the stream has ended and there is none.
   * @throws what the stream failed with.
   */
  async ready(): Promise<boolean> {
    while (!this.frame && !this.ended) await this.change.promise;
    if (!this.frame) await this.reading;
    return this.frame !== null;
  }

  /** The newest frame, which the caller closes; null if it was taken already or none has come. */
  take(): VideoFrame | null {
    const { frame } = this;
    this.frame = null;
    return frame;
  }

  /** Cancels the stream, and closes the frame that nobody took. */
  async end(): Promise<void> {
    this.ended = true;
    // If the stream has failed, `ready` has thrown already.
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
        this.notify();
      }
    } finally {
      this.ended = true;
      this.notify();
    }
  }

  private notify(): void {
    this.change.resolve(undefined);
    this.change = Promise.withResolvers();
  }
}
