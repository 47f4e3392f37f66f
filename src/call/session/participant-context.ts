import type { IceServer, SignalData } from '../../server/signals.ts';
import type { VideoLimits } from '../peer/limits.ts';
import type { Presence } from './presence.ts';

/** What a participant needs of the room. */
export interface ParticipantContext {
  readonly codecs: readonly string[];
  /** Whether the server can be reached. */
  readonly signalling: boolean;
  /** What is sent; null where there is nothing to send now. */
  readonly audio: MediaStreamTrack | null;
  readonly video: MediaStreamTrack | null;
  /** The placeholder while there is nothing to send; null where nothing is ever sent. */
  placeholder(kind: 'audio' | 'video'): MediaStreamTrack | null;
  /** The relays, with credentials that are still good for a new connection. */
  readonly ice: readonly IceServer[];
  /** Sends a signal to somebody, if the server is connected. */
  send(to: string, generation: number, data: SignalData): void;
  /** The current limits of the picture that is sent to each. */
  limits(): VideoLimits;
  /** The state of this page, sent over the connection too, because the server may be away. */
  readonly presence: Presence;
  onChange(): void;
  /** The relay refused us. The operator should know, even if another way is found after that. */
  relayRefused(status: number): void;
  /** They sent their state over the connection. */
  onState(id: string): void;
  /** They have left. */
  onLost(id: string): void;
}
