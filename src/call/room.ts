import { io, type Socket } from 'socket.io-client';
import { PortoonError } from '../effect/errors.ts';
import {
  SIGNALLING_PATH,
  type Answer,
  type ClientToServer,
  type IceServer,
  type JoinAnswer,
  type Peer as Present,
  type Request,
  type RequestName,
  type ServerToClient,
  type SignalData,
} from '../server/signals.ts';
import { preferredCodecs } from './codecs.ts';
import { videoLimits } from './limits.ts';
import { hostKeyOf } from './link.ts';
import { silentTrack } from './microphone.ts';
import { Peer, type PeerSignal, type PeerState } from './peer.ts';
import { readQuality, type Counters, type Quality } from './quality.ts';

/** One of the others, as the page shows them. A new object whenever something of it changes. */
export interface Member {
  readonly id: string;
  /** May be empty. Text of a stranger: never to be read as markup. */
  readonly name: string;
  readonly host: boolean;
  readonly muted: boolean;
  readonly camera: boolean;
  /** Their picture and sound, from when they arrive. */
  readonly stream: MediaStream | null;
  readonly link: PeerState;
  /** Null until it was measured. */
  readonly quality: Quality | null;
}

export interface RoomOptions {
  /** As in the link: `newRoom()` makes one. */
  room: string;
  /** At most 40 characters. */
  name: string;
  muted: boolean;
  camera: boolean;
  /** What is sent at first; null where there is none yet. The tracks stay the caller's. */
  video: MediaStreamTrack | null;
  audio: MediaStreamTrack | null;
  /** Something of `members`, `host`, `locked` or `signalling` is new. */
  onChange: () => void;
  onJoined: (member: Member) => void;
  onLeft: (member: Member) => void;
  /** The room let go of us, and why. Nothing comes after it. */
  onEnded: (error: PortoonError) => void;
}

/** How long the server may take to answer. */
const ANSWER_MS = 10_000;
/** A connection that is not there by then is begun anew. */
const CONNECT_MS = 15_000;
const LOOK_MS = 500;
const MEASURE_MS = 2000;
const RETRY_MS = 700;

interface Entry {
  present: Present;
  /** Whether the server counts them in; who lost the server may still be heard. */
  listed: boolean;
  peer: Peer | null;
  begun: number;
  /** Which of the other side's connections this one speaks to: the session id of its offers. */
  session: string;
  stream: MediaStream | null;
  quality: Quality | null;
  counters: Counters | null;
  measured: number;
}

/** A call: everybody in the room, each on a connection of their own. Loses its server and goes on. */
export class Room {
  /** By their ids, in the order in which they came. */
  members: ReadonlyMap<string, Member> = new Map();
  /** Whether this page may lock the room and remove others. */
  host = false;
  locked = false;
  /** Whether the server hears us; the call goes on without it, but nobody new can come. */
  signalling = true;

  private readonly socket: Socket<ServerToClient, ClientToServer>;
  private readonly entries = new Map<string, Entry>();
  private self = '';
  private secret = '';
  private ice: readonly IceServer[] = [];
  private iceUntil = 0;
  private codecs: readonly string[] = [];
  private audio: MediaStreamTrack | null;
  private video: MediaStreamTrack | null;
  private readonly standIns: { track: MediaStreamTrack; stop: () => void }[] = [];
  private timer = 0;
  private ended = false;

  private constructor(private readonly options: RoomOptions) {
    this.audio = options.audio;
    this.video = options.video;
    this.socket = io({ path: SIGNALLING_PATH, transports: ['websocket'], reconnectionDelayMax: 2000 });
  }

  /**
   * Joins a room; the first to come is its host.
   * @throws PortoonError `ERR_ROOM_FULL`, `ERR_ROOM_LOCKED`, `ERR_SIGNALLING` and what else the server says.
   */
  static async join(options: RoomOptions): Promise<Room> {
    const room = new Room(options);
    try {
      room.codecs = await preferredCodecs();
      await room.connected();
      room.enter(await room.ask('join', room.greeting()));
    } catch (error) {
      room.end();
      throw error;
    }
    room.listen();
    return room;
  }

  /** Sends another picture from now on, or none. Nothing is negotiated. */
  async setVideo(track: MediaStreamTrack | null): Promise<void> {
    this.video = track;
    await this.replace('video', track);
    this.limit();
  }

  /** Sends another sound from now on, or none. */
  async setAudio(track: MediaStreamTrack | null): Promise<void> {
    this.audio = track;
    await this.replace('audio', track);
  }

  /** Tells the others what they see and hear of us. */
  async tell(state: { name?: string; muted?: boolean; camera?: boolean }): Promise<void> {
    Object.assign(this.options, state);
    const { name, muted, camera } = this.options;
    // Else told with the next join.
    if (this.signalling) await this.ask('state', { name, muted, camera });
  }

  /** Lets nobody else in, or again. The host alone may. */
  async lock(locked: boolean): Promise<void> {
    await this.ask('lock', { locked });
  }

  /** Takes somebody out of the room. The host alone may. */
  async remove(id: string): Promise<void> {
    await this.ask('remove', { peer: id });
  }

  /** Goes, and says so: to the server and to everybody. Safe to call twice. */
  leave(): void {
    if (this.ended) return;
    if (this.socket.connected) this.socket.emit('leave', {}, () => undefined);
    this.end();
  }

  private end(): void {
    this.ended = true;
    self.clearInterval(this.timer);
    removeEventListener('pagehide', this.onPageHide);
    for (const { peer } of this.entries.values()) peer?.close(true);
    this.entries.clear();
    this.members = new Map();
    for (const standIn of this.standIns) standIn.stop();
    // After the word that we leave has gone out.
    setTimeout(() => this.socket.disconnect(), 100);
  }

  /** A page that goes says bye, so that nobody waits. */
  private readonly onPageHide = () => {
    this.leave();
  };

  private greeting(): Request<'join'> {
    const { room, name, muted, camera } = this.options;
    const hostKey = hostKeyOf(room);
    return {
      room,
      name,
      kind: 'person',
      state: { muted, camera },
      ...(hostKey === undefined ? {} : { hostKey }),
      ...(this.self === '' ? {} : { rejoin: { id: this.self, secret: this.secret } }),
    };
  }

  private connected(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(unreachable());
      }, ANSWER_MS);
      this.socket.once('connect', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private async ask<Name extends RequestName>(
    name: Name,
    request: Request<Name>,
  ): Promise<Answer<Name> & { ok: true }> {
    // The names of the events are those of the requests; the types cannot follow a name that is not known yet.
    const socket = this.socket.timeout(ANSWER_MS) as unknown as {
      emitWithAck(name: RequestName, request: unknown): Promise<Answer<Name>>;
    };
    let answer;
    try {
      answer = await socket.emitWithAck(name, request);
    } catch (cause) {
      throw unreachable({ cause });
    }
    if (answer.ok) return answer;
    const { code, message, wayOut } = answer.error;
    throw new PortoonError(code, message, wayOut);
  }

  /** We are in, for the first time or again. */
  private enter(answer: JoinAnswer): void {
    // Under another id the others know nothing of the connections that there were.
    if (this.self !== '' && this.self !== answer.self)
      for (const id of [...this.entries.keys()]) this.drop(id);
    this.self = answer.self;
    this.secret = answer.secret;
    this.host = answer.host;
    this.locked = answer.locked;
    this.signalling = true;
    this.keepIce(answer);
    for (const entry of this.entries.values()) entry.listed = false;
    for (const peer of answer.peers) this.meet(peer);
    this.changed();
  }

  private keepIce({ ice, iceLifetime }: Pick<JoinAnswer, 'ice' | 'iceLifetime'>): void {
    this.ice = ice;
    this.iceUntil = performance.now() + iceLifetime * 1000;
  }

  private listen(): void {
    const { socket } = this;
    socket.on('connect', () => void this.rejoin());
    socket.on('disconnect', (reason) => {
      this.signalling = false;
      this.changed();
      // Those that the server ends are not connected again by themselves.
      if (reason === 'io server disconnect') this.retry();
    });
    socket.on('joined', ({ peer }) => {
      const known = this.entries.has(peer.id);
      this.meet(peer);
      this.changed();
      const member = this.members.get(peer.id);
      if (!known && member) this.options.onJoined(member);
    });
    socket.on('left', ({ id, reason }) => {
      const entry = this.entries.get(id);
      if (!entry) return;
      entry.listed = false;
      if (reason !== 'lost') this.lose(id);
      else this.look();
    });
    socket.on('signal', ({ from, data }) => {
      this.hear(from, data);
    });
    socket.on('state', ({ id, name, ...state }) => {
      this.update(id, { name, state });
    });
    socket.on('host', ({ id }) => {
      this.host = id === this.self;
      for (const other of this.entries.keys()) this.update(other, { host: other === id });
      this.changed();
    });
    socket.on('locked', ({ locked }) => {
      this.locked = locked;
      this.changed();
    });
    socket.on('removed', () => {
      this.fail(
        new PortoonError(
          'ERR_REMOVED',
          'The host took you out of this call.',
          'Start a call of your own, or ask the host to let you in again.',
        ),
      );
    });
    this.timer = self.setInterval(() => {
      this.look();
    }, LOOK_MS);
    addEventListener('pagehide', this.onPageHide);
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
      this.enter(await this.ask('join', this.greeting()));
    } catch (error) {
      if (!(error instanceof PortoonError)) return;
      // It went away again: the next connection asks again.
      if (error.code === 'ERR_SIGNALLING') this.retry();
      else this.fail(error);
    }
  }

  private retry(): void {
    this.socket.disconnect();
    setTimeout(() => {
      if (!this.ended) this.socket.connect();
    }, RETRY_MS);
  }

  /** Somebody is in the room. Viewers take part in nothing and have no tile. */
  private meet(present: Present): void {
    const known = this.entries.get(present.id);
    if (known) {
      known.present = present;
      known.listed = true;
      return;
    }
    const entry: Entry = {
      present,
      listed: true,
      peer: null,
      begun: 0,
      session: '',
      stream: null,
      quality: null,
      counters: null,
      measured: 0,
    };
    this.entries.set(present.id, entry);
    if (this.calls(present.id)) this.begin(entry);
    this.limit();
  }

  /** Of two, the one with the smaller id makes the offers: both know it at once, and after every loss again. */
  private calls(id: string): boolean {
    return this.self < id;
  }

  private begin(entry: Entry): void {
    const { id } = entry.present;
    entry.peer?.close();
    entry.begun = performance.now();
    entry.counters = null;
    entry.session = '';
    const { audio, video } = this;
    const peer: Peer = new Peer({
      initiator: this.calls(id),
      iceServers: this.ice.map((server) => ({ ...server })),
      stream: new MediaStream([audio ?? this.standIn('audio'), video ?? this.standIn('video')]),
      codecs: this.codecs,
      onSignal: (data) => {
        // What cannot be carried now is asked for again once it can: see `look`.
        if (entry.peer === peer && this.socket.connected)
          this.ask('signal', { to: id, data: data as SignalData }).catch(() => undefined);
      },
      onStream: (stream) => {
        entry.stream = stream;
        this.changed();
      },
      onState: (state) => {
        if (entry.peer !== peer) return;
        if (state === 'connected') this.limit();
        this.changed();
        this.look();
      },
      onBye: () => {
        this.lose(id);
      },
    });
    entry.peer = peer;
    if (!audio) void peer.replaceTrack('audio', null);
    if (!video) void peer.replaceTrack('video', null);
  }

  private standIn(kind: 'audio' | 'video'): MediaStreamTrack {
    const had = this.standIns.find(({ track }) => track.kind === kind);
    if (had) return had.track;
    const made = kind === 'audio' ? silentTrack() : blackTrack();
    this.standIns.push(made);
    return made.track;
  }

  /** A word of another peer for ours. */
  private hear(from: string, data: SignalData): void {
    const entry = this.entries.get(from);
    if (!entry) return;
    if (data.type === 'offer') {
      if (this.calls(from)) return;
      // An offer of a connection that we do not know: the other side began anew.
      const session = /^o=\S+ (\S+)/m.exec(data.sdp)?.[1] ?? '';
      if (!entry.peer || entry.peer.state === 'closed' || session !== entry.session) this.begin(entry);
      entry.session = session;
    }
    entry.peer?.signal(data as PeerSignal);
  }

  /** Drops who is gone, and begins anew what does not come about. */
  private look(): void {
    const now = performance.now();
    for (const [id, entry] of this.entries) {
      const { peer, listed } = entry;
      const alive = peer?.state === 'connected';
      // Whom neither the server nor we hear is gone.
      if (!listed && !alive && this.signalling) {
        this.lose(id);
        continue;
      }
      const waited = peer?.state === 'connecting' ? now - entry.begun : (peer?.silence ?? 0);
      const stuck = peer?.state === 'closed' || (!alive && waited > CONNECT_MS);
      if (stuck && listed && this.signalling && this.calls(id)) void this.beginAgain(entry);
      if (alive && now - entry.measured > MEASURE_MS) void this.measure(entry);
    }
  }

  private async beginAgain(entry: Entry): Promise<void> {
    if (performance.now() - entry.begun < RETRY_MS) return;
    entry.begun = performance.now();
    if (performance.now() > this.iceUntil)
      await this.ask('ice', {}).then(
        (answer) => {
          this.keepIce(answer);
        },
        () => undefined,
      );
    if (this.entries.get(entry.present.id) === entry && !this.ended) this.begin(entry);
  }

  private async measure(entry: Entry): Promise<void> {
    entry.measured = performance.now();
    const report = await entry.peer?.stats().catch(() => null);
    if (!report) return;
    const { quality, counters } = readQuality(report, entry.counters);
    entry.quality = quality;
    entry.counters = counters;
    this.changed();
  }

  private limit(): void {
    const others = this.entries.size;
    if (others === 0) return;
    const limits = videoLimits(others, this.video?.getSettings().height ?? 720);
    for (const { peer } of this.entries.values()) if (peer?.state === 'connected') void peer.limit(limits);
  }

  private async replace(kind: 'audio' | 'video', track: MediaStreamTrack | null): Promise<void> {
    const peers = [...this.entries.values()].flatMap(({ peer }) => peer ?? []);
    await Promise.all(peers.map((peer) => peer.replaceTrack(kind, track)));
  }

  private update(id: string, patch: Partial<Present>): void {
    const entry = this.entries.get(id);
    if (!entry) return;
    entry.present = { ...entry.present, ...patch };
    this.changed();
  }

  private lose(id: string): void {
    const member = this.members.get(id);
    if (!this.entries.has(id)) return;
    this.drop(id);
    this.limit();
    this.changed();
    if (member) this.options.onLeft(member);
  }

  private drop(id: string): void {
    this.entries.get(id)?.peer?.close();
    this.entries.delete(id);
  }

  private changed(): void {
    if (this.ended) return;
    this.members = new Map(
      [...this.entries]
        .filter(([, { present }]) => present.kind === 'person')
        .map(([id, { present, peer, stream, quality }]) => [
          id,
          {
            id,
            name: present.name,
            host: present.host,
            muted: present.state.muted,
            camera: present.state.camera,
            stream,
            link: peer?.state === 'closed' ? 'reconnecting' : (peer?.state ?? 'connecting'),
            quality,
          },
        ]),
    );
    this.options.onChange();
  }
}

function blackTrack(): { track: MediaStreamTrack; stop: () => void } {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 16;
  canvas.getContext('2d')?.fillRect(0, 0, 16, 16);
  const track = canvas.captureStream().getVideoTracks()[0]!;
  return {
    track,
    stop() {
      track.stop();
    },
  };
}

function unreachable(options?: ErrorOptions): PortoonError {
  return new PortoonError(
    'ERR_SIGNALLING',
    'The server that brings people together does not answer.',
    'Check the connection and try again.',
    options,
  );
}
