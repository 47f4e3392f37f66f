import type { MemberKind, MemberState } from '../signals.ts';

export interface StoredMember {
  readonly id: string;
  name: string;
  readonly kind: MemberKind;
  /** Whether they made the room: they sent the key whose digest is its name. */
  readonly owner: boolean;
  state: MemberState;
  /** The server that holds the connection, and which of its connections it is. */
  readonly node: string;
  readonly connection: string;
}

/** A room as it is stored, as long as somebody is in it, and for a grace period after that. */
export interface StoredRoom {
  /** The id of the host, who may be lost for a moment. */
  host?: string;
  /** Until when (ms since 1970) a lost host's place is kept. */
  hostUntil?: number;
  locked: boolean;
  /** Longest first. */
  members: StoredMember[];
  /** Members who were lost and may rejoin a locked room, and until when. */
  away: { id: string; until: number }[];
  removed: string[];
}

/** Where rooms are kept: in this process, or in Redis for all nodes. */
export interface RoomStore {
  /**
   * Changes a room under a lock that holds for all nodes.
   *
   * @param work gets the room (an empty one where there was none) and the living nodes. If it
   *   throws, the room stays as it was.
   * @param tell runs once the change is stored, and before the next change, so that messages go out
   *   in the order of changes.
   */
  change<T>(
    room: string,
    work: (room: StoredRoom, living: ReadonlySet<string>) => T,
    tell: (result: T) => void,
  ): Promise<T>;
  read(room: string): Promise<StoredRoom | undefined>;
}

export function blankRoom(): StoredRoom {
  return { locked: false, members: [], away: [], removed: [] };
}
