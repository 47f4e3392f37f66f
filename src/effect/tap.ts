import type { TappedFrame } from './protocol.ts';

/**
 * Hands composites to another worker, straight: the page does not see them. The other side asks for frames one by one (any message asks
 * for one more); what comes while nobody asks is not for it, so that nothing queues.
 */
export class Tap {
  private wanted = 0;

  constructor(private readonly port: MessagePort) {
    port.onmessage = () => {
      this.wanted++;
    };
  }

  get wants(): boolean {
    return this.wanted > 0;
  }

  /** Gives a frame away. */
  give(tapped: TappedFrame): void {
    this.wanted--;
    this.port.postMessage(tapped, [tapped.frame]);
  }

  close(): void {
    this.port.close();
  }
}
