/**
 * A connection to a media server that reconnects until it is stopped. WHIP (publishing) and WHEP
 * (playing) share it.
 */
import { pauseAfter } from '../../common/backoff.ts';
import {
  answer,
  askForRestart,
  closeSession,
  openSession,
  trickle,
  type Endpoint,
  type MediaServerSession,
} from './media-server.ts';
import { lost, MediaServerError, noPath, unreachable, type Purpose } from './media-server-errors.ts';
import { candidatesOf, fragmentOf, restartedBy, withoutEcho } from './sdp-fragment.ts';

/** `reconnecting`: it was live and will be again. `stopped` is the last state. */
export type StreamState = 'connecting' | 'live' | 'reconnecting' | 'stopped';

export interface MediaConnectionOptions {
  endpoint: Endpoint;
  purpose: Purpose;
  /** Whether faults that never go away are retried as well, as on a page that nobody watches. */
  retriesFinalFaults: boolean;
  /** Gives a fresh connection its transceivers, before its offer. */
  offering: (connection: RTCPeerConnection) => void | Promise<void>;
  /** Called when the server made the offer: what is not wanted of it can be refused now. */
  answering?: (connection: RTCPeerConnection) => void;
  /** Called once media flow over this connection. */
  onLive: (connection: RTCPeerConnection) => void | Promise<void>;
  /** Called once a second while connected. */
  onReport?: (report: RTCStatsReport) => void;
  /** `state` or `fault` has changed. */
  onChange: () => void;
}

/** Most machines have all their candidates by then; the others trickle. */
const GATHER_MS = 500;
/** Longest wait for all candidates, for a server that accepts none after the offer. */
const GATHER_ALL_MS = 10_000;
const CONNECT_MS = 10_000;
const CHECK_MS = 1000;
/**
 * ICE checks a quiet connection every 2.5 s, and every half second once it hears nothing. So a
 * silence of this length means that the connection is lost.
 */
const SILENCE_MS: Record<Purpose, number> = { publish: 3500, play: 3000 };
/** After a connection that lasted this long, the retries begin with the shortest pause again. */
const STEADY_MS = 10_000;

export class MediaConnection {
  state: StreamState = 'connecting';
  /** Why it is not live, or null. */
  fault: MediaServerError | null = null;
  /** When it is tried again, as `performance.now()`; null while it is being tried. */
  retryAt: number | null = null;
  private stopped = false;
  private everLive = false;
  /** Whether offers wait for all candidates, because the server takes none later. */
  private gatherAll = false;
  private iceServers: readonly RTCIceServer[] = [];
  private session: MediaServerSession | null = null;
  private wake: () => void = () => undefined;

  constructor(private readonly options: MediaConnectionOptions) {
    addEventListener('pagehide', this.stop);
    addEventListener('online', this.retryNow);
    void this.run();
  }

  /** Ends it, and tells the server. Safe to call twice. */
  readonly stop = (): void => {
    if (this.stopped) return;
    this.stopped = true;
    removeEventListener('pagehide', this.stop);
    removeEventListener('online', this.retryNow);
    // The session is closed before anything else, because a page that is being left may have no
    // time for more.
    this.closeSession();
    this.wake();
    this.become('stopped', this.fault);
  };

  /** Ends the pause before the next try. */
  readonly retryNow = (): void => {
    if (this.retryAt !== null) this.wake();
  };

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.stopped) {
      const begun = performance.now();
      let fault: MediaServerError;
      try {
        await this.live();
        fault = lost(this.options.endpoint.url);
        if (performance.now() - begun > STEADY_MS) failures = 0;
      } catch (error) {
        fault =
          error instanceof MediaServerError
            ? error
            : unreachable(this.options.endpoint.url, { cause: error });
      }
      // `stop` may have been called while this was awaited.
      if (this.isStopped()) return;
      if (fault.retry.final && !this.everLive && !this.options.retriesFinalFaults) {
        this.fault = fault;
        this.stop();
        return;
      }
      const pause = fault.retry.after ?? pauseAfter(failures++);
      this.retryAt = performance.now() + pause;
      this.become(this.everLive ? 'reconnecting' : 'connecting', fault);
      await this.sleep(pause);
      this.retryAt = null;
    }
  }

  /** One session, from its offer to its loss. Rejects where it cannot be set up. */
  private async live(): Promise<void> {
    let connection = this.connect();
    try {
      await this.options.offering(connection);
      await connection.setLocalDescription();
      const complete = await gathered(connection, this.gatherAll ? GATHER_ALL_MS : GATHER_MS);
      if (this.isStopped()) return;
      const { endpoint, purpose } = this.options;
      const { sdp: offer } = connection.localDescription!;
      const session = await openSession(endpoint, purpose, offer);
      this.session = session;
      if (this.stopped) return;
      // Used from the next connection on: this one has gathered its candidates already.
      this.iceServers = session.iceServers;
      if (session.kind === 'offer') {
        connection.close();
        connection = this.connect();
        await this.answerOffer(connection, session);
      } else {
        const sdp = purpose === 'publish' ? withoutEcho(session.sdp) : session.sdp;
        await connection.setRemoteDescription({ type: 'answer', sdp });
        if (!complete) void this.trickleRest(connection, session, candidatesOf(offer));
      }
      await this.connected(connection);
      await this.options.onLive(connection);
      if (this.isStopped()) return;
      this.everLive = true;
      this.become('live', null);
      await this.untilLost(connection, session);
    } finally {
      connection.close();
      this.closeSession();
    }
  }

  private connect(): RTCPeerConnection {
    return new RTCPeerConnection({ iceServers: [...this.iceServers], bundlePolicy: 'max-bundle' });
  }

  private async answerOffer(connection: RTCPeerConnection, session: MediaServerSession): Promise<void> {
    await connection.setRemoteDescription({ type: 'offer', sdp: session.sdp });
    this.options.answering?.(connection);
    await connection.setLocalDescription();
    await gathered(connection, this.gatherAll ? GATHER_ALL_MS : GATHER_MS);
    await answer(session, connection.localDescription!.sdp);
  }

  private async trickleRest(
    connection: RTCPeerConnection,
    session: MediaServerSession,
    known: readonly string[],
  ): Promise<void> {
    await gathered(connection, GATHER_ALL_MS);
    if (connection.signalingState === 'closed') return;
    const fragment = fragmentOf(connection.localDescription!.sdp, new Set(known), true);
    // The next offer will hold them all.
    if (!(await trickle(session, fragment).catch(() => false))) this.gatherAll = true;
  }

  private async connected(connection: RTCPeerConnection): Promise<void> {
    const until = performance.now() + CONNECT_MS;
    while (connection.connectionState !== 'connected') {
      const left = until - performance.now();
      if (left <= 0 || connection.connectionState === 'failed') throw noPath(this.options.endpoint.url);
      await this.changed(connection, left);
      if (this.stopped) return;
    }
  }

  /**
   * Checks each second whether the server is still heard. Resolves when it is not, and an ICE
   * restart did not help.
   */
  private async untilLost(connection: RTCPeerConnection, session: MediaServerSession): Promise<void> {
    const { purpose, onReport } = this.options;
    let counts: ReadonlyMap<string, number> = new Map();
    let heardAt = performance.now();
    let restarted = false;
    for (;;) {
      await this.changed(connection, CHECK_MS);
      if (this.stopped) return;
      if (ended(connection)) {
        // Reported while the connection is open: closing it takes the last picture away.
        this.become('reconnecting', lost(this.options.endpoint.url));
        return;
      }
      const report = await connection.getStats();
      onReport?.(report);
      const before = counts;
      counts = countsOf(report, purpose);
      if ([...counts].some(([id, count]) => count > (before.get(id) ?? 0))) {
        heardAt = performance.now();
        restarted = false;
        if (this.state !== 'live') this.become('live', null);
      }
      const silent = performance.now() - heardAt > SILENCE_MS[purpose];
      if (!silent && connection.connectionState !== 'failed') continue;
      this.become('reconnecting', lost(this.options.endpoint.url));
      if (restarted || session.kind === 'offer' || !(await this.restart(connection, session))) return;
      restarted = true;
      heardAt = performance.now();
    }
  }

  /** Restarts ICE within the session. Resolves to false if the server does not support that. */
  private async restart(connection: RTCPeerConnection, session: MediaServerSession): Promise<boolean> {
    try {
      await connection.setLocalDescription(await connection.createOffer({ iceRestart: true }));
      const complete = await gathered(connection, GATHER_MS);
      const before = connection.remoteDescription!.sdp;
      const fragment = await askForRestart(
        session,
        fragmentOf(connection.localDescription!.sdp, new Set(), complete),
      );
      const sdp = fragment === null ? null : restartedBy(fragment, before);
      if (sdp === null) return false;
      await connection.setRemoteDescription({ type: 'answer', sdp });
      return true;
    } catch {
      return false;
    }
  }

  private closeSession(): void {
    if (this.session) closeSession(this.session);
    this.session = null;
  }

  private become(state: StreamState, fault: MediaServerError | null): void {
    this.state = state;
    this.fault = fault;
    this.options.onChange();
  }

  private isStopped(): boolean {
    return this.stopped;
  }

  /**
   * Waits until the connection changes, or until it is stopped or woken, but never longer than
   * `ms`.
   */
  private async changed(connection: RTCPeerConnection, ms: number): Promise<void> {
    const wake = () => {
      this.wake();
    };
    connection.addEventListener('connectionstatechange', wake);
    await this.sleep(ms);
    connection.removeEventListener('connectionstatechange', wake);
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Whether all candidates were gathered in time. */
async function gathered(connection: RTCPeerConnection, patience: number): Promise<boolean> {
  if (connection.iceGatheringState === 'complete') return true;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, patience);
    connection.addEventListener('icegatheringstatechange', () => {
      if (connection.iceGatheringState !== 'complete') return;
      clearTimeout(timer);
      resolve();
    });
  });
  // It changed while this waited.
  return (connection.iceGatheringState as RTCIceGatheringState) === 'complete';
}

/** Whether the other side closed the connection, so that an ICE restart would not help. */
function ended(connection: RTCPeerConnection): boolean {
  if (connection.connectionState === 'closed') return true;
  return [...connection.getSenders(), ...connection.getReceivers()].some(
    ({ transport }) => transport?.state === 'closed',
  );
}

/**
 * Counters that grow as long as the server is there. A publisher hears the server's answers to ICE.
 * A player needs media: a server whose stream has ended still answers, but is of no use.
 */
function countsOf(report: RTCStatsReport, purpose: Purpose): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  report.forEach((entry: Record<string, unknown> & { id: string }) => {
    const { type, packetsReceived, responsesReceived } = entry;
    if (purpose === 'play' ? type !== 'inbound-rtp' : type !== 'candidate-pair' && type !== 'transport')
      return;
    const count = type === 'candidate-pair' ? responsesReceived : packetsReceived;
    if (typeof count === 'number') counts.set(entry.id, count);
  });
  return counts;
}
