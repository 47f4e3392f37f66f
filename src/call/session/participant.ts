import * as v from 'valibot';
import { pauseAfter, type Backoff } from '../../common/backoff.ts';
import { requestSchemas, type PresentMember, type SignalData } from '../../server/signals.ts';
import type { ConnectionState, Member } from './member.ts';
import { Peer, type PeerSignal } from '../peer/peer.ts';
import { readQuality, type ConnectionQuality, type Counters } from '../peer/quality.ts';
import { Speech } from '../peer/speech.ts';
import type { ParticipantContext } from './participant-context.ts';

/** A connection that takes longer is started again. Milliseconds. */
const CONNECT_MS = 15_000;
/** Pause before the next attempt. Not random: an earlier offer is kept until the pause ends. */
const BACKOFF: Backoff = { first: 700, longest: 10_000, growth: 2, random: 0 };
/** A connection that lasted this long was no failure. */
const STEADY_MS = 10_000;
/** Candidates that are kept with an offer which has to wait, at most. */
const MAX_WAITING = 64;
/** How often the other side is asked for a new connection. */
const ASK_MS = 3000;
/** After this long without a connection people want to know why. */
const UNREACHABLE_MS = 25_000;
/** Where a relay refuses us, this is how long another path may take before that is shown. */
const REFUSED_MS = 4000;
const MEASURE_MS = 2000;
/** What two pages say to each other. */
const stateMessageSchema = v.pipe(v.string(), v.parseJson(), requestSchemas.state);
/** The number in a request for a new connection. */
const NONE = 0;

/**
 * Counts the connections that this page begins, so that late signals of an older one are
 * recognised. It starts at the current time: someone who comes back with the same id after a reload
 * must not start at one again.
 */
let generations = Math.floor(Date.now() / 1000) % 2 ** 30;

/**
 * The shortest time between the starts of two connections.
 *
 * The other side can break connections, by bad signals too, and each one costs this page sockets,
 * relays and an encoder. So every failure in a row makes the pause longer.
 *
 * @param begun - connections in a row that did not last for {@link STEADY_MS}.
 * @returns milliseconds.
 */
export function pauseBetween(begun: number): number {
  return begun === 0 ? 0 : pauseAfter(begun - 1, BACKOFF);
}

/** One of the others, and the connection to them, which is started again after each failure. */
export class Participant {
  /** Whether the server lists them. If not, the direct connection may still work. */
  listed = true;

  private peer: Peer | null = null;
  /**
   * The number of this connection between the two people. The side that makes the offers counts.
   */
  private generation = NONE;
  private begun = 0;
  /** Connections in a row that did not last. */
  private attempts = 0;
  /** When this connection was first connected; 0 until then. */
  private connectedAt = 0;
  /** The newest offer that came before the next connection may start, and its candidates. */
  private waiting: { generation: number; signals: SignalData[] } | null = null;
  private asked = -Infinity;
  /** When there last was a connection, or when they joined. */
  private alive = performance.now();
  private everAlive = false;
  private link: ConnectionState = 'connecting';
  /** The status with which the relay refused us last, until it accepts us. */
  private refusal: number | null = null;
  private stream: MediaStream | null = null;
  private quality: ConnectionQuality | null = null;
  private counters: Counters | null = null;
  private measured = 0;
  private speaking = false;
  private readonly speech = new Speech();
  private ended = false;

  /** @param calls - whether this side makes the offers. */
  constructor(
    private known: PresentMember,
    private readonly calls: boolean,
    private readonly room: ParticipantContext,
  ) {
    if (calls) this.begin();
  }

  /** What is known of them, from the server and from themselves. */
  get present(): PresentMember {
    return this.known;
  }

  /** What the server says of them. What they said themselves since then is newer. */
  learn(present: PresentMember): void {
    const { name, state } = this.isNews(present.state.revision) ? present : this.known;
    this.known = { ...present, name, state };
  }

  /** Sends them this page's state, if connected. */
  sendState(): void {
    if (this.connected) this.peer?.say(JSON.stringify(this.room.presence));
  }

  get connected(): boolean {
    return this.peer?.state === 'connected';
  }

  /** The status with which the relay refuses us, where that keeps us apart. */
  get refusedWith(): number | null {
    return this.link === 'refused' ? this.refusal : null;
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

  /** One of their signals. Signals of an older connection are ignored. */
  hear(generation: number, data: SignalData): void {
    if (this.ended) return;
    if (this.calls) {
      if (generation !== this.generation) {
        if (data.type === 'renegotiate') this.begin();
        return;
      }
    } else if (generation !== this.generation) {
      if (generation < this.generation || !this.admits(generation, data)) return;
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
  check(now: number): void {
    const { peer, room } = this;
    if (this.ended) return;
    if (!this.listed && !this.connected && room.signalling) {
      // Somebody whom neither the server nor we hear has left.
      room.onLost(this.present.id);
      return;
    }
    this.settle(now);
    this.answerWaiting();
    const waited = peer?.state === 'connected' ? 0 : now - Math.max(this.begun, this.alive);
    const stuck = peer?.state === 'closed' || waited > CONNECT_MS;
    if (stuck && this.listed && room.signalling) {
      if (this.calls) this.begin();
      else this.askAnew();
    }
    if (this.connected && now - this.measured > MEASURE_MS) void this.measure(now);
  }

  /** To be called as often as `SPEECH_CHECK_MS` says. */
  listen(now: number): void {
    const speaking = this.speech.hear(this.peer?.audioLevel() ?? null, now);
    if (speaking === this.speaking) return;
    this.speaking = speaking;
    this.room.onChange();
  }

  /** Looks for a new network path to them, now: the network has changed, or the server is back. */
  restart(): void {
    // What failed before was no fault of the other side.
    this.attempts = Math.min(this.attempts, 1);
    if (this.peer && this.peer.state !== 'closed') this.peer.restart();
    else this.check(performance.now());
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
   * Ends the connection for good.
   * @param bye - whether they are told that this page does not come back.
   */
  close(bye = false): void {
    this.ended = true;
    this.peer?.close(bye);
  }

  private begin(): void {
    if (this.mayBegin()) this.connect(++generations);
  }

  private mayBegin(): boolean {
    return performance.now() - this.begun >= pauseBetween(this.attempts);
  }

  /** Whether a signal of another connection begins it now. An offer that may not yet is kept. */
  private admits(generation: number, data: SignalData): boolean {
    const { waiting } = this;
    if (data.type === 'offer') {
      if (this.mayBegin()) return true;
      if (generation >= (waiting?.generation ?? NONE)) this.waiting = { generation, signals: [data] };
    } else if (waiting?.generation === generation && waiting.signals.length < MAX_WAITING) {
      waiting.signals.push(data);
    }
    return false;
  }

  private answerWaiting(): void {
    const { waiting } = this;
    if (!waiting || !this.mayBegin()) return;
    this.connect(waiting.generation);
    for (const signal of waiting.signals) this.peer?.signal(signal as PeerSignal);
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
    // Cleared before closing: the end of the old one would look like a loss and start another.
    const { peer: old } = this;
    this.peer = null;
    old?.close();
    this.generation = generation;
    this.begun = performance.now();
    this.attempts++;
    this.connectedAt = 0;
    this.waiting = null;
    this.counters = null;
    const { audio, video } = room;
    const tracks = [audio ?? room.placeholder('audio'), video ?? room.placeholder('video')];
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
        room.onChange();
      },
      onState: () => {
        if (this.peer !== peer) return;
        // The state may have changed while there was no connection.
        this.sendState();
        this.limit();
        this.check(performance.now());
      },
      onRelay: (refusal) => {
        if (this.peer !== peer) return;
        this.refusal = refusal;
        if (refusal !== null) room.relayRefused(refusal);
      },
      onWord: (text) => {
        if (this.peer === peer) this.hearWord(text);
      },
      onBye: () => {
        room.onLost(id);
      },
    });
    this.peer = peer;
    if (!audio) void peer.replaceTrack('audio', null);
    if (!video) void peer.replaceTrack('video', null);
  }

  /** Reads a message with their state, which is untrusted and so is checked. */
  private hearWord(text: string): void {
    const said = v.safeParse(stateMessageSchema, text);
    if (this.ended || !said.success || !this.isNews(said.output.revision)) return;
    const { name = this.known.name, ...state } = said.output;
    this.known = { ...this.known, name, state };
    this.room.onState(this.known.id);
  }

  /** Of two states with one number the later one counts, and so do those of pages without one. */
  private isNews(revision: number | undefined): boolean {
    return (revision ?? Infinity) >= (this.known.state.revision ?? 0);
  }

  /** Updates the connection's state as the page shows it. */
  private settle(now: number): void {
    if (this.connected) {
      this.alive = now;
      this.everAlive = true;
      if (this.connectedAt === 0) this.connectedAt = now;
      else if (now - this.connectedAt > STEADY_MS) this.attempts = 0;
    }
    const refused = this.refusal !== null && now - this.alive > REFUSED_MS;
    const link = this.connected
      ? 'connected'
      : refused
        ? 'refused'
        : this.room.signalling && this.silent(now)
          ? 'unreachable'
          : this.everAlive
            ? 'reconnecting'
            : 'connecting';
    if (link === this.link) return;
    this.link = link;
    this.room.onChange();
  }

  private async measure(now: number): Promise<void> {
    this.measured = now;
    const report = await this.peer?.stats().catch(() => null);
    if (!report || this.ended) return;
    const { quality, counters } = readQuality(report, this.counters);
    this.quality = quality;
    this.counters = counters;
    this.room.onChange();
  }
}
