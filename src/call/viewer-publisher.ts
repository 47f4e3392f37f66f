/**
 * Sends to pages that only watch (OBS). Each viewer has its own connection and says what picture
 * and sound it wants.
 */
import type { PortoonError } from '../common/errors.ts';
import type { PresentMember, MemberState, Request, Wants } from '../server/signals.ts';
import { preferredCodecs } from './peer/codecs.ts';
import type { ConnectionState } from './session/member.ts';
import { onNetworkChange } from './network.ts';
import { Participant } from './session/participant.ts';
import { Participants } from './session/participants.ts';
import type { ConnectionQuality } from './peer/quality.ts';
import { RoomSession, type Identity } from './session/room-session.ts';
import { PlaceholderTracks } from './peer/placeholder-tracks.ts';
import type { ParticipantContext } from './session/participant-context.ts';
import { nextRevision } from './session/presence.ts';

/** A page that watches. */
export interface Viewer {
  readonly id: string;
  /** As its address names it; may be empty. Untrusted: never to be parsed as markup. */
  readonly label: string;
  readonly wants: Wants;
  readonly link: ConnectionState;
  readonly quality: ConnectionQuality | null;
}

/** What can be sent. The tracks stay the caller's. */
export interface OutgoingTracks {
  /**
   * The whole picture, and the person alone (`stacked-1`). Null while nobody wants it or there is
   * none.
   */
  opaque: MediaStreamTrack | null;
  stacked: MediaStreamTrack | null;
  audio: MediaStreamTrack | null;
}

export interface ViewerPublisherOptions {
  room: string;
  /** The key whose digest is the room's name: keeps others from locking it. */
  hostKey: string;
  /** The identity under which the link's viewers find this page. */
  identity: Identity;
  /** `viewers`, `here` or `fault` has changed. */
  onChange: () => void;
}

const CHECK_MS = 500;
/** For a viewer that names no limit: enough for two pictures of 1080 lines, one above the other. */
const MAX_BITRATE = 6_000_000;
const WANTS_LITTLE: Wants = { alpha: false, audio: false, paused: true };

/**
 * Answers every viewer that has the link, until {@link close}. Other members of the room get no
 * answer.
 */
export class ViewerPublisher {
  viewers: readonly Viewer[] = [];
  private readonly session: RoomSession;
  private readonly participants: Participants;
  private readonly placeholders = new PlaceholderTracks();
  private codecs: readonly string[] = [];
  private sent: OutgoingTracks = { opaque: null, stacked: null, audio: null };
  private state: MemberState = { muted: true, camera: false, revision: nextRevision() };
  private readonly timer: number;
  private readonly stopWatchingNetwork: () => void;

  constructor(private readonly options: ViewerPublisherOptions) {
    const { identity } = options;
    this.session = new RoomSession({
      identity,
      greeting: () => this.greeting(),
      presence: () => this.state,
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
      // The sender makes the offers: a viewer has nothing to offer.
      begin: (present) =>
        present.kind === 'view' ? new Participant(present, true, this.contextFor(present)) : null,
      onMet: (id, isNew) => {
        if (!isNew) void this.apply(id);
      },
      onLearned: (id) => {
        void this.apply(id);
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
      const now = performance.now();
      this.session.check(now);
      for (const participant of this.participants) participant.check(now);
    }, CHECK_MS);
    addEventListener('pagehide', this.close);
    this.stopWatchingNetwork = onNetworkChange(() => {
      server.retryNow();
      for (const participant of this.participants) participant.restart();
    });
    void preferredCodecs().then((codecs) => {
      this.codecs = codecs;
      this.session.joinWithRetries();
    });
  }

  /** Whether the server hears us, so that viewers can find us. */
  get here(): boolean {
    return this.session.here;
  }

  /** Why the server does not take us, or null. */
  get fault(): PortoonError | null {
    return this.session.fault;
  }

  /** Sends something else from now on. Nothing is negotiated. */
  async send(sent: OutgoingTracks): Promise<void> {
    this.sent = sent;
    await Promise.all(this.participants.ids.map((id) => this.apply(id)));
  }

  /**
   * Tells the viewers what they get: whether there is a picture, and whether it can be transparent.
   */
  tell(state: Pick<MemberState, 'camera' | 'alpha'>): void {
    this.state = { muted: true, ...state, revision: nextRevision(this.state.revision) };
    for (const participant of this.participants) participant.sendState();
    this.session.sendState().catch(() => undefined);
  }

  /** Ends all connections, and says so. Safe to call twice. */
  readonly close = (): void => {
    self.clearInterval(this.timer);
    removeEventListener('pagehide', this.close);
    this.stopWatchingNetwork();
    this.participants.close();
    this.viewers = [];
    this.placeholders.stop();
    this.session.leave();
  };

  private greeting(): Omit<Request<'join'>, 'rejoin'> {
    const { room, hostKey } = this.options;
    return { room, hostKey, name: '', kind: 'person', state: this.state };
  }

  private contextFor({ id, state }: PresentMember): ParticipantContext {
    const wants = () => this.participants.get(id)?.present.state.wants ?? state.wants ?? WANTS_LITTLE;
    const { session, placeholders } = this;
    const presence = () => this.state;
    const track = (kind: 'audio' | 'video') => this.trackFor(kind, wants());
    return {
      codecs: this.codecs,
      get presence() {
        return presence();
      },
      get signalling() {
        return session.here;
      },
      get audio() {
        return track('audio');
      },
      get video() {
        return track('video');
      },
      get ice() {
        return session.ice;
      },
      placeholder: (kind) => placeholders.of(kind),
      send: session.send,
      relayRefused: session.relayRefused,
      // The lower half of the picture is a matte. An encoder that scaled the picture would move the
      // border between the two halves.
      limits: () => ({
        maxBitrate: wants().bitrate ?? MAX_BITRATE,
        maxShortSide: Infinity,
        keepsSize: wants().alpha,
      }),
      onChange: () => {
        this.changed();
      },
      onState: (viewer) => {
        void this.apply(viewer);
        this.changed();
      },
      onLost: (lost) => {
        this.participants.lose(lost);
      },
    };
  }

  private trackFor(kind: 'audio' | 'video', { alpha, audio, paused }: Wants): MediaStreamTrack | null {
    if (paused) return null;
    if (kind === 'audio') return audio ? this.sent.audio : null;
    return alpha && this.state.alpha ? this.sent.stacked : this.sent.opaque;
  }

  private async apply(id: string): Promise<void> {
    const participant = this.participants.get(id);
    if (!participant) return;
    const wants = participant.present.state.wants ?? WANTS_LITTLE;
    participant.limit();
    // A sender that is closing refuses; the next connection begins with these tracks.
    await Promise.all(
      (['audio', 'video'] as const).map((kind) =>
        participant.replaceTrack(kind, this.trackFor(kind, wants)).catch(() => undefined),
      ),
    );
  }

  private changed(): void {
    this.viewers = [...this.participants].map((participant) => {
      const { id, name, link, quality } = participant.member();
      return { id, label: name, wants: participant.present.state.wants ?? WANTS_LITTLE, link, quality };
    });
    this.options.onChange();
  }
}
