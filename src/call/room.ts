import { pauseAfter } from '../common/backoff.ts';
import { PortoonError } from '../common/errors.ts';
import { MAX_PERSONS, MAX_VIEWERS, type JoinAnswer, type Request } from '../server/signals.ts';
import { CallConnections } from './session/call-connections.ts';
import { preferredCodecs } from './peer/codecs.ts';
import { HostControls } from './session/host-controls.ts';
import { hostKeyOf, identityOf, keepIdentity } from './link.ts';
import type { Member } from './session/member.ts';
import { onNetworkChange } from './network.ts';
import type { Participants } from './session/participants.ts';
import { relayRefused } from './peer/relay.ts';
import type { RoomOptions } from './session/room-options.ts';
import { RoomSession, type RoomState } from './session/room-session.ts';
import { SPEECH_CHECK_MS } from './peer/speech.ts';
import { nextRevision, type Presence } from './session/presence.ts';

export type { Member } from './session/member.ts';
export type { RoomOptions } from './session/room-options.ts';

const CHECK_MS = 500;
/** Pause between two requests while the server answers but cannot reach its rooms. */
const AWAY_MS = 700;

/**
 * A call: everybody in the room, each over a connection of their own. It goes on while the server
 * is away.
 */
export class Room {
  /** By their ids, in the order in which they came. */
  members: ReadonlyMap<string, Member> = new Map();
  /** Whether this page may lock the room and remove others. */
  host = false;
  locked = false;
  /**
   * Why the server does not let us back in. Meanwhile the call goes on without it, and we ask
   * again. Null otherwise.
   */
  refusal: PortoonError | null = null;
  /** Set while the relay refuses us and somebody cannot be reached because of it; else null. */
  relayFault: PortoonError | null = null;

  private readonly session: RoomSession;
  private readonly connections: CallConnections;
  private self: string;
  /** The number of this page's newest state. */
  private revision = nextRevision();
  private readonly hostControls: HostControls;
  private readonly timers: number[] = [];
  private stopWatchingNetwork: () => void = () => undefined;
  private ended = false;

  private constructor(private readonly options: RoomOptions) {
    const identity = identityOf(options.room);
    this.self = identity?.id ?? '';
    this.session = new RoomSession({
      identity,
      greeting: () => this.greeting(),
      presence: () => this.presence(),
      onEntered: (answer) => {
        this.enter(answer);
      },
      onPresent: (state) => {
        this.compare(state);
      },
      onRefused: (error) => {
        this.refuse(error);
      },
      pause: ({ code }, failures) => (code === 'ERR_SIGNALLING' ? AWAY_MS : pauseAfter(failures)),
      onChange: () => {
        if (!this.signalling) this.hostControls.pause();
        this.changed();
      },
    });
    const owns = hostKeyOf(options.room) !== undefined;
    this.hostControls = new HostControls(this.session.server, this, owns, () => {
      this.changed();
    });
    this.connections = new CallConnections({
      ...options,
      session: this.session,
      presence: () => this.presence(),
      onChange: () => {
        this.changed();
      },
      onLost: (id) => {
        this.lose(id);
      },
    });
  }

  private get participants(): Participants {
    return this.connections.participants;
  }

  /** Whether the server hears us; the call goes on without it, but nobody new can come. */
  get signalling(): boolean {
    return this.session.here;
  }

  /**
   * Joins a room. The first to join is its host. A tab that was in it gets its identity back.
   * @throws PortoonError `ERR_ROOM_FULL`, `ERR_ROOM_LOCKED`, `ERR_SIGNALLING` or another code of
   *   the server.
   */
  static async join(options: RoomOptions): Promise<Room> {
    const room = new Room(options);
    try {
      room.listen();
      const [codecs] = await Promise.all([preferredCodecs(), room.session.server.connect()]);
      room.connections.prefer(codecs);
      await room.session.join();
      room.watch();
    } catch (error) {
      // An identity that the server refuses is given up: as somebody new this page may be let in.
      const lost = error instanceof PortoonError && ['ERR_REMOVED', 'ERR_MESSAGE'].includes(error.code);
      room.end(!lost);
      throw error;
    }
    return room;
  }

  /** Sends another picture from now on, or none. Nothing is negotiated. */
  setVideo(track: MediaStreamTrack | null): Promise<void> {
    return this.connections.setVideo(track);
  }

  /** Sends another sound from now on, or none. */
  setAudio(track: MediaStreamTrack | null): Promise<void> {
    return this.connections.setAudio(track);
  }

  /**
   * Sends our state to the others, over the connections to them and through the server. That is
   * retried until the server takes it.
   * @throws PortoonError where somebody may not know it yet.
   */
  async tell(state: Partial<Pick<RoomOptions, 'name' | 'muted' | 'camera' | 'recording'>>): Promise<void> {
    Object.assign(this.options, state);
    this.revision = nextRevision(this.revision);
    const participants = [...this.participants];
    for (const participant of participants) participant.sendState();
    try {
      await this.session.sendState();
    } catch (error) {
      if (!participants.every(({ connected }) => connected)) throw error;
    }
  }

  /** Whether the host asked for a lock that the server has not done yet. */
  get lockWaits(): boolean {
    return this.hostControls.lockWaits;
  }

  /**
   * Locks or unlocks the room; host only. A failed lock is retried until done or unlocked.
   * @throws PortoonError `ERR_SIGNALLING` where it is not done, or not yet.
   */
  lock(locked: boolean): Promise<void> {
    return this.hostControls.lock(locked);
  }

  /**
   * Removes a person from the room and locks it, because the link would let them in again. For the
   * host only.
   * @throws PortoonError `ERR_SIGNALLING` at once while the server is away.
   */
  remove(id: string): Promise<void> {
    return this.hostControls.remove(id);
  }

  /** Leaves, and tells the server and all members. Safe to call twice. */
  leave(): void {
    if (!this.ended) this.end();
  }

  /**
   * @param returns - whether the identity is kept, so that a reloaded page can rejoin a locked
   *   room.
   */
  private end(returns = false): void {
    this.ended = true;
    if (!returns) keepIdentity(this.options.room, null);
    for (const timer of this.timers) self.clearInterval(timer);
    this.hostControls.pause();
    removeEventListener('pagehide', this.onPageHide);
    this.stopWatchingNetwork();
    this.connections.close();
    this.members = new Map();
    this.session.leave(returns);
  }

  /**
   * A page that closes says bye, so that nobody waits. To the server it counts as lost and not as
   * left: it may only be reloading.
   */
  private readonly onPageHide = () => {
    if (!this.ended) this.end(true);
  };

  private greeting(): Omit<Request<'join'>, 'rejoin'> {
    const { room } = this.options;
    const { name = '', ...state } = this.presence();
    const hostKey = hostKeyOf(room);
    return {
      room,
      name,
      kind: 'person',
      state,
      ...(hostKey === undefined ? {} : { hostKey }),
      // A server that has forgotten the room locks it then, and still lets those in who were here.
      ...(this.locked || this.lockWaits
        ? { lockedWith: this.participants.ids.slice(0, MAX_PERSONS + MAX_VIEWERS) }
        : {}),
    };
  }

  private presence(): Presence {
    const { name, muted, camera, recording = false } = this.options;
    return { name, muted, camera, recording, revision: this.revision };
  }

  /** This page has joined, for the first time or again. */
  private enter({ self, secret, host, locked, peers }: JoinAnswer): void {
    // Under a new id the others do not know the connections that there were.
    if (this.self !== '' && this.self !== self) this.participants.forget();
    this.self = self;
    keepIdentity(this.options.room, { id: self, secret });
    this.host = host;
    this.locked = locked;
    this.refusal = null;
    this.hostControls.retryLock(peers.some((peer) => peer.host));
    const known = this.participants.list(peers);
    // Their signals, or ours, may have been lost while the server was away.
    for (const participant of known) if (participant.listed && !participant.connected) participant.restart();
  }

  /** Compares with the server's list: a message that somebody joined or left may have been lost. */
  private compare({ peers, host, locked }: RoomState): void {
    this.host = host;
    this.locked = locked;
    this.welcome(() => this.participants.list(peers));
    // Somebody whom we do not hear either has left.
    for (const participant of this.participants) participant.check(performance.now());
    this.hostControls.retryLock(peers.some((peer) => peer.host));
  }

  private listen(): void {
    const { server } = this.session;
    this.participants.listen(server);
    server.on('joined', ({ peer }) => {
      this.welcome(() => {
        this.participants.meet(peer);
      });
    });
    server.on('host', ({ id }) => {
      this.host = id === this.self;
      this.hostControls.retryLock(!this.host);
      for (const other of this.participants.ids) this.participants.update(other, { host: other === id });
      this.changed();
    });
    server.on('locked', ({ locked }) => {
      this.locked = locked;
      this.hostControls.settleLock();
      this.changed();
    });
    server.on('removed', () => {
      this.fail(
        new PortoonError(
          'ERR_REMOVED',
          'The host took you out of this call.',
          'Start a call of your own, or ask the host to let you in again.',
        ),
      );
    });
  }

  /** Looks after the connections, and after the page, as long as the room is not left. */
  private watch(): void {
    const check = () => {
      const now = performance.now();
      for (const participant of this.participants) {
        participant.check(now);
        // The server does not know us, and will not say who has left.
        if (this.refusal && participant.silent(now)) this.participants.lose(participant.present.id);
      }
      this.session.check(now);
    };
    const listen = () => {
      for (const participant of this.participants) participant.listen(performance.now());
    };
    this.timers.push(self.setInterval(check, CHECK_MS), self.setInterval(listen, SPEECH_CHECK_MS));
    addEventListener('pagehide', this.onPageHide);
    this.stopWatchingNetwork = onNetworkChange(() => {
      this.session.server.retryNow();
      this.connections.restart();
    });
  }

  /** Runs what lets people in, and reports the new members to the page. */
  private welcome(letIn: () => void): void {
    const before = this.members;
    letIn();
    this.changed();
    for (const [id, member] of this.members) if (!before.has(id)) this.options.onJoined(member);
  }

  private fail(error: PortoonError): void {
    if (this.ended) return;
    this.end();
    this.options.onEnded(error);
  }

  /**
   * The server does not let us back in: full, locked, or too many requests. Connections to the
   * others stay.
   */
  private refuse(error: PortoonError): void {
    // The server became unreachable again, which is no refusal.
    if (error.code === 'ERR_SIGNALLING') return;
    if (error.code === 'ERR_REMOVED') {
      this.fail(error);
      return;
    }
    this.refusal = error;
    this.failIfAlone();
  }

  /** Ends the call when nobody is left in it and nobody can join. A full room is waited out. */
  private failIfAlone(): void {
    if (this.refusal && this.refusal.code !== 'ERR_TOO_MANY' && this.participants.size === 0)
      this.fail(this.refusal);
  }

  private lose(id: string): void {
    const member = this.members.get(id);
    this.changed();
    if (member) this.options.onLeft(member);
    this.failIfAlone();
  }

  private changed(): void {
    if (this.ended) return;
    const participants = [...this.participants];
    this.members = new Map(participants.map((participant) => [participant.present.id, participant.member()]));
    const refusal = participants.map(({ refusedWith }) => refusedWith).find((status) => status !== null);
    if (refusal === undefined) this.relayFault = null;
    else this.relayFault ??= relayRefused(refusal);
    this.options.onChange();
  }
}
