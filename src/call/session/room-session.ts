import { pauseAfter } from '../../common/backoff.ts';
import { PortoonError } from '../../common/errors.ts';
import type { IceServer, JoinAnswer, Request } from '../../server/signals.ts';
import { RelayReport } from '../peer/relay.ts';
import { Signalling } from './signalling.ts';
import type { ParticipantContext } from './participant-context.ts';
import type { Presence } from './presence.ts';
import { RetriedRequest } from './retried-request.ts';

/**
 * Who this page is for the server. The id is the secret's digest, so that it survives a restart of
 * either side.
 */
export interface Identity {
  readonly id: string;
  readonly secret: string;
}

/** Who is in the room, and what this page may do there. */
export type RoomState = Pick<JoinAnswer, 'peers' | 'host' | 'locked'>;

export interface RoomSessionOptions {
  /** The request to join, as it is now; the identity is added to it. */
  greeting: () => Omit<Request<'join'>, 'rejoin'>;
  /** This page's current state. */
  presence: () => Presence;
  /** The identity to come back with. By default the server makes one. */
  identity?: Identity | undefined;
  /** This page has joined, for the first time or again. */
  onEntered: (answer: JoinAnswer) => void;
  /** The server has sent, unasked, who is there. */
  onPresent: (state: RoomState) => void;
  /** The server does not let us back in. Unless it leaves now, the session asks again. */
  onRefused?: (error: PortoonError) => void;
  /**
   * Milliseconds until it is asked again, after this many refusals in a row. Default: `pauseAfter`.
   */
  pause?: (error: PortoonError, failures: number) => number;
  /** `here` or `fault` has changed; after the other callbacks. */
  onChange: () => void;
}

/** New TURN credentials are requested when this share of their lifetime is over. */
const ICE_SHARE = 0.8;

/**
 * A page's membership in a room: joined, joined again under the same identity after every lost
 * connection to the server, and given up by {@link leave}.
 */
export class RoomSession {
  readonly server = new Signalling();
  /** Whether the server hears us as a member of the room. */
  here = false;
  /** Why the server does not let us in or does not answer; null if it does. Joining is retried. */
  fault: PortoonError | null = null;
  /** STUN and TURN servers, with credentials that are valid for a new connection. */
  ice: readonly IceServer[] = [];
  /** Who we are, as soon as it is known. */
  identity: Identity | undefined;
  private iceUntil = Infinity;
  private failures = 0;
  private left = false;
  private readonly relayReport = new RelayReport((status) => {
    this.server.ask('relay', { status }).catch(() => undefined);
  });
  private readonly request: RetriedRequest;

  constructor(private readonly options: RoomSessionOptions) {
    this.identity = options.identity;
    this.request = new RetriedRequest(() => this.server.ask('state', options.presence()));
    this.server.on('present', (state) => {
      if (!this.here) return;
      options.onPresent(state);
      this.request.retryNow();
      options.onChange();
    });
  }

  /**
   * Joins once, over an open connection (`server.connect`), and comes back after every later loss.
   * To be called once all listeners on `server` are in place.
   * @throws PortoonError why the server does not let us in.
   */
  async join(): Promise<void> {
    this.enter(await this.ask());
    this.keepConnection();
  }

  /** Like {@link join}, but tries until it succeeds: for pages that nobody watches. */
  joinWithRetries(): void {
    this.keepConnection();
    // Where the client does not reconnect by itself, `keepConnection` tries again.
    this.server.connect().catch((error: unknown) => {
      if (this.here || !(error instanceof PortoonError)) return;
      this.fault = error;
      this.changed();
    });
  }

  /** To be called twice a second. */
  check(now: number): void {
    if (now > this.iceUntil && this.here) void this.freshIce();
  }

  /**
   * Sends a signal to a peer while the server hears us. A lost signal is made up for by the next
   * join.
   */
  readonly send: ParticipantContext['send'] = (to, generation, data) => {
    if (this.here) this.server.ask('signal', { to, generation, data }).catch(() => undefined);
  };

  /** Reports to the operator that the relay refuses us, while the server is connected. */
  readonly relayRefused: ParticipantContext['relayRefused'] = (status) => {
    if (this.here) this.relayReport.report(status);
  };

  /**
   * Sends our state to the others, and retries until the server takes it. Without the server, the
   * next join contains it.
   * @throws PortoonError why it was not taken this time.
   */
  async sendState(): Promise<void> {
    if (this.here) await this.request.send();
  }

  /**
   * Ends it. Safe to call twice.
   * @param returns - whether the page may come back, as in a reload: to the server it then counts
   *   as lost and not as left. Default false.
   */
  leave(returns = false): void {
    this.left = true;
    this.here = false;
    this.request.cancel();
    this.server.close(!returns);
  }

  private keepConnection(): void {
    this.server.keep({
      back: () => void this.rejoin(),
      away: () => {
        if (this.left) return;
        this.here = false;
        this.request.cancel();
        this.changed();
      },
    });
  }

  private ask(): Promise<JoinAnswer> {
    const { identity } = this;
    return this.server.ask('join', {
      ...this.options.greeting(),
      ...(identity ? { rejoin: { id: identity.id, secret: identity.secret } } : {}),
    });
  }

  /** The connection is open again, to the same server or another one. */
  private async rejoin(): Promise<void> {
    if (this.left) return;
    let answer;
    try {
      answer = await this.ask();
    } catch (error) {
      if (error instanceof PortoonError) this.refuse(error);
      return;
    }
    this.enter(answer);
  }

  private enter(answer: JoinAnswer): void {
    // Left while the server was asked.
    if (this.left) return;
    this.identity = { id: answer.self, secret: answer.secret };
    this.failures = 0;
    this.here = true;
    this.fault = null;
    this.keepIce(answer);
    // The request to join contained it.
    this.request.cancel();
    this.options.onEntered(answer);
    this.changed();
  }

  private refuse(error: PortoonError): void {
    if (this.left) return;
    this.fault = error;
    this.options.onRefused?.(error);
    const pause = this.options.pause?.(error, this.failures) ?? pauseAfter(this.failures);
    this.failures++;
    // `onRefused` may have left the room.
    if (!this.hasLeft()) this.server.again(pause);
    this.changed();
  }

  private changed(): void {
    if (!this.left) this.options.onChange();
  }

  private hasLeft(): boolean {
    return this.left;
  }

  private keepIce({ ice, iceLifetime }: Pick<JoinAnswer, 'ice' | 'iceLifetime'>): void {
    this.ice = ice;
    this.iceUntil = performance.now() + ICE_SHARE * iceLifetime * 1000;
  }

  private async freshIce(): Promise<void> {
    // One request at a time; the next join repeats an unanswered one.
    this.iceUntil = Infinity;
    await this.server.ask('ice', {}).then(
      (answer) => {
        this.keepIce(answer);
      },
      () => undefined,
    );
  }
}
