import { matteSize } from '../../src/effect/governor.ts';
import { BASELINES, type Baseline, type Baselines } from './baselines.ts';
import type { Net } from './net.ts';
import { resize, type Planes } from './planes.ts';

/** Whatever tells the person in a single picture. */
export interface Segmenter {
  readonly title: string;
  /**
   * @param picture - [3,H,W], 0..1.
   * @returns the matte, [1,H,W], 0..1, as large as the picture; the parts, [6,h,w], as the net
   * gives them, if it does.
   */
  readonly segment: (picture: Planes) => Promise<{ matte: Planes; parts: Planes | null }>;
}

/** Pixels of the matte net's input: what the product gives it live, and four times as many. */
export const GRADES = { live: 288 * 160, fine: 4 * 288 * 160 } as const;

/** A shipped net on the whole picture, without a past. */
export function netSegmenter(title: string, net: Net, pixels: number): Segmenter {
  return {
    title,
    async segment(picture) {
      const { width, height } = picture;
      const { outputs } = await net.run(resize(picture, matteSize(width / height, pixels)));
      return { matte: resize(outputs.matte!, [width, height]), parts: outputs.parts ?? null };
    },
  };
}

/** One of MediaPipe's nets; it scales the picture and the mask itself. */
export function baselineSegmenter(baselines: Baselines, baseline: Baseline): Segmenter {
  return {
    title: BASELINES[baseline].title,
    async segment(picture) {
      return { matte: await baselines.matte(baseline, picture), parts: null };
    },
  };
}
