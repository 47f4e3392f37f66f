import type { Size } from '../../../common/size.ts';

/**
 * After this many equal frames the matte's memory and its cleanup, which fade things in and out,
 * have settled.
 */
export const FRAMES_TO_SETTLE = 60;

/** The stage that reads a frame and scales it to the inputs of the nets. */
export interface PrepareStage {
  /** How many frames before the loaded one were equal to it; 0 for a new picture. */
  readonly unchangedFrames: number;
  /** Width / height of the loaded frame. */
  readonly aspect: number;
  /** Reads a frame. The caller keeps it, and closes it when it has been drawn. */
  load(frame: VideoFrame): Promise<void>;
  /** The loaded frame as [3,H,W], the R, G and B planes, 0..1, in memory of its own. */
  planes(size: Size): Promise<Float32Array>;
  close(): void;
}
