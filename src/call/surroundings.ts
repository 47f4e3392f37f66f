import type { IceServer, SignalData } from '../server/signals.ts';
import type { VideoLimits } from './limits.ts';
import type { Presence } from './telling.ts';

/** What a participant needs of the room. */
export interface Surroundings {
  readonly codecs: readonly string[];
  /** Whether the server is heard. */
  readonly signalling: boolean;
  /** What is sent; null where there is nothing to send now. */
  readonly audio: MediaStreamTrack | null;
  readonly video: MediaStreamTrack | null;
  /** What a connection is made with while there is nothing to send; null where nothing ever is. */
  standIn(kind: 'audio' | 'video'): MediaStreamTrack | null;
  /** Fresh enough to begin a connection with. */
  readonly ice: readonly IceServer[];
  /** Carries a signal to somebody, if it can be carried now. */
  send(to: string, generation: number, data: SignalData): void;
  /** What may be sent to each, now. */
  limits(): VideoLimits;
  /** How this page is; said to them over the connection too, for the server may be away. */
  readonly presence: Presence;
  changed(): void;
  /** The relay refused us: the operator should know, even where another way is found after that. */
  relayRefused(status: number): void;
  /** They said how they are, over the connection. */
  told(id: string): void;
  /** They are gone. */
  lost(id: string): void;
}
