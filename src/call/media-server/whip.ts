/**
 * Publishes to a media server by WHIP (RFC 9725). The server forwards the stream to any number of
 * viewers.
 */
import { orderCodecs } from '../peer/codecs.ts';
import { MediaConnection, type StreamState } from './media-connection.ts';
import type { Endpoint } from './media-server.ts';
import type { MediaServerError } from './media-server-errors.ts';

export interface PublishOptions {
  endpoint: Endpoint;
  /** What is sent at first; null for nothing yet. The tracks stay the caller's. */
  video: MediaStreamTrack | null;
  audio: MediaStreamTrack | null;
  /** Bits a second of the picture. */
  maxBitrate: number;
  /** Whether smaller sizes are offered too, so that the server can choose one for each viewer. */
  simulcast: boolean;
  /** Something about the publisher has changed. */
  onChange: () => void;
}

/**
 * Every server and viewer takes H.264. Of the cheap codecs it alone says inside its stream that
 * colours use the full range. Browsers say it beside VP8 and VP9, and most servers drop it there:
 * dark tones would come out too dark and bright ones too bright.
 */
const CODECS = ['video/H264', 'video/AV1', 'video/VP9', 'video/VP8'];

/**
 * The simulcast offer: how much smaller each size is, and its share of the bits. The largest comes
 * first, because a server without simulcast keeps only the first.
 */
const SIZES = [
  { rid: 'h', scaleResolutionDownBy: 1, share: 0.7 },
  { rid: 'm', scaleResolutionDownBy: 2, share: 0.22 },
  { rid: 'l', scaleResolutionDownBy: 4, share: 0.08 },
];

/** What goes out, measured since the second before; null where it is not known yet. */
export interface Sending {
  /** Bits a second, picture and sound. */
  bitrate: number | null;
  width: number | null;
  height: number | null;
  fps: number | null;
  /** For example `VP8`. */
  codec: string | null;
  /** Number of simulcast layers; the numbers above are the largest layer's. */
  sizes: number;
}

/** A stream to one endpoint, which reconnects until {@link stop}. */
export class WhipPublisher {
  sending: Sending | null = null;
  private readonly link: MediaConnection;
  private readonly senders: { audio?: RTCRtpSender; video?: RTCRtpSender } = {};
  private readonly tracks: { audio: MediaStreamTrack | null; video: MediaStreamTrack | null };
  private before: { bytes: number; at: number } | null = null;

  constructor(private readonly options: PublishOptions) {
    const { endpoint, video, audio, onChange } = options;
    this.tracks = { audio, video };
    this.link = new MediaConnection({
      endpoint,
      purpose: 'publish',
      retriesFinalFaults: false,
      offering: (connection) => {
        this.offer(connection);
      },
      onLive: () => this.limit(),
      onReport: (report) => {
        this.read(report);
        onChange();
      },
      onChange: () => {
        if (this.link.state !== 'live') {
          this.sending = null;
          this.before = null;
        }
        onChange();
      },
    });
  }

  get state(): StreamState {
    return this.link.state;
  }

  /** Why it is not live, or null. */
  get fault(): MediaServerError | null {
    return this.link.fault;
  }

  /** Sends another track, or nothing, in the place of the one before. Nothing is negotiated. */
  async replaceTrack(kind: 'audio' | 'video', track: MediaStreamTrack | null): Promise<void> {
    if (this.tracks[kind] === track) return;
    this.tracks[kind] = track;
    // A sender whose connection was just lost refuses; the next one begins with this track.
    await this.senders[kind]?.replaceTrack(track).catch(() => undefined);
  }

  /** What the picture may cost from now on, in bits a second. */
  async setMaxBitrate(bits: number): Promise<void> {
    this.options.maxBitrate = bits;
    await this.limit();
  }

  /** Ends the pause before the next try. */
  retryNow(): void {
    this.link.retryNow();
  }

  /** Ends the stream, and tells the server. Safe to call twice. */
  stop(): void {
    this.link.stop();
  }

  private offer(connection: RTCPeerConnection): void {
    const stream = new MediaStream();
    for (const kind of ['audio', 'video'] as const) {
      // Also without a track, so that one can come later and nothing is negotiated.
      const transceiver = connection.addTransceiver(this.tracks[kind] ?? kind, {
        direction: 'sendonly',
        streams: [stream],
        ...(kind === 'video' && this.options.simulcast
          ? {
              sendEncodings: SIZES.map(({ rid, scaleResolutionDownBy }) => ({ rid, scaleResolutionDownBy })),
            }
          : {}),
      });
      this.senders[kind] = transceiver.sender;
      const able = RTCRtpSender.getCapabilities(kind)?.codecs;
      if (kind === 'video' && able) transceiver.setCodecPreferences(orderCodecs(able, CODECS));
    }
  }

  private async limit(): Promise<void> {
    const sender = this.senders.video;
    const parameters = sender?.getParameters();
    if (!sender || !parameters || parameters.encodings.length === 0) return;
    const { encodings } = parameters;
    for (const encoding of encodings) {
      const share = encodings.length === 1 ? 1 : SIZES.find(({ rid }) => rid === encoding.rid)!.share;
      encoding.maxBitrate = Math.round(share * this.options.maxBitrate);
    }
    // Smooth motion matters more than sharpness: people read faces by how they move.
    parameters.degradationPreference = 'maintain-framerate';
    // A sender that is closing refuses; there is nothing left to limit then.
    await sender.setParameters(parameters).catch(() => undefined);
  }

  private read(report: RTCStatsReport): void {
    const entries = new Map<string, Record<string, unknown>>();
    report.forEach((entry: Record<string, unknown> & { id: string }) => entries.set(entry.id, entry));
    const sending: Sending = { bitrate: null, width: null, height: null, fps: null, codec: null, sizes: 0 };
    const number = (value: unknown) => (typeof value === 'number' ? value : null);
    let bytes = 0;
    let at = 0;
    for (const entry of entries.values()) {
      if (entry.type !== 'outbound-rtp') continue;
      bytes += number(entry.bytesSent) ?? 0;
      at = number(entry.timestamp) ?? at;
      if (entry.kind !== 'video') continue;
      // A layer that is off, for lack of bandwidth or processor time, has no size.
      const width = number(entry.frameWidth);
      if (width !== null) sending.sizes++;
      if (sending.width !== null && (width ?? 0) <= sending.width) continue;
      sending.width = width;
      sending.height = number(entry.frameHeight);
      sending.fps = number(entry.framesPerSecond);
      const mimeType = entries.get(String(entry.codecId))?.mimeType;
      sending.codec = typeof mimeType === 'string' ? mimeType.replace('video/', '') : null;
    }
    if (this.before && at > this.before.at)
      sending.bitrate = (8000 * Math.max(0, bytes - this.before.bytes)) / (at - this.before.at);
    this.before = { bytes, at };
    this.sending = sending;
  }
}
