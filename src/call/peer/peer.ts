/**
 * One connection to one other browser. The only file that knows simple-peer, so that the library
 * can be replaced here.
 */
import SimplePeer from 'simple-peer/simplepeer.min.js';
import { orderCodecs } from './codecs.ts';
import type { VideoLimits } from './limits.ts';
import { relayStatus } from './relay.ts';
import { loudness } from './speech.ts';

/** What one side hands to the other through the signalling; only this file reads it. */
export type PeerSignal = Parameters<SimplePeer.Instance['signal']>[0] & object;

/** `reconnecting`: nothing was heard for a while and the last picture stays. `closed` is final. */
export type PeerState = 'connecting' | 'connected' | 'reconnecting' | 'closed';

export interface PeerOptions {
  /** One of the two makes all offers, so that two offers never collide. */
  initiator: boolean;
  iceServers: readonly RTCIceServer[];
  /**
   * One audio and one video track, or none on a side that only receives. `replaceTrack` swaps them.
   */
  stream: MediaStream;
  /** Video codecs by preference, as MIME types. */
  codecs: readonly string[];
  onSignal: (signal: PeerSignal) => void;
  onStream: (stream: MediaStream) => void;
  onState: (state: PeerState) => void;
  /** A relay refused us with this status; null: one accepted us. */
  onRelay: (refusal: number | null) => void;
  /** What the other side says with {@link Peer.say}. */
  onWord: (text: string) => void;
  /** The other side says that it leaves. */
  onBye: () => void;
}

const BEAT_MS = 1000;
/** Without heartbeats for this long the network has changed, or the other side has left. */
const SILENCE_MS = 2500;
/** A restart that has not helped by then is tried again. */
const RESTART_AGAIN_MS = 5000;
const BEAT = '1';
const BYE = 'bye';
/** Characters of one message, at most. */
const MAX_MESSAGE_LENGTH = 4096;

export class Peer {
  state: PeerState = 'connecting';
  private readonly simple: SimplePeer.Instance;
  private readonly senders: Record<'audio' | 'video', RTCRtpSender | undefined>;
  private heard = 0;
  private restarted = 0;
  private timer = 0;
  private limits: VideoLimits | null = null;
  /** Whether a relay accepted us. */
  private relayed = false;
  /** RTP time of the packet whose level was returned last. */
  private levelOf = -1;

  constructor(private readonly options: PeerOptions) {
    const { initiator, iceServers, stream, codecs } = options;
    this.simple = new SimplePeer({
      initiator,
      stream,
      // Sound, picture and heartbeats share one transport from the first offer on. Otherwise each
      // would look for its own and allocate its own relays.
      config: { iceServers: [...iceServers], bundlePolicy: 'max-bundle' },
    });
    const senders = this.connection?.getSenders() ?? [];
    this.senders = {
      audio: senders.find(({ track }) => track?.kind === 'audio'),
      video: senders.find(({ track }) => track?.kind === 'video'),
    };
    this.prefer(codecs);
    this.listen();
  }

  /**
   * How loud the other side has been since the last call, on the scale of `loudness`. Null where
   * nothing came. Does not decode the sound.
   */
  audioLevel(): number | null {
    const receiver = this.connection?.getReceivers().find(({ track }) => track.kind === 'audio');
    const source = receiver?.getSynchronizationSources()[0];
    if (!source || source.rtpTimestamp === this.levelOf) return null;
    this.levelOf = source.rtpTimestamp;
    return source.audioLevel === undefined ? null : loudness(source.audioLevel);
  }

  /**
   * Takes what the other side's `onSignal` gave. Wrong signals close the connection and throw
   * nothing.
   */
  signal(signal: PeerSignal): void {
    if (this.state === 'closed') return;
    // An offer that was sent twice is answered twice; the second answer would break the connection.
    if ('type' in signal && signal.type === 'answer' && !this.offering) return;
    // The side that makes no offers sends this only when it needs a new network path.
    if ('renegotiate' in signal) this.restart();
    else this.simple.signal(signal);
  }

  /** Sends another track, or nothing, in the place of the one before. Nothing is negotiated. */
  async replaceTrack(kind: 'audio' | 'video', track: MediaStreamTrack | null): Promise<void> {
    if (this.state === 'closed') return;
    try {
      await this.senders[kind]?.replaceTrack(track);
    } catch (error) {
      // The other side has just left.
      if (!this.connection || this.connection.signalingState === 'closed') return;
      throw error;
    }
    if (kind === 'video') await this.limit();
  }

  /** What the outgoing picture may cost, from now on. */
  async limit(limits = this.limits): Promise<void> {
    this.limits = limits;
    const sender = this.senders.video;
    if (!limits || !sender || this.state === 'closed') return;
    const parameters = sender.getParameters();
    const encoding: (RTCRtpEncodingParameters & { codec?: RTCRtpCodec }) | undefined =
      parameters.encodings[0];
    if (!encoding) return;
    const { width = 0, height = 0 } = sender.track?.getSettings() ?? {};
    encoding.maxBitrate = limits.maxBitrate;
    encoding.scaleResolutionDownBy = Math.max(1, Math.min(width, height) / limits.maxShortSide);
    // Smooth motion matters more than sharpness: people read faces by how they move.
    parameters.degradationPreference = limits.keepsSize ? 'maintain-resolution' : 'maintain-framerate';
    // What this machine encodes best, in whatever order the other side listed them.
    const negotiated = parameters.codecs.filter(({ mimeType }) => mimeType.startsWith('video/'));
    const [best] = orderCodecs(negotiated, this.options.codecs);
    if (best) encoding.codec = best;
    // A sender that is closing refuses; there is nothing left to limit then.
    await sender.setParameters(parameters).catch(() => undefined);
  }

  /** Restarts ICE to find another network path; media that arrives meanwhile goes on. */
  restart(): void {
    if (this.state === 'closed') return;
    this.restarted = performance.now();
    const { initiator, onSignal } = this.options;
    if (this.offering) {
      // The offer or its answer was lost on the way.
      const sdp = this.connection?.localDescription?.sdp;
      if (sdp !== undefined) onSignal({ type: 'offer', sdp });
    } else if (initiator) {
      this.connection?.restartIce();
      this.negotiate();
    } else onSignal({ type: 'renegotiate', renegotiate: true });
  }

  /**
   * Says something to the other side, if it can be said now. Not one of the heartbeat's own
   * messages.
   */
  say(text: string): void {
    this.send(text);
  }

  stats(): Promise<RTCStatsReport | null> {
    return this.connection?.getStats() ?? Promise.resolve(null);
  }

  /**
   * Closes the connection. With `bye` the other side is told, if it can still be reached, that we
   * will not come back.
   */
  close(bye = false): void {
    if (this.state === 'closed') return;
    if (bye) {
      this.send(BYE);
      // If the connection closed now, the bye would be lost with it.
      setTimeout(() => {
        this.simple.destroy();
      }, 50);
    } else {
      // simple-peer closes it a little later. The next connection must not overlap with this one.
      this.connection?.close();
      this.simple.destroy();
    }
    this.become('closed');
  }

  /** simple-peer's own connection; null once it is destroyed. */
  private get connection(): RTCPeerConnection | null {
    return (this.simple as unknown as { _pc: RTCPeerConnection | null })._pc;
  }

  /** Whether an answer is waited for. */
  private get offering(): boolean {
    return this.connection?.signalingState === 'have-local-offer';
  }

  private negotiate(): void {
    (this.simple as unknown as { negotiate(): void }).negotiate();
  }

  private prefer(codecs: readonly string[]): void {
    const able = RTCRtpReceiver.getCapabilities('video')?.codecs;
    if (!able) return;
    for (const transceiver of this.connection?.getTransceivers() ?? [])
      if (transceiver.sender === this.senders.video)
        transceiver.setCodecPreferences(orderCodecs(able, codecs));
  }

  private listen(): void {
    const { simple, options } = this;
    this.connection?.addEventListener('icecandidateerror', (event) => {
      const refusal = relayStatus(event);
      if (refusal !== null && !this.relayed) options.onRelay(refusal);
    });
    this.connection?.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate?.type !== 'relay') return;
      // One relayed candidate shows that the relay works; others may have failed before.
      this.relayed = true;
      options.onRelay(null);
    });
    simple.on('signal', (signal) => {
      if (this.state !== 'closed') options.onSignal(signal);
    });
    simple.on('stream', (stream) => {
      if (this.state !== 'closed') options.onStream(stream);
    });
    simple.on('connect', () => {
      this.hear();
      this.become('connected');
      void this.limit();
      this.timer = self.setInterval(() => {
        this.beat();
      }, BEAT_MS);
    });
    simple.on('data', (data: unknown) => {
      this.hear();
      const text = String(data);
      if (text === BYE) options.onBye();
      else if (text !== BEAT && text.length <= MAX_MESSAGE_LENGTH && this.state !== 'closed')
        options.onWord(text);
    });
    // simple-peer gives up a failed connection; its creator makes another.
    simple.on('error', () => undefined);
    simple.on('close', () => {
      this.become('closed');
    });
  }

  private hear(): void {
    this.heard = performance.now();
    if (this.state === 'reconnecting') this.become('connected');
  }

  private beat(): void {
    this.send(BEAT);
    if (performance.now() - this.heard < SILENCE_MS) return;
    this.become('reconnecting');
    if (performance.now() - this.restarted > RESTART_AGAIN_MS) this.restart();
  }

  private send(text: string): void {
    try {
      if (this.simple.connected) this.simple.send(text);
    } catch {
      // The channel has just closed; `close` reports it.
    }
  }

  private become(state: PeerState): void {
    if (this.state === state || this.state === 'closed') return;
    this.state = state;
    if (state === 'closed') self.clearInterval(this.timer);
    this.options.onState(state);
  }
}
