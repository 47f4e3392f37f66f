import type { TappedFrame } from '../effect/protocol.ts';

/**
 * Hands composites to another worker, straight: the page does not see them. The other side asks for frames one by one (any message asks
 * for one more); what comes while nobody asks is not for it, so that nothing queues.
 */
export class Tap {
  private wanted = 0;
  private closed = false;
  /** Frames are given in their order. */
  private giving: Promise<void> = Promise.resolve();

  constructor(private readonly port: MessagePort) {
    port.onmessage = () => {
      this.wanted++;
    };
  }

  get wants(): boolean {
    return this.wanted > 0;
  }

  /**
   * Gives a frame away as soon as it is there.
   * @param at - see {@link TappedFrame}.
   */
  give(coming: Promise<VideoFrame | null>, at: number): void {
    this.wanted--;
    this.giving = this.giving.then(async () => {
      const frame = await coming;
      if (!frame) this.wanted++;
      else if (this.closed) frame.close();
      else this.port.postMessage({ frame, at } satisfies TappedFrame, [frame]);
    });
  }

  close(): void {
    this.closed = true;
    this.port.close();
  }
}
