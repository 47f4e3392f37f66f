/** Writes frames into a track, and only when the track has room for one, so nothing queues. */
export class TrackWriter {
  private readonly writer: WritableStreamDefaultWriter<VideoFrame>;

  /** @param onGone - called when the track was stopped or this writer was closed. */
  constructor(frames: WritableStream<VideoFrame>, onGone: () => void) {
    this.writer = frames.getWriter();
    // A receiver that went away may leave an error behind, which is not ours to report.
    void this.writer.closed.catch(() => undefined).finally(onGone);
  }

  /** Whether the track has room for a frame. */
  get ready(): boolean {
    return (this.writer.desiredSize ?? 0) > 0;
  }

  /** Writes the frame and then closes it. Never rejects. */
  async write(frame: VideoFrame): Promise<void> {
    // The track has its own copy when the write is done. A receiver that went away is no error.
    await this.writer.write(frame).catch(() => undefined);
    frame.close();
  }

  /** Ends the track. Never rejects, and may be called twice. */
  async close(): Promise<void> {
    await this.writer.close().catch(() => undefined);
  }
}
