import type { PortoonError } from '../effect/errors.ts';

/** A running supply of frames. Whoever opens it stops it. */
export interface Source {
  readonly kind: 'camera' | 'file' | 'demo';
  /** For people: the camera's or the file's name. */
  readonly label: string;
  readonly track: MediaStreamTrack;
  /** Camera only: the device id, to remember the choice. */
  readonly deviceId?: string;
  /** Resolves when frames have stopped for good without `stop()`: a reason to tell, or null at a file's plain end. */
  readonly ended: Promise<PortoonError | null>;
  stop(): void;
}
