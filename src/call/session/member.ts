import type { ConnectionQuality } from '../peer/quality.ts';

/**
 * `reconnecting`: what was seen last stays. `refused`: no way was found, and the relay that might
 * be one refuses us. `unreachable`: no way for long. In all of them it is tried again and again.
 */
export type ConnectionState = 'connecting' | 'connected' | 'reconnecting' | 'refused' | 'unreachable';

/** One of the others, as the page shows them. A new object whenever something of it changes. */
export interface Member {
  readonly id: string;
  /** May be empty. Text of a stranger: never to be read as markup. */
  readonly name: string;
  readonly host: boolean;
  readonly muted: boolean;
  readonly camera: boolean;
  /** Whether they record the sound of everybody. */
  readonly recording: boolean;
  readonly speaking: boolean;
  /** Their picture and sound, from when they arrive. */
  readonly stream: MediaStream | null;
  readonly link: ConnectionState;
  /** Null until it was measured. */
  readonly quality: ConnectionQuality | null;
}
