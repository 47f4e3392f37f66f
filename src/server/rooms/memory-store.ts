import { GRACE_MS } from '../signals.ts';
import { blankRoom, type StoredRoom, type RoomStore } from './store.ts';

/** Rooms of a single server. */
export class MemoryStore implements RoomStore {
  readonly #rooms = new Map<string, StoredRoom>();
  readonly #ends = new Map<string, NodeJS.Timeout>();
  readonly #living: ReadonlySet<string>;

  constructor(node: string) {
    this.#living = new Set([node]);
  }

  // Nothing here is awaited, so that no other change can come in between.
  change<T>(
    name: string,
    work: (room: StoredRoom, living: ReadonlySet<string>) => T,
    tell: (result: T) => void,
  ): Promise<T> {
    return new Promise((resolve) => {
      const room = structuredClone(this.#rooms.get(name)) ?? blankRoom();
      const result = work(room, this.#living);
      this.#keep(name, room);
      tell(result);
      resolve(result);
    });
  }

  read(name: string): Promise<StoredRoom | undefined> {
    return Promise.resolve(this.#rooms.get(name));
  }

  #keep(name: string, room: StoredRoom): void {
    clearTimeout(this.#ends.get(name));
    this.#ends.delete(name);
    this.#rooms.set(name, room);
    if (room.members.length > 0) return;
    const end = setTimeout(() => {
      this.#rooms.delete(name);
      this.#ends.delete(name);
    }, GRACE_MS);
    this.#ends.set(name, end.unref());
  }
}
