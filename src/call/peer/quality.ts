/** How good an open connection is, in the words that people read. */
export type QualityRating = 'Good' | 'Weak' | 'Poor';

/** The state of a connection; null for what is not known yet. */
export interface ConnectionQuality {
  verdict: QualityRating;
  /** Milliseconds to the other side and back. */
  rtt: number | null;
  /** Share of the packets from there that were lost since the last check, 0..1. */
  loss: number | null;
  /** Bits a second that came, and that went. */
  received: number | null;
  sent: number | null;
  /** Codec of the picture that comes, as `VP9`. */
  codec: string | null;
  /** Pixels and frames a second of the picture that comes. */
  width: number | null;
  height: number | null;
  fps: number | null;
  /** Whether no frame came since the last check. */
  still: boolean;
  /** Whether the media go through a relay. */
  relayed: boolean | null;
}

/** Counters that give rates when compared with those of an earlier check. */
export interface Counters {
  /** Milliseconds. */
  at: number;
  bytesReceived: number;
  bytesSent: number;
  packetsReceived: number;
  packetsLost: number;
  framesDecoded: number;
}

/** From these values on people interrupt each other or hear gaps. One of the two is enough. */
const WEAK = { rtt: 250, loss: 0.03 };
const POOR = { rtt: 600, loss: 0.1 };

/** What a round trip and a loss mean to the people who talk. */
export function rateQuality(rtt: number | null, loss: number | null): QualityRating {
  if ((rtt ?? 0) > POOR.rtt || (loss ?? 0) > POOR.loss) return 'Poor';
  if ((rtt ?? 0) > WEAK.rtt || (loss ?? 0) > WEAK.loss) return 'Weak';
  return 'Good';
}

type Entry = Record<string, unknown> & { id: string; type: string; timestamp: number };

const number = (value: unknown): number | null => (typeof value === 'number' ? value : null);
const count = (value: unknown): number => number(value) ?? 0;

/**
 * Reads a connection's report.
 * @param before - the counters of the last check, if there was one; rates are since then.
 */
export function readQuality(
  report: Iterable<[string, unknown]>,
  before: Counters | null,
): { quality: ConnectionQuality; counters: Counters } {
  const entries = new Map([...report].map(([id, entry]) => [id, entry as Entry]));
  const counters: Counters = {
    at: 0,
    bytesReceived: 0,
    bytesSent: 0,
    packetsReceived: 0,
    packetsLost: 0,
    framesDecoded: 0,
  };
  const quality: ConnectionQuality = {
    verdict: 'Good',
    rtt: null,
    loss: null,
    received: null,
    sent: null,
    codec: null,
    width: null,
    height: null,
    fps: null,
    still: false,
    relayed: null,
  };
  for (const entry of entries.values()) {
    counters.at = Math.max(counters.at, entry.timestamp);
    if (entry.type === 'inbound-rtp') {
      counters.packetsReceived += count(entry.packetsReceived);
      counters.packetsLost += count(entry.packetsLost);
      if (entry.kind === 'video') {
        counters.framesDecoded += count(entry.framesDecoded);
        const codec = entries.get(String(entry.codecId));
        quality.codec = typeof codec?.mimeType === 'string' ? codec.mimeType.replace('video/', '') : null;
        quality.width = number(entry.frameWidth);
        quality.height = number(entry.frameHeight);
        quality.fps = number(entry.framesPerSecond);
      }
    } else if (entry.type === 'transport') {
      counters.bytesReceived += count(entry.bytesReceived);
      counters.bytesSent += count(entry.bytesSent);
      const pair = entries.get(String(entry.selectedCandidatePairId));
      const seconds = number(pair?.currentRoundTripTime);
      quality.rtt = seconds === null ? null : seconds * 1000;
      const ends = [pair?.localCandidateId, pair?.remoteCandidateId].map((id) => entries.get(String(id)));
      if (ends.some(Boolean)) quality.relayed = ends.some((end) => end?.candidateType === 'relay');
    }
  }
  if (before && counters.at > before.at) {
    const seconds = (counters.at - before.at) / 1000;
    quality.received = (8 * (counters.bytesReceived - before.bytesReceived)) / seconds;
    quality.sent = (8 * (counters.bytesSent - before.bytesSent)) / seconds;
    quality.still = counters.framesDecoded === before.framesDecoded;
    const lost = Math.max(0, counters.packetsLost - before.packetsLost);
    const sentThere = lost + counters.packetsReceived - before.packetsReceived;
    quality.loss = sentThere > 0 ? lost / sentThere : null;
  }
  quality.verdict = rateQuality(quality.rtt, quality.loss);
  return { quality, counters };
}
