import { findPeople } from '../../src/effect/stages/matte/find-people.ts';
import { MatteRoi } from '../../src/effect/stages/matte/matte-roi.ts';
import { matteSize } from '../../src/effect/stages/net-size.ts';
import { isWholeFrame, wholeFrame, type Roi } from '../../src/effect/stages/roi.ts';
import { FINEST_MATTE_PIXELS } from '../../src/effect/worker/governor.ts';
import { BASELINES, type Baseline, type Baselines } from './baselines.ts';
import type { Net } from './net.ts';
import { crop, emptyPlanes, resize, type Planes } from './planes.ts';

/** Finds the person in a single picture. */
export interface Segmenter {
  readonly title: string;
  /**
   * @param picture - [3,H,W], 0..1.
   * @returns the matte, [1,H,W], 0..1, as large as the picture; the parts, [6,h,w], as the net
   * gives them, if it does.
   */
  readonly segment: (picture: Planes) => Promise<{ matte: Planes; parts: Planes | null }>;
}

/** Pixels of the matte net's input: for live video, and for films, which have no rate to keep. */
export const GRADES = { live: 288 * 160, fine: FINEST_MATTE_PIXELS } as const;

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

/** First the whole picture is looked at, then the region around the people that were found. */
const LOOKS = 2;

/** A shipped net, used as the product does on a still picture, without a past. */
export function windowSegmenter(title: string, net: Net, pixels: number): Segmenter {
  return {
    title,
    async segment(picture) {
      const { width, height } = picture;
      const size = matteSize(width / height, pixels);
      let roi = wholeFrame(size);
      let { outputs } = await net.run(resize(picture, size));
      for (let look = 0; look < LOOKS; look++) {
        roi = new MatteRoi().around(findPeople(outputs.matte!.data, roi), size);
        const part = {
          ...{ left: roi.x, top: roi.y },
          ...{ width: roi.size[0], height: roi.size[1] },
        };
        ({ outputs } = await net.run(crop(resize(picture, roi.grid), part)));
      }
      const whole = inFrame(outputs.matte!, roi);
      // The labels are for the whole picture, so parts of a region are not compared with them.
      const parts = isWholeFrame(roi) ? (outputs.parts ?? null) : null;
      return { matte: resize(whole, [width, height]), parts };
    },
  };
}

/** Puts the matte of a region into the whole frame, with nobody outside of the region. */
function inFrame(matte: Planes, { grid, x, y, size: [width, height] }: Roi): Planes {
  const whole = emptyPlanes(1, ...grid);
  for (let row = 0; row < height; row++)
    whole.data.set(matte.data.subarray(row * width, (row + 1) * width), (y + row) * grid[0] + x);
  return whole;
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
