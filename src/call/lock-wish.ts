import { PortoonError } from '../common/errors.ts';
import { Telling } from './telling.ts';

/** The host's wish to lock the room or to unlock it, asked for until the server has done it. */
export class LockWish {
  /** What is not done yet; null when nothing is. */
  wanted: boolean | null = null;
  private readonly telling: Telling;

  /**
   * @param ask - asks the server once.
   * @param changed - called when {@link wanted} is another.
   */
  constructor(
    private readonly ask: (locked: boolean) => Promise<unknown>,
    private readonly changed: () => void,
  ) {
    this.telling = new Telling(() => this.askOnce());
  }

  /**
   * Wishes for something else from now on.
   * @throws PortoonError for what the server did not do it this time. It is asked again where that
   *   may pass: `wanted` tells.
   */
  async set(locked: boolean): Promise<void> {
    this.keep(locked);
    try {
      await this.telling.tell();
    } catch (error) {
      if (error instanceof PortoonError && error.code === 'ERR_NOT_HOST') this.withdraw();
      throw error;
    }
  }

  /** Wishes for it without asking: the server is asked with the next {@link hurry}. */
  keep(locked: boolean | null): void {
    if (locked === this.wanted) return;
    this.wanted = locked;
    this.changed();
  }

  /** Wishes for nothing any more: the room stays as it is. */
  withdraw(): void {
    this.telling.stop();
    this.keep(null);
  }

  /** The server hears us again, or is healthy again: asks at once. */
  hurry(): void {
    if (this.wanted !== null) this.telling.tell().catch(() => undefined);
  }

  /** Does not ask any more, until {@link hurry}. */
  pause(): void {
    this.telling.stop();
  }

  private async askOnce(): Promise<void> {
    const { wanted } = this;
    if (wanted === null) return;
    await this.ask(wanted);
    if (this.wanted === wanted) this.keep(null);
  }
}
