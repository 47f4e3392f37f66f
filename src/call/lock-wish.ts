import { PortoonError } from '../common/errors.ts';
import { Telling } from './telling.ts';

/**
 * The host's wish to lock the room, asked for until the server has done it. Nothing of the kind is
 * there for opening it: done late, that would let in whom nobody expects any more.
 */
export class LockWish {
  /** Whether the room is to be locked and is not yet. */
  waits = false;
  private readonly telling: Telling;

  /**
   * @param ask - asks the server once.
   * @param changed - called when {@link waits} is another.
   */
  constructor(
    private readonly ask: () => Promise<unknown>,
    private readonly changed: () => void,
  ) {
    this.telling = new Telling(() => this.askOnce());
  }

  /**
   * Asks for the lock from now on.
   * @throws PortoonError why the server did not lock the room. If it may later, it is asked again:
   *   {@link waits} tells.
   */
  async begin(): Promise<void> {
    this.keep();
    try {
      await this.telling.tell();
    } catch (error) {
      if (error instanceof PortoonError && error.code === 'ERR_NOT_HOST') this.withdraw();
      throw error;
    }
  }

  /** Remembers the wish without asking: the server is asked with the next {@link hurry}. */
  keep(): void {
    this.become(true);
  }

  /** The wish is fulfilled, or is no more. */
  withdraw(): void {
    this.telling.stop();
    this.become(false);
  }

  /** The server hears us again, or is healthy again: asks at once. */
  hurry(): void {
    if (this.waits) this.telling.tell().catch(() => undefined);
  }

  /** Does not ask any more, until {@link hurry}. */
  pause(): void {
    this.telling.stop();
  }

  private async askOnce(): Promise<void> {
    if (!this.waits) return;
    await this.ask();
    this.become(false);
  }

  private become(waits: boolean): void {
    if (waits === this.waits) return;
    this.waits = waits;
    this.changed();
  }
}
