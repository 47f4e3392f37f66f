import { videoLimits } from '../peer/limits.ts';
import { Participant } from './participant.ts';
import { Participants } from './participants.ts';
import type { RoomSession } from './room-session.ts';
import { PlaceholderTracks } from '../peer/placeholder-tracks.ts';
import type { ParticipantContext } from './participant-context.ts';
import type { Presence } from './presence.ts';

interface CallConnectionsOptions {
  readonly session: RoomSession;
  /** This page's current state. */
  readonly presence: () => Presence;
  /** What is sent at first. The tracks stay the caller's. */
  readonly audio: MediaStreamTrack | null;
  readonly video: MediaStreamTrack | null;
  /** Something about somebody has changed. */
  readonly onChange: () => void;
  /** Somebody has left. */
  readonly onLost: (id: string) => void;
}

/** The connections of a call: to each person in the room, all with the same picture and sound. */
export class CallConnections {
  readonly participants: Participants;
  private readonly placeholders = new PlaceholderTracks();
  /** What all connections are made with, as it is now. */
  private readonly common: { -readonly [Key in keyof ParticipantContext]: ParticipantContext[Key] };

  constructor(options: CallConnectionsOptions) {
    const { session, onChange, onLost } = options;
    this.common = this.contextFor(options);
    this.participants = new Participants({
      begin: (present) => {
        const self = session.identity?.id ?? '';
        // Viewers do not take part and have no tile. A server that has just lost its memory may
        // list this page itself.
        if (present.kind === 'view' || present.id === self) return null;
        // Of two people the one with the smaller id makes the offers. Both know it without asking,
        // also after a loss.
        return new Participant(present, self < present.id, this.common);
      },
      onMet: (_id, isNew) => {
        if (isNew) this.limit();
      },
      onLearned: onChange,
      onLost: (id) => {
        this.limit();
        onLost(id);
      },
    });
  }

  /** The video codecs to be tried, the best first; before the first connection. */
  prefer(codecs: readonly string[]): void {
    this.common.codecs = codecs;
  }

  /** Sends another picture from now on, or none. Nothing is negotiated. */
  async setVideo(track: MediaStreamTrack | null): Promise<void> {
    this.common.video = track;
    await this.participants.replaceTrack('video', track);
    this.limit();
  }

  /** Sends another sound from now on, or none. */
  async setAudio(track: MediaStreamTrack | null): Promise<void> {
    this.common.audio = track;
    await this.participants.replaceTrack('audio', track);
  }

  /** Looks for a new network path to everybody, now. */
  restart(): void {
    for (const participant of this.participants) participant.restart();
  }

  /** Says bye to everybody. */
  close(): void {
    this.participants.close();
    this.placeholders.stop();
  }

  private limit(): void {
    for (const participant of this.participants) participant.limit();
  }

  private contextFor({
    session,
    presence,
    audio,
    video,
    onChange,
  }: CallConnectionsOptions): ParticipantContext {
    return {
      get presence() {
        return presence();
      },
      get signalling() {
        return session.here;
      },
      get ice() {
        return session.ice;
      },
      codecs: [],
      audio,
      video,
      placeholder: (kind) => this.placeholders.of(kind),
      // What cannot be carried now is sent again once it can: those who are not connected are
      // restarted when the room was joined again.
      send: session.send,
      relayRefused: session.relayRefused,
      limits: () => {
        const { width = 1280, height = 720 } = this.common.video?.getSettings() ?? {};
        return videoLimits(this.participants.size, Math.min(width, height));
      },
      onChange,
      onState: onChange,
      onLost: (id) => {
        this.participants.lose(id);
      },
    };
  }
}
