import type { PortoonError } from '../common/errors.ts';

/** A running supply of frames. Whoever opens it stops it. */
export interface Source {
  readonly kind: 'camera' | 'file' | 'demo';
  /** For people: the camera's or the file's name. */
  readonly label: string;
  /** Live video; `framesOf` (src/media/frames.ts) turns it into frames. */
  readonly track: MediaStreamTrack;
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
