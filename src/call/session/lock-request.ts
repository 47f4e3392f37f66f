import { PortoonError } from '../../common/errors.ts';
import { RetriedRequest } from './retried-request.ts';

/**
 * The host's request to lock the room, repeated until the server has done it. Unlocking is asked
 * for only once: done late, it would let in people whom nobody expects any more.
 */
export class LockRequest {
  /** Whether the room is to be locked and is not yet. */
  pending = false;
  private readonly request: RetriedRequest;

  /**
   * @param ask - asks the server once.
   * @param changed - called when {@link pending} changes.
   */
  constructor(
    private readonly ask: () => Promise<unknown>,
    private readonly changed: () => void,
  ) {
    this.request = new RetriedRequest(() => this.askOnce());
  }

  /**
   * Asks for the lock from now on.
   * @throws PortoonError why the server did not lock the room. If it may later, it is asked again
   *   as long as {@link pending} is true.
   */
  async begin(): Promise<void> {
    this.keep();
    try {
      await this.request.send();
    } catch (error) {
      if (error instanceof PortoonError && error.code === 'ERR_NOT_HOST') this.withdraw();
      throw error;
    }
  }

  /** Remembers the request without sending it: the next {@link retryNow} does. */
  keep(): void {
    this.setPending(true);
  }

  /** The room is locked, or is not to be locked any more. */
  withdraw(): void {
    this.request.cancel();
    this.setPending(false);
  }

  /** Asks now: the server is connected or healthy again. */
  retryNow(): void {
    if (this.pending) this.request.send().catch(() => undefined);
  }

  /** Stops asking until the next {@link retryNow}. */
  pause(): void {
    this.request.cancel();
  }

  private async askOnce(): Promise<void> {
    if (!this.pending) return;
    await this.ask();
    this.setPending(false);
  }

  private setPending(pending: boolean): void {
    if (pending === this.pending) return;
    this.pending = pending;
    this.changed();
  }
}
