import { matteSize } from '../../src/effect/stages/net-size.ts';
import type { Net } from './net.ts';
import { resize, type Planes } from './planes.ts';
import type { Segmenter } from './segmenters.ts';

/** Finds the person in the frames of a clip, one after the other. */
export interface Tracker {
  readonly title: string;
  /** Whether the answer for a frame depends on the frames before it. */
  readonly hasMemory: boolean;
  /**
   * @param frames - [3,H,W] each, 0..1; before the first nothing was.
   * @returns the mattes, [1,H,W] each, 0..1.
   */
  readonly follow: (frames: readonly Planes[]) => Promise<Planes[]>;
}

/** A shipped net with its memory. @param pixels - of its input. */
export function netTracker(title: string, net: Net, pixels: number): Tracker {
  return {
    title,
    hasMemory: net.hasMemory,
    async follow(frames) {
      const mattes: Planes[] = [];
      let state;
      for (const frame of frames) {
        const { width, height } = frame;
        const answer = await net.run(resize(frame, matteSize(width / height, pixels)), state);
        mattes.push(resize(answer.outputs.matte!, [width, height]));
        state = answer.state;
      }
      return mattes;
    },
  };
}

/** Treats each frame on its own. */
export function frameByFrame({ title, segment }: Segmenter): Tracker {
  return {
    title,
    hasMemory: false,
    async follow(frames) {
      const mattes: Planes[] = [];
      for (const frame of frames) mattes.push((await segment(frame)).matte);
      return mattes;
    },
  };
}
