import { meanDifference } from './losses.ts';
import { mean } from './matte.ts';
import type { Net } from './net.ts';
import { CameraNoise } from './noise.ts';
import { resize, type Planes, type Size } from './planes.ts';
import type { Portraits } from './portraits.ts';
import type { Progress } from './progress.ts';
import { flow, Motion, render, warpingError } from './warp.ts';

const GRAIN_SIZE: Size = [288, 384];
/** Whole portraits at this size, so that faces are about as large as before a camera. */
const CLIP_SIZE: Size = [192, 256];
const CLIP_FRAMES = 6;
const PORTRAITS = 40;

/** How steady a style is. */
export interface Steadiness {
  /**
   * Mean difference of two styled frames that differ only in camera noise, divided by the
   * difference of the frames themselves.
   */
  grain: number;
  /**
   * Root mean square difference between a styled frame and the previous one carried along the known
   * motion; the same for the unstyled clip.
   */
  warpingError: number;
  warpingErrorOfClip: number;
}

/**
 * Measures styles side by side, on the same frames: to make a clip takes longer than to style it.
 * @returns one entry for each net, in the same order.
 */
export async function measureSteadiness(
  nets: readonly Net[],
  portraits: Portraits,
  progress: Progress,
): Promise<Steadiness[]> {
  const noise = new CameraNoise(3);
  const ids = portraits.ids.slice(0, PORTRAITS);
  const through = nets.map((): number[] => []);
  const styledErrors = nets.map((): number[] => []);
  const clipErrors: number[] = [];
  for (const [n, id] of ids.entries()) {
    progress.step(n, ids.length);
    const picture = await portraits.picture(id);
    const still = resize(picture, GRAIN_SIZE);
    const [a, b] = [noise.on(still), noise.on(still)];
    const motion = new Motion(n, CLIP_SIZE);
    const frames = Array.from({ length: CLIP_FRAMES }, (_, t) =>
      noise.on(render(picture, motion, t, CLIP_SIZE)),
    );
    const flows = frames.slice(1).map((_, t) => flow(motion, t, CLIP_SIZE));
    clipErrors.push(...errors(frames, flows));
    for (const [which, net] of nets.entries()) {
      through[which]!.push(meanDifference(await style(net, a), await style(net, b)) / meanDifference(a, b));
      const styled: Planes[] = [];
      for (const frame of frames) styled.push(await style(net, frame));
      styledErrors[which]!.push(...errors(styled, flows));
    }
  }
  return nets.map((_, which) => ({
    grain: mean(through[which]!),
    warpingError: Math.sqrt(mean(styledErrors[which]!)),
    warpingErrorOfClip: Math.sqrt(mean(clipErrors)),
  }));
}

function errors(frames: readonly Planes[], flows: readonly Float32Array[]): number[] {
  return flows.map((places, t) => warpingError(frames[t]!, frames[t + 1]!, places));
}

/** [3,H,W] as the net draws it. */
export async function style(net: Net, frame: Planes): Promise<Planes> {
  return (await net.run(frame)).outputs.styled!;
}
