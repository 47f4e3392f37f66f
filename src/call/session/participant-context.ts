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
  /** What a connection is made with while there is nothing to send; null where nothing ever is. */
  standIn(kind: 'audio' | 'video'): MediaStreamTrack | null;
  /** The relays, with credentials that are still good for a new connection. */
  readonly ice: readonly IceServer[];
  /** Carries a signal to somebody, if it can be carried now. */
  send(to: string, generation: number, data: SignalData): void;
  /** What may be sent to each, now. */
  limits(): VideoLimits;
  /** The state of this page, sent over the connection too, for the server may be away. */
  readonly presence: Presence;
  changed(): void;
  /** The relay refused us. The operator should know, even if another way is found after that. */
  relayRefused(status: number): void;
  /** They sent their state over the connection. */
  told(id: string): void;
  /** They are gone. */
  lost(id: string): void;
}
