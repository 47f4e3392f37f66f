import { pauseAfter } from '../common/backoff.ts';
import { PortoonError } from '../common/errors.ts';
import type { Request } from '../server/signals.ts';

/** What a page says of itself, to the server and over the connections to the others. */
export type Presence = Request<'state'>;

/**
 * The number of the next state of this page.
 *
 * A state travels by the server and directly, so an older one may arrive last. Counting starts at
 * the time: who comes back under their id after a reload must not count from one again.
 */
export function nextRevision(before = 0): number {
  return Math.max(Date.now(), before + 1);
}

/** Sends a request to the server, and retries until it succeeds or can never succeed. */
export class Telling {
  private failures = 0;
  private newest = 0;
  private timer = 0;

  /** @param ask - tells the newest state once. */
  constructor(private readonly ask: () => Promise<unknown>) {}

  /**
   * Tells it now. Where the server cannot take it at the moment, it is told again later.
   * @throws PortoonError for what it was not taken this time.
   */
  async tell(): Promise<void> {
    self.clearTimeout(this.timer);
    const mine = ++this.newest;
    try {
      await this.ask();
      this.failures = 0;
    } catch (error) {
      if (mine === this.newest && passes(error)) this.tellLater();
      throw error;
    }
  }

  /** Does not wait for the next try: the server is healthy again. */
  hurry(): void {
    if (this.failures === 0) return;
    this.tell().catch(() => undefined);
  }

  /** Nothing is left to tell: the next joining tells it, or there is none. */
  stop(): void {
    self.clearTimeout(this.timer);
    this.newest++;
    this.failures = 0;
  }

  private tellLater(): void {
    this.timer = self.setTimeout(() => {
      this.tell().catch(() => undefined);
    }, pauseAfter(this.failures++));
  }
}

/** Whether the server may take it later: it cannot reach its rooms, or has forgotten this one. */
function passes(error: unknown): boolean {
  return error instanceof PortoonError && ['ERR_SIGNALLING', 'ERR_NOT_JOINED'].includes(error.code);
}
