/** A composited frame as a {@link FramePort} sends it. */
export interface TappedFrame {
  /** The receiver closes it. */
  frame: VideoFrame;
  /** When the camera frame arrived that it was made of, in milliseconds since 1970. */
  at: number;
}

/**
 * Sends composited frames straight to another worker, past the page.
 *
 * The receiver asks for each frame with one message of any kind. Frames that come while it has not
 * asked are not sent, so nothing queues.
 */
export class FramePort {
  private requested = 0;
  private closed = false;
  /** Resolves when all frames so far are sent; keeps them in order. */
  private sending: Promise<void> = Promise.resolve();

  constructor(private readonly port: MessagePort) {
    port.onmessage = () => {
      this.requested++;
    };
  }

  /** Whether the receiver has asked for a frame that it has not been sent. */
  get ready(): boolean {
    return this.requested > 0;
  }

  /**
   * Sends a frame as soon as it exists, and hands it over to the receiver.
   * @param coming - null if the frame could not be captured; the request then stays open.
   * @param at - see {@link TappedFrame}.
   */
  send(coming: Promise<VideoFrame | null>, at: number): void {
    this.requested--;
    this.sending = this.sending.then(async () => {
      // A frame that failed must not block those behind it: they would never be closed.
      const frame = await coming.catch(() => null);
      if (!frame) this.requested++;
      else if (this.closed) frame.close();
      else this.port.postMessage({ frame, at } satisfies TappedFrame, [frame]);
    });
  }

  close(): void {
    this.closed = true;
    this.port.close();
  }
}
