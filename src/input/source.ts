import type { PortoonError } from '../common/errors.ts';

/** How a film plays: what a person may do with one, and not with a camera. */
export interface Playback {
  /** Its length; Infinity where the film does not say. */
  readonly seconds: number;
  /** Where it is, in seconds. */
  readonly position: number;
  readonly paused: boolean;
  /** Whether its sound is heard on this machine. */
  readonly heard: boolean;
  /** The film's own sound, heard or not; null for a silent film. */
  readonly sound: MediaStreamTrack | null;
  play(): void;
  pause(): void;
  seek(seconds: number): void;
  /** Plays this part over and over; by default the whole film. */
  repeat(part: { from?: number; to?: number }): void;
  /** Lets its sound be heard. A browser may refuse that until the person has touched the page. */
  hear(on: boolean): void;
  /** Calls back when any of this has changed. Returns what ends that. */
  onChange(listener: () => void): () => void;
}

/** A running source of frames. Its opener stops it. */
export interface Source {
  readonly kind: 'camera' | 'file' | 'demo';
  /** For people: the camera's or the file's name. */
  readonly label: string;
  /** Live video; `framesOf` (src/media/frames.ts) turns it into frames. */
  readonly track: MediaStreamTrack;
  /** Films only. */
  readonly playback?: Playback;
  /** Camera only: the device id, to remember the choice. */
  readonly deviceId?: string;
  /**
   * Resolves with the reason when frames have stopped for good without `stop()`. Until then it is
   * pending.
   */
  readonly ended: Promise<PortoonError>;
  /** Gives the camera or the file back. Safe to call twice. */
  stop(): void;
}
