import { digest, randomKey } from './keys.ts';
import { RequestError } from './request-error.ts';
import {
  resetIfEmpty,
  dropDeadNodes,
  chooseHost,
  removeMember,
  addMember,
  isCurrentConnection,
  peerOf,
  type RoomEvent,
} from './room-rules.ts';
import type { JoinAnswer, MemberState } from '../signals.ts';
import {
  peerChannel,
  emitToRoom,
  removeConnection,
  type ValidatedRequest,
  type SignalServer,
  type SignalSocket,
} from './sockets.ts';
import type { RoomStore, StoredMember } from './store.ts';

/** After this long all living nodes have reported their members. Milliseconds. */
const RECOUNT = 3000;

/** A peer's place in a room, held by one connection. */
export interface Membership {
  /** The digest of the room's name: the server keeps nothing that opens the room. */
  readonly room: string;
  readonly id: string;
  readonly member: StoredMember;
  readonly socket: SignalSocket;
  /** Whether this page locked the room, to lock it again if Redis lost it. */
  locks: boolean;
}

/** Who is in which room, and what they may do there. */
export class Rooms {
  readonly #io: SignalServer;
  readonly #store: RoomStore;
  readonly #node: string;
  /** The memberships whose connections are here. */
  readonly #memberships = new Map<string, Set<Membership>>();
  /** Memberships whose end could not be announced while Redis was away. */
  readonly #pendingLeaves = new Set<readonly [membership: Membership, reason: 'left' | 'lost']>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** When the pages of this node will be sent who is there; undefined if they will not. */
  #recountAt: number | undefined;

  constructor(io: SignalServer, store: RoomStore, node: string) {
    this.#io = io;
    this.#store = store;
    this.#node = node;
  }

  /** Rooms with a membership on this node. */
  get size(): number {
    return this.#memberships.size;
  }

  /**
   * Joins a room. `answer` is called before anybody is told, so that the answer comes before any
   * other message.
   */
  async join(
    socket: SignalSocket,
    request: ValidatedRequest<'join'>,
    answer: (answer: Omit<JoinAnswer, 'ice' | 'iceLifetime'>) => void,
  ): Promise<Membership> {
    const room = digest(request.room);
    const secret = request.rejoin?.secret ?? randomKey();
    // The id is the secret's digest, so that every node can check it, also after a restart.
    const id = digest(secret);
    if (request.rejoin && request.rejoin.id !== id) throw new RequestError('ERR_MESSAGE', 'rejoin');
    const member: StoredMember = {
      id,
      name: request.name,
      kind: request.kind,
      // A room's name is the digest of its key, so even a server that was just restarted can check
      // the key.
      owner: request.hostKey !== undefined && digest(request.hostKey) === request.room,
      state: request.state,
      node: this.#node,
      connection: socket.id,
    };
    const membership: Membership = { room, id, member, socket, locks: request.lockedWith !== undefined };

    await this.#store.change(
      room,
      (state, living) => {
        const events = dropDeadNodes(state, living);
        const { rejoin, lockedWith } = request;
        const wasLocked = state.locked;
        const { replaced, intruders } = addMember(state, member, {
          returns: rejoin !== undefined,
          lockedWith,
        });
        for (const intruder of intruders) events.push(removeMember(state, intruder.id, 'removed'));
        const hostEvents = chooseHost(state);
        const peer = peerOf(member, state);
        const result = {
          self: id,
          secret,
          peers: state.members.filter((other) => other.id !== id).map((other) => peerOf(other, state)),
          host: peer.host,
          locked: state.locked,
        };
        // A peer that comes back from a dead node is not announced as gone.
        const gone = events.filter(([, message]) => message.id !== id);
        const all: RoomEvent[] = [...gone, ['joined', { peer }], ...hostEvents];
        const relocks = state.locked && !wasLocked;
        return { events: all, result, replaced, intruders, relocks, hostUntil: state.hostUntil };
      },
      ({ events, result, replaced, intruders, relocks, hostUntil }) => {
        // Closes an earlier connection of the same peer, whose end is not announced.
        if (replaced !== undefined) this.#io.in(replaced).disconnectSockets(true);
        // A connection that ended meanwhile gives up its membership afterwards.
        if (socket.connected) void socket.join([room, peerChannel(room, id)]);
        this.#admit(membership);
        answer(result);
        for (const { connection } of intruders) removeConnection(this.#io, connection);
        emitToRoom(this.#io, room, events, id);
        // Those who came back before found it open.
        if (relocks) this.#io.to(room).emit('locked', { locked: true });
        this.#settleLater(room, hostUntil);
      },
    );
    return membership;
  }

  /**
   * Leaves the room. After `lost` the peer can rejoin a locked room for a while, and stays host.
   */
  async leave(membership: Membership, reason: 'left' | 'lost'): Promise<void> {
    this.#dismiss(membership);
    try {
      await this.#vacate(membership, reason);
    } catch {
      this.#pendingLeaves.add([membership, reason]);
    }
  }

  /** Announces those who left while Redis was away. */
  async announcePendingLeaves(): Promise<void> {
    for (const leave of [...this.#pendingLeaves]) {
      await this.#vacate(...leave, true);
      this.#pendingLeaves.delete(leave);
    }
  }

  /**
   * @param forgotten whether the store may have lost the member who leaves: the others still have
   *   them.
   */
  async #vacate(membership: Membership, reason: 'left' | 'lost', forgotten = false): Promise<void> {
    const { room, id, member } = membership;
    await this.#store.change(
      room,
      (state, living) => {
        const events: RoomEvent[] = dropDeadNodes(state, living);
        const missing = forgotten && !state.members.some((other) => other.id === id);
        if (missing || isCurrentConnection(state, member)) events.push(removeMember(state, id, reason));
        events.push(...chooseHost(state));
        return { events, hostUntil: state.hostUntil };
      },
      ({ events, hostUntil }) => {
        void membership.socket.leave(room);
        void membership.socket.leave(peerChannel(room, id));
        emitToRoom(this.#io, room, events, id);
        this.#settleLater(room, hostUntil);
      },
    );
  }

  async setState(membership: Membership, name: string | undefined, state: MemberState): Promise<void> {
    await this.#store.change(
      membership.room,
      (room) => {
        const member = room.members.find((other) => other.id === membership.id);
        if (!member || !isCurrentConnection(room, membership.member))
          throw new RequestError('ERR_NOT_JOINED');
        if (name !== undefined) member.name = name;
        member.state = state;
        return member;
      },
      (member) => {
        Object.assign(membership.member, { name: member.name, state });
        membership.socket
          .to(membership.room)
          .emit('state', { id: membership.id, name: member.name, ...state });
      },
    );
  }

  async lock(membership: Membership, locked: boolean): Promise<void> {
    await this.#store.change(
      membership.room,
      (room) => {
        if (room.host !== membership.id || !isCurrentConnection(room, membership.member))
          throw new RequestError('ERR_NOT_HOST');
        room.locked = locked;
      },
      () => {
        membership.locks = locked;
        this.#io.to(membership.room).emit('locked', { locked });
      },
    );
  }

  /** Takes somebody out, and locks the room: the link would let them in again under another id. */
  async remove(membership: Membership, id: string): Promise<void> {
    const { room } = membership;
    await this.#store.change(
      room,
      (state) => {
        if (state.host !== membership.id || !isCurrentConnection(state, membership.member))
          throw new RequestError('ERR_NOT_HOST');
        const member = state.members.find((other) => other.id === id);
        if (!member || id === membership.id) throw new RequestError('ERR_PEER_GONE');
        state.removed = [...state.removed.slice(-99), id];
        const locks = !state.locked;
        state.locked = true;
        return { events: [removeMember(state, id, 'removed')], connection: member.connection, locks };
      },
      ({ events, connection, locks }) => {
        membership.locks = true;
        removeConnection(this.#io, connection);
        emitToRoom(this.#io, room, events, id);
        if (locks) this.#io.to(room).emit('locked', { locked: true });
      },
    );
  }

  /** Hands a signal on to another member of the same room. */
  async signal(membership: Membership, { to, ...signal }: ValidatedRequest<'signal'>): Promise<void> {
    const call = peerChannel(membership.room, to);
    const isHere = this.#io.of('/').adapter.rooms.has(call);
    const views = membership.member.kind === 'view';
    if (!isHere || views) {
      const room = await this.#store.read(membership.room);
      // Viewers cannot reach each other, as nobody can reach people of another room.
      if (!room?.members.some(({ id, kind }) => id === to && !(views && kind === 'view')))
        throw new RequestError('ERR_PEER_GONE');
    }
    this.#io.to(call).emit('signal', { from: membership.id, ...signal });
  }

  /** Brings this node's rooms up to date when another node died. */
  async settleAll(): Promise<void> {
    await Promise.all([...this.#memberships.keys()].map((room) => this.#settle(room)));
  }

  /** Adds this node's memberships again after the others took it for dead, or Redis lost them. */
  async readmitAll(): Promise<void> {
    await Promise.all(
      [...this.#memberships].map(([room, memberships]) => this.#readmit(room, [...memberships])),
    );
  }

  /** Call when messages of other nodes may be lost, or the store lost its rooms. */
  recountSoon(): void {
    this.#recountAt = performance.now() + RECOUNT;
  }

  /**
   * Sends the pages of this node who is there, where that is due; a failure is tried again.
   *
   * They may have missed that somebody left, as on a node that died while Redis was away.
   */
  async recount(): Promise<void> {
    const due = this.#recountAt;
    if (due === undefined || performance.now() < due) return;
    await Promise.all(
      [...this.#memberships].map(([room, memberships]) => this.#recount(room, [...memberships])),
    );
    if (this.#recountAt === due) this.#recountAt = undefined;
  }

  /** Ends what is waited for. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async #settle(room: string): Promise<void> {
    await this.#store.change(
      room,
      (state, living) => ({
        events: [...dropDeadNodes(state, living), ...chooseHost(state)],
        hostUntil: state.hostUntil,
      }),
      ({ events, hostUntil }) => {
        emitToRoom(this.#io, room, events);
        this.#settleLater(room, hostUntil);
      },
    );
  }

  async #readmit(room: string, memberships: Membership[]): Promise<void> {
    await this.#store.change(
      room,
      (state, living) => {
        const events: RoomEvent[] = dropDeadNodes(state, living);
        const stale: Membership[] = [];
        resetIfEmpty(state);
        for (const membership of memberships) {
          const there = state.members.find(({ id }) => id === membership.id);
          if (there) {
            if (there.connection !== membership.member.connection) stale.push(membership);
            continue;
          }
          state.members.push(membership.member);
          state.away = state.away.filter(({ id }) => id !== membership.id);
          events.push(['joined', { peer: peerOf(membership.member, state) }]);
        }
        events.push(...chooseHost(state));
        const relocks = !state.locked && memberships.some(({ id, locks }) => locks && id === state.host);
        if (relocks) state.locked = true;
        return { events, stale, relocks, hostUntil: state.hostUntil };
      },
      ({ events, stale, relocks, hostUntil }) => {
        for (const { socket } of stale) socket.disconnect(true);
        emitToRoom(this.#io, room, events);
        if (relocks) this.#io.to(room).emit('locked', { locked: true });
        this.#settleLater(room, hostUntil);
      },
    );
  }

  async #recount(room: string, memberships: Membership[]): Promise<void> {
    await this.#store.change(
      room,
      (state, living) => {
        const events: RoomEvent[] = [...dropDeadNodes(state, living), ...chooseHost(state)];
        const peers = state.members.map((member) => peerOf(member, state));
        const present = memberships.filter(({ member }) => isCurrentConnection(state, member));
        return { events, peers, present, locked: state.locked, hostUntil: state.hostUntil };
      },
      ({ events, peers, present, locked, hostUntil }) => {
        emitToRoom(this.#io, room, events);
        for (const { id, socket } of present) {
          const host = peers.some((peer) => peer.id === id && peer.host);
          socket.emit('present', { peers: peers.filter((peer) => peer.id !== id), host, locked });
        }
        this.#settleLater(room, hostUntil);
      },
    );
  }

  #settleLater(room: string, hostUntil: number | undefined): void {
    if (hostUntil === undefined) return;
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        // A failure here is corrected by the room's next change.
        if (this.#memberships.has(room)) this.#settle(room).catch(() => undefined);
      },
      hostUntil - Date.now() + 50,
    ).unref();
    this.#timers.add(timer);
  }

  #admit(membership: Membership): void {
    const memberships = this.#memberships.get(membership.room);
    if (memberships) memberships.add(membership);
    else this.#memberships.set(membership.room, new Set([membership]));
  }

  #dismiss(membership: Membership): void {
    const memberships = this.#memberships.get(membership.room);
    memberships?.delete(membership);
    if (memberships?.size === 0) this.#memberships.delete(membership.room);
  }
}
