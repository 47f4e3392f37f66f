import { pauseAfter } from '../../common/backoff.ts';
import { PortoonError } from '../../common/errors.ts';

/** Sends a request to the server, and retries until it succeeds or can never succeed. */
export class RetriedRequest {
  private failures = 0;
  private newest = 0;
  private timer = 0;

  /** @param ask - sends the request once, as it is by then. */
  constructor(private readonly ask: () => Promise<unknown>) {}

  /**
   * Sends it now, and again later if the server cannot take it at the moment.
   * @throws PortoonError why it was not taken this time.
   */
  async send(): Promise<void> {
    self.clearTimeout(this.timer);
    const mine = ++this.newest;
    try {
      await this.ask();
      this.failures = 0;
    } catch (error) {
      if (mine === this.newest && isTemporary(error)) this.sendLater();
      throw error;
    }
  }

  /** Sends it without waiting for the next try, if one is due: the server is healthy again. */
  retryNow(): void {
    if (this.failures === 0) return;
    this.send().catch(() => undefined);
  }

  /** Stops sending it: a newer request has replaced it. */
  cancel(): void {
    self.clearTimeout(this.timer);
    this.newest++;
    this.failures = 0;
  }

  private sendLater(): void {
    this.timer = self.setTimeout(() => {
      this.send().catch(() => undefined);
    }, pauseAfter(this.failures++));
  }
}

/** Whether the server may take it later: it cannot reach its rooms, or has forgotten this one. */
function isTemporary(error: unknown): boolean {
  return error instanceof PortoonError && ['ERR_SIGNALLING', 'ERR_NOT_JOINED'].includes(error.code);
}
