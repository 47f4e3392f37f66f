import { pauseAfter } from '../common/backoff.ts';
import { PortoonError } from '../common/errors.ts';
import type { IceServer, JoinAnswer, Request } from '../server/signals.ts';
import type { Surroundings } from './participant.ts';
import { RelayReport } from './relay.ts';
import { Signalling } from './signalling.ts';
import { Telling, type Presence } from './telling.ts';

/**
 * Who this page is for the server. The id is the secret's digest, so that it survives a restart of
 * either side.
 */
export interface Identity {
  readonly id: string;
  readonly secret: string;
}

export interface RoomSessionOptions {
  /** With what the room is entered, now. */
  greeting: () => Request<'join'>;
  /** How this page is, now. */
  presence: () => Presence;
  /** By default the server gives one. */
  identity?: Identity;
  /** Who is in the room according to the server, whenever we have joined or rejoined. */
  onPresent: (peers: JoinAnswer['peers']) => void;
  /** `here` or `fault` is new; after {@link RoomSessionOptions.onPresent}. */
  onChange: () => void;
}

/** TURN credentials are asked for anew when this share of their life is over. */
const ICE_SHARE = 0.8;

/** A place in a room that is taken again for ever: for where nobody sits to try once more. */
export class RoomSession {
  readonly server = new Signalling();
  /** Whether the server hears us. */
  here = false;
  /** Why the server does not let us in, or does not answer, or null; it is tried again. */
  fault: PortoonError | null = null;
  /** Fresh enough to begin a connection with. */
  ice: readonly IceServer[] = [];
  private identity: Identity | undefined;
  private iceUntil = Infinity;
  private failures = 0;
  private left = false;
  private readonly relayReport = new RelayReport((status) => {
    this.server.ask('relay', { status }).catch(() => undefined);
  });
  private readonly telling: Telling;

  constructor(private readonly options: RoomSessionOptions) {
    this.identity = options.identity;
    this.telling = new Telling(() => this.server.ask('state', options.presence()));
  }

  /** To be called once, after all that listens on `server` is in place. */
  take(): void {
    this.server.on('present', ({ peers }) => {
      if (!this.here) return;
      this.options.onPresent(peers);
      this.telling.hurry();
      this.options.onChange();
    });
    this.server.keep({
      back: () => void this.enter(),
      away: () => {
        this.here = false;
        this.telling.stop();
        if (!this.left) this.options.onChange();
      },
    });
    // What the line does not mend by itself is tried again by `keep`.
    this.server.connect().catch((error: unknown) => {
      this.refuse(error);
    });
  }

  /** To be called twice a second. */
  look(now: number): void {
    if (now > this.iceUntil && this.here) void this.freshIce();
  }

  /**
   * Sends a signal to a peer while the server is connected. A lost signal is made up for by the
   * next join.
   */
  readonly send: Surroundings['send'] = (to, generation, data) => {
    if (this.here) this.server.ask('signal', { to, generation, data }).catch(() => undefined);
  };

  /** Tells the operator that the relay refuses us, while the server hears us. */
  readonly relayRefused: Surroundings['relayRefused'] = (status) => {
    if (this.here) this.relayReport.tell(status);
  };

  /** Tells the others how we are, while the server hears us; else the next joining tells it. */
  tell(): void {
    if (this.here) this.telling.tell().catch(() => undefined);
  }

  /** Gives the place up. Safe to call twice. */
  leave(): void {
    this.left = true;
    this.here = false;
    this.telling.stop();
    this.server.close();
  }

  private async enter(): Promise<void> {
    const { identity } = this;
    try {
      const greeting = { ...this.options.greeting(), ...(identity ? { rejoin: identity } : {}) };
      const answer = await this.server.ask('join', greeting);
      if (this.left) return;
      this.identity = { id: answer.self, secret: answer.secret };
      this.failures = 0;
      this.here = true;
      this.telling.stop();
      this.fault = null;
      this.keepIce(answer);
      this.options.onPresent(answer.peers);
      this.options.onChange();
    } catch (error) {
      if (this.left) return;
      this.refuse(error);
      this.server.again(pauseAfter(this.failures++));
    }
  }

  private refuse(error: unknown): void {
    if (this.left || this.here || !(error instanceof PortoonError)) return;
    this.fault = error;
    this.options.onChange();
  }

  private keepIce({ ice, iceLifetime }: Pick<JoinAnswer, 'ice' | 'iceLifetime'>): void {
    this.ice = ice;
    this.iceUntil = performance.now() + ICE_SHARE * iceLifetime * 1000;
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
}
