/** Frames on their way into a track. What comes while the track still has one is not for it, so that nothing queues. */
export class Sink {
  private readonly writer: WritableStreamDefaultWriter<VideoFrame>;

  /** @param onGone - nobody takes frames any more: the track was stopped, or this was closed. */
  constructor(frames: WritableStream<VideoFrame>, onGone: () => void) {
    this.writer = frames.getWriter();
    // Where the receiver has gone, what it left is no error of ours.
    void this.writer.closed.catch(() => undefined).finally(onGone);
  }

  get wants(): boolean {
    return (this.writer.desiredSize ?? 0) > 0;
  }

  /** Takes the frame over. Never rejects. */
  async write(frame: VideoFrame): Promise<void> {
    // The track has its own when the write is done; what a receiver who has gone left is no error of ours.
    await this.writer.write(frame).catch(() => undefined);
    frame.close();
  }

  /** Never rejects, and may be called twice. */
  async close(): Promise<void> {
    await this.writer.close().catch(() => undefined);
  }
}
