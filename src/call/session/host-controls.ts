import { PortoonError } from '../../common/errors.ts';
import { LockRequest } from './lock-request.ts';
import type { Signalling } from './signalling.ts';

/** The room as it is now. */
interface RoomState {
  readonly host: boolean;
  readonly locked: boolean;
  readonly signalling: boolean;
  readonly refusal: PortoonError | null;
}

/** What the host of a room may do: lock it, and remove people. Both need the server. */
export class HostControls {
  private readonly lockRequest: LockRequest;

  /**
   * @param owns - whether the room is ours, so that we become its host again, whoever is host now.
   * @param changed - called when {@link lockWaits} changes.
   */
  constructor(
    private readonly server: Signalling,
    private readonly room: RoomState,
    private readonly owns: boolean,
    changed: () => void,
  ) {
    this.lockRequest = new LockRequest(() => server.ask('lock', { locked: true }), changed);
  }

  /** Whether a lock was asked for that the server has not done yet. */
  get lockWaits(): boolean {
    return this.lockRequest.pending;
  }

  /** See `Room.lock`. */
  async lock(locked: boolean): Promise<void> {
    if (locked) {
      if (!this.room.signalling) this.lockRequest.keep();
      this.needServer();
      await this.lockRequest.begin();
      return;
    }
    this.lockRequest.withdraw();
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
   * Called with the room's state from the server: requests a lock that is not done yet again,
   * unless this page may no longer lock.
   * @param othersHost - whether somebody else is the host.
   */
  retryLock(othersHost: boolean): void {
    if (this.room.locked || (othersHost && !this.owns)) this.lockRequest.withdraw();
    else if (this.room.host) this.lockRequest.retryNow();
  }

  /** The server has locked the room or unlocked it. */
  settleLock(): void {
    if (this.room.locked) this.lockRequest.withdraw();
  }

  /** Requests nothing until the server has sent the room's state. */
  pause(): void {
    this.lockRequest.pause();
  }

  /**
   * Fails at once while the server is away. Otherwise the request would wait, and be carried out
   * when nobody wants it any more.
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
