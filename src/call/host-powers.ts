import { PortoonError } from '../common/errors.ts';
import { LockWish } from './lock-wish.ts';
import type { Signalling } from './signalling.ts';

/** What the powers need to know of their room, as it is now. */
interface Ruled {
  readonly host: boolean;
  readonly locked: boolean;
  readonly signalling: boolean;
  readonly refusal: PortoonError | null;
}

/** What the host of a room may do: lock it, and remove people. Both need the server. */
export class HostPowers {
  private readonly wish: LockWish;

  /**
   * @param owns - whether the room is ours, so that we become its host again whoever is it now.
   * @param changed - called when {@link lockWaits} is another.
   */
  constructor(
    private readonly server: Signalling,
    private readonly room: Ruled,
    private readonly owns: boolean,
    changed: () => void,
  ) {
    this.wish = new LockWish(() => server.ask('lock', { locked: true }), changed);
  }

  /** Whether a lock was asked for that the server has not done yet. */
  get lockWaits(): boolean {
    return this.wish.waits;
  }

  /** See `Room.lock`. */
  async lock(locked: boolean): Promise<void> {
    if (locked) {
      if (!this.room.signalling) this.wish.keep();
      this.needServer();
      await this.wish.begin();
      return;
    }
    this.wish.withdraw();
    if (!this.room.locked) return;
    this.needServer();
    await this.server.ask('lock', { locked });
  }

  /** See `Room.remove`. */
  async remove(id: string): Promise<void> {
    this.needServer();
    await this.server.ask('remove', { peer: id });
  }

  /**
   * The server has told how the room is: asks again for the lock that is not done yet, unless it is
   * no longer ours to ask for.
   * @param othersHost - whether somebody else is the host.
   */
  pursueLock(othersHost: boolean): void {
    if (this.room.locked || (othersHost && !this.owns)) this.wish.withdraw();
    else if (this.room.host) this.wish.hurry();
  }

  /** The server has locked the room or unlocked it. */
  settleLock(): void {
    if (this.room.locked) this.wish.withdraw();
  }

  /** Asks for nothing, until the server tells how the room is. */
  pause(): void {
    this.wish.pause();
  }

  /**
   * Refuses at once what needs the server. Otherwise it would wait and be done when nobody wants it
   * any more.
   */
  private needServer(): void {
    if (this.room.signalling) return;
    throw new PortoonError(
      'ERR_SIGNALLING',
      `${this.room.refusal ? 'The server has not let you back in' : 'The server is away'}, and it alone can lock the call or take somebody out.`,
      'The call goes on; try again in a moment.',
    );
  }
}
