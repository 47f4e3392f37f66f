import type { IceServer, Peer as Present, SignalData } from '../server/signals.ts';
import type { VideoLimits } from './limits.ts';
import { Peer, type PeerSignal } from './peer.ts';
import { readQuality, type Counters, type Quality } from './quality.ts';
import { Speech } from './speech.ts';

/**
 * `reconnecting`: the last picture stays. `unreachable`: the same for a long time; we keep on
 * trying.
 */
export type LinkState = 'connecting' | 'connected' | 'reconnecting' | 'unreachable';

/** One of the others, as the page shows them. A new object whenever something of it changes. */
export interface Member {
  readonly id: string;
  /** May be empty. Text of a stranger: never to be read as markup. */
  readonly name: string;
  readonly host: boolean;
  readonly muted: boolean;
  readonly camera: boolean;
  /** Whether they record the sound of everybody. */
  readonly recording: boolean;
  readonly speaking: boolean;
  /** Their picture and sound, from when they arrive. */
  readonly stream: MediaStream | null;
  readonly link: LinkState;
  /** Null until it was measured. */
  readonly quality: Quality | null;
}

/** What a participant needs of the room. */
export interface Surroundings {
  readonly codecs: readonly string[];
  /** Whether the server is heard. */
  readonly signalling: boolean;
  /** What is sent; null where there is nothing to send now. */
  readonly audio: MediaStreamTrack | null;
  readonly video: MediaStreamTrack | null;
  /** What a connection is made with while there is nothing to send; null where nothing ever is. */
  standIn(kind: 'audio' | 'video'): MediaStreamTrack | null;
  /** Fresh enough to begin a connection with. */
  readonly ice: readonly IceServer[];
  /** Carries a signal to somebody, if it can be carried now. */
  send(to: string, generation: number, data: SignalData): void;
  /** What may be sent to each, now. */
  limits(): VideoLimits;
  changed(): void;
  /** They are gone. */
  lost(id: string): void;
}

/** A connection that is not there by then is begun anew. */
const CONNECT_MS = 15_000;
/** So often at most is a connection begun anew. */
const AGAIN_MS = 700;
/** So often is the other side asked to begin anew. */
const ASK_MS = 3000;
/** Without a connection for so long, people want to know why. */
const UNREACHABLE_MS = 25_000;
const MEASURE_MS = 2000;
/** Stands for "no connection of ours": asks for a new one. */
const NONE = 0;

/**
 * Counts the connections that this page begins, so that late signals of an older one are
 * recognised. It starts at the current time: someone who comes back with the same id after a reload
 * must not start at one again.
 */
let generations = Math.floor(Date.now() / 1000) % 2 ** 30;

/** One of the others, and the connection to them: begun anew as often as it takes. */
export class Participant {
  /** Whether the server counts them in; who lost the server may still be heard. */
  listed = true;

  private peer: Peer | null = null;
  /**
   * The number of this connection between the two people. The side that makes the offers counts.
   */
  private generation = NONE;
  private begun = 0;
  private asked = -Infinity;
  /** When there was a connection last, or they came. */
  private alive = performance.now();
  private everAlive = false;
  private link: LinkState = 'connecting';
  private stream: MediaStream | null = null;
  private quality: Quality | null = null;
  private counters: Counters | null = null;
  private measured = 0;
  private speaking = false;
  private readonly speech = new Speech();
  private ended = false;

  /** @param calls - whether this side makes the offers, then and ever after. */
  constructor(
    public present: Present,
    private readonly calls: boolean,
    private readonly room: Surroundings,
  ) {
    if (calls) this.begin();
  }

  get connected(): boolean {
    return this.peer?.state === 'connected';
  }

  member(): Member {
    const { id, name, host, state } = this.present;
    const { speaking, stream, link, quality } = this;
    return {
      id,
      name,
      host,
      muted: state.muted,
      camera: state.camera,
      recording: state.recording === true,
      speaking: speaking && !state.muted,
      stream,
      link,
      quality,
    };
  }

  /** A signal of theirs. What belongs to a connection that is no more is passed over. */
  hear(generation: number, data: SignalData): void {
    if (this.ended) return;
    if (this.calls) {
      if (generation !== this.generation) {
        if (data.type === 'renegotiate') this.begin();
        return;
      }
    } else if (generation !== this.generation) {
      if (data.type !== 'offer' || generation < this.generation) return;
      this.connect(generation);
    } else if (this.peer?.state === 'closed') {
      this.askAnew();
      return;
    }
    this.peer?.signal(data as PeerSignal);
  }

  /** Whether there has been no connection for so long that people want to know why. */
  silent(now: number): boolean {
    return !this.connected && now - this.alive > UNREACHABLE_MS;
  }

  /** To be called twice a second. */
  look(now: number): void {
    const { peer, room } = this;
    if (this.ended) return;
    if (!this.listed && !this.connected && room.signalling) {
      // Whom neither the server nor we hear is gone.
      room.lost(this.present.id);
      return;
    }
    this.settle(now);
    const waited = peer?.state === 'connected' ? 0 : now - Math.max(this.begun, this.alive);
    const stuck = peer?.state === 'closed' || waited > CONNECT_MS;
    if (stuck && this.listed && room.signalling) {
      if (this.calls) this.begin();
      else this.askAnew();
    }
    if (this.connected && now - this.measured > MEASURE_MS) void this.measure(now);
  }

  /** To be called as often as `SPEECH_LOOK_MS` says. */
  listen(now: number): void {
    const speaking = this.speech.hear(this.peer?.audioLevel() ?? null, now);
    if (speaking === this.speaking) return;
    this.speaking = speaking;
    this.room.changed();
  }

  /** Looks for another way to them, at once: the network is another, or the server is back. */
  restart(): void {
    if (this.peer && this.peer.state !== 'closed') this.peer.restart();
    else this.look(performance.now());
  }

  async replaceTrack(kind: 'audio' | 'video', track: MediaStreamTrack | null): Promise<void> {
    await this.peer?.replaceTrack(kind, track);
  }

  limit(): void {
    if (this.connected) void this.peer?.limit(this.room.limits());
  }

  stats(): Promise<RTCStatsReport | null> {
    return this.peer?.stats() ?? Promise.resolve(null);
  }

  /**
   * Nothing comes after it.
   * @param bye - whether they are told that nobody comes back.
   */
  close(bye = false): void {
    this.ended = true;
    this.peer?.close(bye);
  }

  private begin(): void {
    if (this.begun === 0 || performance.now() - this.begun > AGAIN_MS) this.connect(++generations);
  }

  private askAnew(): void {
    const now = performance.now();
    if (now - this.asked < ASK_MS) return;
    this.asked = now;
    this.room.send(this.present.id, NONE, { type: 'renegotiate', renegotiate: true });
  }

  private connect(generation: number): void {
    const { room } = this;
    const { id } = this.present;
    this.peer?.close();
    this.generation = generation;
    this.begun = performance.now();
    this.counters = null;
    const { audio, video } = room;
    const tracks = [audio ?? room.standIn('audio'), video ?? room.standIn('video')];
    const peer: Peer = new Peer({
      initiator: this.calls,
      iceServers: room.ice.map((server) => ({ ...server })),
      stream: new MediaStream(tracks.filter((track) => track !== null)),
      codecs: room.codecs,
      onSignal: (data) => {
        if (this.peer === peer) room.send(id, generation, data as SignalData);
      },
      onStream: (stream) => {
        this.stream = stream;
        room.changed();
      },
      onState: () => {
        if (this.peer !== peer) return;
        this.limit();
        this.look(performance.now());
      },
      onBye: () => {
        room.lost(id);
      },
    });
    this.peer = peer;
    if (!audio) void peer.replaceTrack('audio', null);
    if (!video) void peer.replaceTrack('video', null);
  }

  /** What the page is told of the connection. */
  private settle(now: number): void {
    if (this.connected) {
      this.alive = now;
      this.everAlive = true;
    }
    const link = this.connected
      ? 'connected'
      : this.room.signalling && this.silent(now)
        ? 'unreachable'
        : this.everAlive
          ? 'reconnecting'
          : 'connecting';
    if (link === this.link) return;
    this.link = link;
    this.room.changed();
  }

  private async measure(now: number): Promise<void> {
    this.measured = now;
    const report = await this.peer?.stats().catch(() => null);
    if (!report || this.ended) return;
    const { quality, counters } = readQuality(report, this.counters);
    this.quality = quality;
    this.counters = counters;
    this.room.changed();
  }
}
