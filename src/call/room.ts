import { pauseAfter } from '../common/backoff.ts';
import { PortoonError } from '../common/errors.ts';
import {
  MAX_PERSONS,
  MAX_VIEWERS,
  type JoinAnswer,
  type PresentMember,
  type Request,
} from '../server/signals.ts';
import { preferredCodecs } from './codecs.ts';
import { videoLimits } from './limits.ts';
import { hostKeyOf, identityOf, keepIdentity } from './link.ts';
import { LockWish } from './lock-wish.ts';
import { Participant, type Member, type Surroundings } from './participant.ts';
import { relayRefused, RelayReport } from './relay.ts';
import { Signalling } from './signalling.ts';
import { SPEECH_LOOK_MS } from './speech.ts';
import { StandIns } from './stand-ins.ts';
import { nextRevision, Telling, type Presence } from './telling.ts';

export type { Member } from './participant.ts';

export interface RoomOptions {
  /** As in the link: `newRoom()` makes one. */
  room: string;
  /** At most 40 characters. */
  name: string;
  muted: boolean;
  camera: boolean;
  /** Whether the sound of everybody is recorded here. Default false. */
  recording?: boolean;
  /** What is sent at first; null where there is none yet. The tracks stay the caller's. */
  video: MediaStreamTrack | null;
  audio: MediaStreamTrack | null;
  /**
   * Something of `members`, `host`, `locked`, `lockWaits`, `signalling`, `refusal` or `relayFault`
   * is new.
   */
  onChange: () => void;
  onJoined: (member: Member) => void;
  onLeft: (member: Member) => void;
  /** The room let go of us, and why. Nothing comes after it. */
  onEnded: (error: PortoonError) => void;
}

const LOOK_MS = 500;
/** TURN credentials are asked for anew when this share of their life is over. */
const ICE_SHARE = 0.8;

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
   * Why the server does not let us back in. The call goes on without it meanwhile, and we ask
   * again. Else null.
   */
  refusal: PortoonError | null = null;
  /** That the relay refuses us, while somebody is not reached because of it; null otherwise. */
  relayFault: PortoonError | null = null;

  private readonly server = new Signalling();
  private readonly participants = new Map<string, Participant>();
  private readonly standIns = new StandIns();
  /** What all connections are made with, as it is now. */
  private readonly common: { -readonly [Key in keyof Surroundings]: Surroundings[Key] };
  private self = '';
  private secret = '';
  /** When TURN credentials are asked for anew. */
  private iceUntil = Infinity;
  /** Which state of this page is the newest. */
  private revision = nextRevision();
  private readonly telling = new Telling(() => this.server.ask('state', this.presence()));
  private readonly lockWish = new LockWish(
    () => this.server.ask('lock', { locked: true }),
    () => {
      this.changed();
    },
  );
  private readonly relayReport = new RelayReport((status) => {
    this.server.ask('relay', { status }).catch(() => undefined);
  });
  /** How often in a row we were not let back in. */
  private refusals = 0;
  /** What the network is, where the browser tells. */
  private network = networkType();
  private readonly timers: number[] = [];
  private ended = false;

  private constructor(private readonly options: RoomOptions) {
    const presence = () => this.presence();
    const identity = identityOf(options.room);
    if (identity) ({ id: this.self, secret: this.secret } = identity);
    this.common = {
      get presence() {
        return presence();
      },
      codecs: [],
      signalling: true,
      audio: options.audio,
      video: options.video,
      ice: [],
      standIn: (kind) => this.standIns.of(kind),
      send: (to, generation, data) => {
        // What cannot be carried now is sent again once it can: see `enter`.
        if (this.server.connected) this.server.ask('signal', { to, generation, data }).catch(() => undefined);
      },
      limits: () => videoLimits(this.participants.size, this.common.video?.getSettings().height ?? 720),
      changed: () => {
        this.changed();
      },
      relayRefused: (status) => {
        if (this.server.connected) this.relayReport.tell(status);
      },
      told: () => {
        this.changed();
      },
      lost: (id) => {
        this.lose(id);
      },
    };
  }

  /** Whether the server hears us; the call goes on without it, but nobody new can come. */
  get signalling(): boolean {
    return this.common.signalling;
  }

  /**
   * Joins a room. Whoever comes first is its host. A tab that was in it comes back to its place.
   * @throws PortoonError `ERR_ROOM_FULL`, `ERR_ROOM_LOCKED`, `ERR_SIGNALLING` or another code of
   *   the server.
   */
  static async join(options: RoomOptions): Promise<Room> {
    const room = new Room(options);
    try {
      [room.common.codecs] = await Promise.all([preferredCodecs(), room.server.connect()]);
      room.enter(await room.server.ask('join', room.greeting()));
      room.listen();
    } catch (error) {
      // A place that is not to be had again is given up: as somebody new one may be welcome.
      const lost = error instanceof PortoonError && ['ERR_REMOVED', 'ERR_MESSAGE'].includes(error.code);
      room.end(!lost);
      throw error;
    }
    return room;
  }

  /** Sends another picture from now on, or none. Nothing is negotiated. */
  async setVideo(track: MediaStreamTrack | null): Promise<void> {
    this.common.video = track;
    await this.replace('video', track);
    this.limit();
  }

  /** Sends another sound from now on, or none. */
  async setAudio(track: MediaStreamTrack | null): Promise<void> {
    this.common.audio = track;
    await this.replace('audio', track);
  }

  /**
   * Tells the others what they see and hear of us: over the connections to them and through the
   * server, which is told again until it takes it.
   * @throws PortoonError where somebody may not know it yet.
   */
  async tell(state: Partial<Pick<RoomOptions, 'name' | 'muted' | 'camera' | 'recording'>>): Promise<void> {
    Object.assign(this.options, state);
    this.revision = nextRevision(this.revision);
    const participants = [...this.participants.values()];
    for (const participant of participants) participant.tell();
    // Else told with the next join.
    if (!this.signalling) return;
    try {
      await this.telling.tell();
    } catch (error) {
      if (!participants.every(({ connected }) => connected)) throw error;
    }
  }

  /** Whether the host asked for a lock that the server has not done yet. */
  get lockWaits(): boolean {
    return this.lockWish.waits;
  }

  /**
   * Lets nobody else in, or again. The host alone may. A lock that the server cannot do now it is
   * asked for again, until it does or it is unlocked: see {@link lockWaits}.
   * @throws PortoonError `ERR_SIGNALLING` where it is not done, or not yet.
   */
  async lock(locked: boolean): Promise<void> {
    if (locked) {
      if (!this.signalling) this.lockWish.keep();
      this.needServer();
      await this.lockWish.begin();
      return;
    }
    this.lockWish.withdraw();
    if (!this.locked) return;
    this.needServer();
    await this.server.ask('lock', { locked });
  }

  /**
   * Removes a person from the room and locks it, because the link would let them in again. For the
   * host only.
   * @throws PortoonError `ERR_SIGNALLING` at once while the server is away.
   */
  async remove(id: string): Promise<void> {
    this.needServer();
    await this.server.ask('remove', { peer: id });
  }

  /** Goes, and says so: to the server and to everybody. Safe to call twice. */
  leave(): void {
    if (!this.ended) this.end();
  }

  /** @param returns - whether the place is kept, so that a reloaded page gets back past a lock. */
  private end(returns = false): void {
    this.ended = true;
    if (!returns) keepIdentity(this.options.room, null);
    for (const timer of this.timers) self.clearInterval(timer);
    this.telling.stop();
    this.lockWish.pause();
    removeEventListener('pagehide', this.onPageHide);
    removeEventListener('online', this.onNetworkChange);
    connectionOf(navigator)?.removeEventListener('change', this.onConnectionChange);
    for (const participant of this.participants.values()) participant.close(true);
    this.participants.clear();
    this.members = new Map();
    this.standIns.stop();
    this.server.close(!returns);
  }

  /**
   * A page that goes says bye, so that nobody waits. To the server it is lost and not gone for
   * good: it may be about to be loaded again.
   */
  private readonly onPageHide = () => {
    if (!this.ended) this.end(true);
  };

  /**
   * The network changed, as from cable to Wi-Fi. The old path may lead nowhere; waiting would only
   * tell us later.
   */
  private readonly onNetworkChange = () => {
    this.server.hurry();
    for (const participant of this.participants.values()) participant.restart();
  };

  /**
   * The browser fires this also when it guesses another speed. That is no reason for an ICE
   * restart.
   */
  private readonly onConnectionChange = () => {
    const type = networkType();
    if (type !== this.network) this.onNetworkChange();
    this.network = type;
  };

  /**
   * Refuses at once what needs the server. Otherwise it would wait and be done when nobody wants it
   * any more.
   */
  private needServer(): void {
    if (this.signalling) return;
    throw new PortoonError(
      'ERR_SIGNALLING',
      `${this.refusal ? 'The server has not let you back in' : 'The server is away'}, and it alone can lock the call or take somebody out.`,
      'The call goes on; try again in a moment.',
    );
  }

  /** Asks again for the lock that is not done yet, unless it is no longer ours to ask for. */
  private pursueLock(othersHost: boolean): void {
    if (othersHost || this.locked) this.lockWish.withdraw();
    else if (this.host) this.lockWish.hurry();
  }

  private greeting(): Request<'join'> {
    const { room } = this.options;
    const { name = '', ...state } = this.presence();
    const hostKey = hostKeyOf(room);
    return {
      room,
      name,
      kind: 'person',
      state,
      ...(hostKey === undefined ? {} : { hostKey }),
      ...(this.self === '' ? {} : { rejoin: { id: this.self, secret: this.secret } }),
      // A server that has forgotten the room locks it then, and still lets those in who were here.
      ...(this.locked || this.lockWaits
        ? { lockedWith: [...this.participants.keys()].slice(0, MAX_PERSONS + MAX_VIEWERS) }
        : {}),
    };
  }

  private presence(): Presence {
    const { name, muted, camera, recording = false } = this.options;
    return { name, muted, camera, recording, revision: this.revision };
  }

  /** We are in, for the first time or again. */
  private enter(answer: JoinAnswer): void {
    // Left while the server was asked.
    if (this.ended) return;
    // Under another id the others know nothing of the connections that there were.
    if (this.self !== '' && this.self !== answer.self)
      for (const id of [...this.participants.keys()]) this.drop(id);
    this.self = answer.self;
    this.secret = answer.secret;
    keepIdentity(this.options.room, { id: answer.self, secret: answer.secret });
    this.host = answer.host;
    this.locked = answer.locked;
    this.common.signalling = true;
    this.refusal = null;
    this.refusals = 0;
    this.keepIce(answer);
    this.telling.stop();
    this.pursueLock(answer.peers.some(({ host }) => host));
    const known = this.list(answer.peers);
    // Their signals, or ours, may have been lost while the server was away.
    for (const participant of known) if (participant.listed && !participant.connected) participant.restart();
    this.changed();
  }

  /**
   * These are in the room, says the server, and nobody else.
   * @returns whom we knew before.
   */
  private list(peers: readonly PresentMember[]): Participant[] {
    const known = [...this.participants.values()];
    for (const participant of known) participant.listed = false;
    for (const peer of peers) this.meet(peer);
    return known;
  }

  private keepIce({ ice, iceLifetime }: Pick<JoinAnswer, 'ice' | 'iceLifetime'>): void {
    this.common.ice = ice;
    this.iceUntil = performance.now() + ICE_SHARE * iceLifetime * 1000;
  }

  private listen(): void {
    const { server } = this;
    server.keep({
      back: () => void this.rejoin(),
      away: () => {
        this.common.signalling = false;
        this.telling.stop();
        this.lockWish.pause();
        this.changed();
      },
    });
    server.on('joined', ({ peer }) => {
      this.welcome(() => {
        this.meet(peer);
      });
    });
    server.on('present', ({ peers, host, locked }) => {
      this.host = host;
      this.locked = locked;
      this.welcome(() => this.list(peers));
      // Whom we do not hear either is gone.
      for (const participant of [...this.participants.values()]) participant.look(performance.now());
      this.telling.hurry();
      this.pursueLock(peers.some((peer) => peer.host));
    });
    server.on('left', ({ id, reason }) => {
      const participant = this.participants.get(id);
      if (!participant) return;
      participant.listed = false;
      if (reason !== 'lost') this.lose(id);
      else participant.look(performance.now());
    });
    server.on('signal', ({ from, generation, data }) => {
      this.participants.get(from)?.hear(generation ?? 0, data);
    });
    server.on('state', ({ id, name, ...state }) => {
      this.update(id, { name, state });
    });
    server.on('host', ({ id }) => {
      this.host = id === this.self;
      this.pursueLock(!this.host);
      for (const other of this.participants.keys()) this.update(other, { host: other === id });
      this.changed();
    });
    server.on('locked', ({ locked }) => {
      this.locked = locked;
      if (locked) this.lockWish.withdraw();
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
    this.every(LOOK_MS, (now) => {
      for (const [id, participant] of [...this.participants]) {
        participant.look(now);
        // The server does not know us, and will not tell who is gone.
        if (this.refusal && participant.silent(now)) this.lose(id);
      }
      if (now > this.iceUntil && this.signalling) void this.freshIce();
    });
    this.every(SPEECH_LOOK_MS, (now) => {
      for (const participant of this.participants.values()) participant.listen(now);
    });
    addEventListener('pagehide', this.onPageHide);
    addEventListener('online', this.onNetworkChange);
    connectionOf(navigator)?.addEventListener('change', this.onConnectionChange);
  }

  /** Does what lets people in, and tells the page of those who are new. */
  private welcome(letIn: () => void): void {
    const before = this.members;
    letIn();
    this.changed();
    for (const [id, member] of this.members) if (!before.has(id)) this.options.onJoined(member);
  }

  private every(milliseconds: number, work: (now: number) => void): void {
    const timer = self.setInterval(() => {
      work(performance.now());
    }, milliseconds);
    this.timers.push(timer);
  }

  private fail(error: PortoonError): void {
    if (this.ended) return;
    this.end();
    this.options.onEnded(error);
  }

  /** The server is back, or another one has taken over. Calls went on meanwhile. */
  private async rejoin(): Promise<void> {
    if (this.ended) return;
    try {
      this.enter(await this.server.ask('join', this.greeting()));
    } catch (error) {
      if (!(error instanceof PortoonError)) return;
      // It went away again: the next connection asks again.
      if (error.code === 'ERR_SIGNALLING') this.server.again();
      else if (error.code === 'ERR_REMOVED') this.fail(error);
      else this.refuse(error);
    }
  }

  /**
   * The server does not let us back in: full, locked, or too many requests. Connections to the
   * others stay, and we ask again.
   */
  private refuse(error: PortoonError): void {
    if (this.ended) return;
    this.refusal = error;
    this.server.again(pauseAfter(this.refusals++));
    this.failIfAlone();
    this.changed();
  }

  /** Ends the call when nobody is left in it and nobody can join. A full room is waited out. */
  private failIfAlone(): void {
    if (this.refusal && this.refusal.code !== 'ERR_TOO_MANY' && this.participants.size === 0)
      this.fail(this.refusal);
  }

  private async freshIce(): Promise<void> {
    // One question at a time; unanswered, it is asked again by the next joining.
    this.iceUntil = Infinity;
    await this.server.ask('ice', {}).then(
      (answer) => {
        this.keepIce(answer);
      },
      () => undefined,
    );
  }

  /** Somebody is in the room. Viewers take part in nothing and have no tile. */
  private meet(present: PresentMember): void {
    // Whatever a server says that has just lost its memory, we are not one of the others.
    if (present.kind === 'view' || present.id === this.self) return;
    const known = this.participants.get(present.id);
    if (known) {
      known.learn(present);
      known.listed = true;
      return;
    }
    // Of two people the one with the smaller id makes the offers. Both know it at once, also after
    // every loss.
    const calls = this.self < present.id;
    this.participants.set(present.id, new Participant(present, calls, this.common));
    this.limit();
  }

  private limit(): void {
    for (const participant of this.participants.values()) participant.limit();
  }

  private async replace(kind: 'audio' | 'video', track: MediaStreamTrack | null): Promise<void> {
    await Promise.all([...this.participants.values()].map((one) => one.replaceTrack(kind, track)));
  }

  private update(id: string, patch: Partial<PresentMember>): void {
    const participant = this.participants.get(id);
    if (!participant) return;
    participant.learn({ ...participant.present, ...patch });
    this.changed();
  }

  private lose(id: string): void {
    const member = this.members.get(id);
    if (!this.participants.has(id)) return;
    this.drop(id);
    this.limit();
    this.changed();
    if (member) this.options.onLeft(member);
    this.failIfAlone();
  }

  private drop(id: string): void {
    this.participants.get(id)?.close();
    this.participants.delete(id);
  }

  private changed(): void {
    if (this.ended) return;
    const persons = [...this.participants].filter(([, { present }]) => present.kind === 'person');
    this.members = new Map(persons.map(([id, participant]) => [id, participant.member()]));
    const refusal = persons.map(([, { refusedWith }]) => refusedWith).find((status) => status !== null);
    if (refusal === undefined) this.relayFault = null;
    else this.relayFault ??= relayRefused(refusal);
    this.options.onChange();
  }
}

function connectionOf(from: Navigator): (EventTarget & { readonly type?: string }) | undefined {
  return (from as { connection?: EventTarget & { readonly type?: string } }).connection;
}

/** Wi-Fi, cellular and so on, where the browser tells (Chromium on phones). */
function networkType(): string | undefined {
  return connectionOf(navigator)?.type;
}
