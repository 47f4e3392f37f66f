import type { PresentMember } from '../../server/signals.ts';
import type { Participant } from './participant.ts';
import type { Signalling } from './signalling.ts';

export interface ParticipantsOptions {
  /** Creates the participant for somebody new; null where this page does not connect to them. */
  begin: (present: PresentMember) => Participant | null;
  /** A member joined, or the server sent their state again. */
  onMet?: (id: string, isNew: boolean) => void;
  /** Something in somebody's state has changed. */
  onLearned: (id: string) => void;
  /** Somebody has left, and the connection to them is closed. */
  onLost: (id: string) => void;
}

/** The others in a room that this page connects to, as the server lists them. */
export class Participants {
  private readonly all = new Map<string, Participant>();

  constructor(private readonly options: ParticipantsOptions) {}

  get size(): number {
    return this.all.size;
  }

  get ids(): string[] {
    return [...this.all.keys()];
  }

  get(id: string): Participant | undefined {
    return this.all.get(id);
  }

  /** The present participants; some may be lost during the iteration. */
  [Symbol.iterator](): IterableIterator<Participant> {
    return [...this.all.values()].values();
  }

  /** Follows what the server says of the others, except for those who join. */
  listen(server: Signalling): void {
    server.on('left', ({ id, reason }) => {
      const participant = this.all.get(id);
      if (!participant) return;
      participant.listed = false;
      if (reason !== 'lost') this.lose(id);
      else participant.check(performance.now());
    });
    server.on('signal', ({ from, generation, data }) => {
      this.all.get(from)?.hear(generation ?? 0, data);
    });
    server.on('state', ({ id, name, ...state }) => {
      this.update(id, { name, state });
    });
  }

  /** Somebody is in the room. */
  meet(present: PresentMember): void {
    const known = this.all.get(present.id);
    if (known) {
      known.learn(present);
      known.listed = true;
    } else {
      const participant = this.options.begin(present);
      if (!participant) return;
      this.all.set(present.id, participant);
    }
    this.options.onMet?.(present.id, !known);
  }

  /**
   * Takes the server's list of everybody in the room.
   * @returns those whom we knew before.
   */
  list(peers: readonly PresentMember[]): Participant[] {
    const known = [...this];
    for (const participant of known) participant.listed = false;
    for (const peer of peers) this.meet(peer);
    return known;
  }

  /** The server says something new of somebody. */
  update(id: string, patch: Partial<PresentMember>): void {
    const participant = this.all.get(id);
    if (!participant) return;
    participant.learn({ ...participant.present, ...patch });
    this.options.onLearned(id);
  }

  /** Sends another track to everybody from now on, or none. */
  async replaceTrack(kind: 'audio' | 'video', track: MediaStreamTrack | null): Promise<void> {
    await Promise.all([...this].map((one) => one.replaceTrack(kind, track)));
  }

  /** Somebody has left. */
  lose(id: string): void {
    this.all.get(id)?.close();
    if (this.all.delete(id)) this.options.onLost(id);
  }

  /** Starts again with everybody: they do not know the connections that there are. */
  forget(): void {
    for (const participant of this) participant.close();
    this.all.clear();
  }

  /** Says bye to everybody. */
  close(): void {
    for (const participant of this) participant.close(true);
    this.all.clear();
  }
}
