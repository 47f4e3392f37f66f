/** Watching one person, silently: what the page for OBS does with a link of the studio. */
import type { PortoonError } from '../common/errors.ts';
import type { MemberState, Request, Wants } from '../server/signals.ts';
import type { StreamState } from './media-server/media-connection.ts';
import { Participant } from './session/participant.ts';
import { Participants } from './session/participants.ts';
import { relayRefused } from './peer/relay.ts';
import { RoomSession } from './session/room-session.ts';
import type { ParticipantContext } from './session/participant-context.ts';
import { nextRevision } from './session/presence.ts';

export interface StreamViewerOptions {
  room: string;
  /** Id of the person. Nobody else is answered. */
  view: string;
  /** What the person sees this page called. */
  label: string;
  wants: Wants;
  /**
   * Called with the picture and sound of each new connection.
   * @param stacked - whether the picture is packed as `stacked-1`.
   */
  onStream: (stream: MediaStream, stacked: boolean) => void;
  onReport?: (report: RTCStatsReport) => void;
  /** `state` or `fault` has changed. */
  onChange: () => void;
}

const CHECK_MS = 500;

/**
 * A viewer: it sends nothing and is no participant. After any failure it tries again, until
 * {@link stop}.
 */
export class StreamViewer {
  state: StreamState = 'connecting';
  private readonly session: RoomSession;
  /** The person alone, while they are there. */
  private readonly participants: Participants;
  /** What `onStream` was called with last. */
  private shown: { stream: MediaStream; stacked: boolean } | null = null;
  private wants: Wants;
  /** The number of this page's newest state. */
  private revision = nextRevision();
  private checks = 0;
  private readonly timer: number;

  constructor(private readonly options: StreamViewerOptions) {
    this.wants = options.wants;
    this.session = new RoomSession({
      greeting: () => this.greeting(),
      presence: () => this.presence,
      onEntered: ({ peers }) => {
        this.participants.list(peers);
      },
      onPresent: ({ peers }) => {
        this.participants.list(peers);
      },
      onChange: () => {
        this.changed();
      },
    });
    const { server } = this.session;
    this.participants = new Participants({
      begin: (present) =>
        present.id === options.view && present.kind === 'person'
          ? new Participant(present, false, this.contextFor())
          : null,
      onLearned: () => {
        this.changed();
      },
      onLost: () => {
        this.changed();
      },
    });
    this.participants.listen(server);
    server.on('joined', ({ peer }) => {
      this.participants.meet(peer);
      this.changed();
    });
    this.timer = self.setInterval(() => {
      this.check(performance.now());
    }, CHECK_MS);
    addEventListener('pagehide', this.stop);
    this.session.joinWithRetries();
  }

  private get participant(): Participant | undefined {
    return this.participants.get(this.options.view);
  }

  /** Why the server does not let us in, or its relay refuses us, or null. */
  get fault(): PortoonError | null {
    const refusal = this.participant?.refusedWith ?? null;
    return this.session.fault ?? (refusal === null ? null : relayRefused(refusal));
  }

  /** Whether the server is connected and the person is there. For diagnostics. */
  get found(): { server: boolean; person: boolean } {
    return { server: this.session.here, person: this.participant !== undefined };
  }

  /** Says that nobody sees the picture at the moment, or that somebody does again. */
  pause(paused: boolean): void {
    if (this.wants.paused === paused) return;
    this.wants = { ...this.wants, paused };
    this.revision = nextRevision(this.revision);
    this.participant?.sendState();
    this.session.sendState().catch(() => undefined);
  }

  /** Ends it, and says so. Safe to call twice. */
  readonly stop = (): void => {
    if (this.state === 'stopped') return;
    this.state = 'stopped';
    self.clearInterval(this.timer);
    removeEventListener('pagehide', this.stop);
    this.participants.close();
    this.session.leave();
  };

  private greeting(): Omit<Request<'join'>, 'rejoin'> {
    const { room, label } = this.options;
    return {
      room,
      name: label,
      kind: 'view',
      state: this.presence,
    };
  }

  /** A viewer shows nothing of itself. */
  private get presence(): MemberState {
    return { muted: true, camera: false, wants: this.wants, revision: this.revision };
  }

  private contextFor(): ParticipantContext {
    const { session } = this;
    const presence = () => this.presence;
    return {
      codecs: [],
      get presence() {
        return presence();
      },
      get signalling() {
        return session.here;
      },
      audio: null,
      video: null,
      get ice() {
        return session.ice;
      },
      placeholder: () => null,
      send: session.send,
      relayRefused: session.relayRefused,
      limits: () => ({ maxBitrate: 0, maxShortSide: Infinity }),
      onChange: () => {
        this.changed();
      },
      onState: () => {
        this.changed();
      },
      onLost: (id) => {
        this.participants.lose(id);
      },
    };
  }

  private check(now: number): void {
    this.session.check(now);
    this.participant?.check(now);
    const { onReport } = this.options;
    if (onReport && ++this.checks % 2 === 0)
      void this.participant
        ?.stats()
        .then((report) => {
          if (report && this.state !== 'stopped') onReport(report);
        })
        .catch(() => undefined);
  }

  private changed(): void {
    if (this.state === 'stopped') return;
    const { participant } = this;
    const member = participant?.member();
    const live = participant?.connected === true && member?.camera === true;
    if (live) this.state = 'live';
    else if (this.state === 'live') this.state = 'reconnecting';
    if (participant && member?.stream) {
      const { stream } = member;
      const stacked = this.wants.alpha && participant.present.state.alpha === 'stacked-1';
      if (stream !== this.shown?.stream || stacked !== this.shown.stacked) {
        this.shown = { stream, stacked };
        this.options.onStream(stream, stacked);
      }
    }
    this.options.onChange();
  }
}
