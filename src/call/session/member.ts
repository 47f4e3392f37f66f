import type { ConnectionQuality } from '../peer/quality.ts';

/**
 * `reconnecting`: the last picture stays. `refused`: no network path was found, and the relay
 * refuses us. `unreachable`: no network path for long. In all of these states it is tried again.
 */
export type ConnectionState = 'connecting' | 'connected' | 'reconnecting' | 'refused' | 'unreachable';

/** One of the others, as the page shows them. A new object whenever something of it changes. */
export interface Member {
  readonly id: string;
  /** May be empty. Untrusted: never to be parsed as markup. */
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
