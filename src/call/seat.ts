import { PortoonError } from '../effect/errors.ts';
import type { IceServer, JoinAnswer, PeerState, Request } from '../server/signals.ts';
import { pauseAfter } from './media-link.ts';
import type { Surroundings } from './participant.ts';
import { Signalling } from './signalling.ts';

/**
 * Who this page is for the server. The id is the secret's digest, so that it survives a restart of
 * either side.
 */
export interface Identity {
  readonly id: string;
  readonly secret: string;
}

export interface SeatOptions {
  /** With what the room is entered, now. */
  greeting: () => Request<'join'>;
  /** By default the server gives one. */
  identity?: Identity;
  /** We are in, for the first time or again. */
  onIn: (answer: JoinAnswer) => void;
  /** `here` or `fault` is new; after {@link SeatOptions.onIn}. */
  onChange: () => void;
}

/** TURN credentials are asked for anew when this share of their life is over. */
const ICE_SHARE = 0.8;

/** A place in a room that is taken again for ever: for where nobody sits to try once more. */
export class Seat {
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

  constructor(private readonly options: SeatOptions) {
    this.identity = options.identity;
  }

  /** To be called once, after all that listens on `server` is in place. */
  take(): void {
    this.server.keep({
      back: () => void this.enter(),
      away: () => {
        this.here = false;
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

  /** Tells the others how we are, while the server hears us; else the next joining tells it. */
  tell(state: PeerState): void {
    if (this.here) this.server.ask('state', state).catch(() => undefined);
  }

  /** Gives the place up. Safe to call twice. */
  leave(): void {
    this.left = true;
    this.here = false;
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
      this.fault = null;
      this.keepIce(answer);
      this.options.onIn(answer);
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
