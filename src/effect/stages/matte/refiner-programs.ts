import blurCode from '../../../../shaders/background-blur.wgsl?raw';
import filterCode from '../../../../shaders/guided-filter.wgsl?raw';
import cleanupCode from '../../../../shaders/matte-cleanup.wgsl?raw';
import smootherCode from '../../../../shaders/matte-smoother.wgsl?raw';
import shareCode from '../../../../shaders/part-share.wgsl?raw';
import type { Size } from '../../../common/size.ts';
import { ComputeProgram, storage, uniforms, type BoundStep } from '../../gpu/compute-program.ts';
import { withWgslConstants } from '../../gpu/shader-constants.ts';
import { BLUR_CONSTANTS, PASSES } from './background-blur.ts';
import { GUIDED_FILTER_CONSTANTS } from './guided-filter.ts';
import { CLEANUP_CONSTANTS } from './matte-cleanup.ts';
import { SMOOTHER_CONSTANTS } from './matte-smoother.ts';
import { MIN_VISIBLE_ALPHA } from './matte-stage.ts';
import { PART_SHARE_CONSTANTS } from './part-share.ts';
import type { Roi } from '../roi.ts';

/** The record that matte-cleanup.wgsl keeps of each pixel. */
export const HISTORY = { words: 5, reals: 2 };
/** Bytes of the mask's extent, as guided-filter.wgsl writes it. */
export const EXTENT_BYTES = 28;

// The entry points of each shader, with the numbers of the bindings that they use.
const CLEANUP = {
  beginInside: [0, 1, 2, 3, 5],
  beginOutside: [0, 1, 2, 3, 5],
  connect: [0, 2],
  gather: [0, 1, 2, 3, 4],
  measure: [0, 2, 3, 5],
  choose: [0, 2, 3, 5],
  judge: [0, 2, 3, 4, 5],
  hold: [0, 1, 4],
  fill: [0, 1, 2, 3, 4],
} as const;
const FILTER = {
  gather: [0, 1, 2, 3],
  solve: [0, 3, 4],
  spread: [0, 4, 5],
  fit: [0, 1, 2, 5, 6, 7, 8],
} as const;
const BLUR = { gather: [0, 1, 2, 3], across: [0, 3, 4], down: [0, 3, 4] } as const;
const SHARE = { gather: [0, 1, 2], measure: [0, 1, 2, 3] } as const;
const SMOOTHER = { smoothField: [0, 1, 2] } as const;

/** The shaders that refine a matte. */
export interface RefinerPrograms {
  readonly cleanup: ComputeProgram<keyof typeof CLEANUP>;
  readonly filter: ComputeProgram<keyof typeof FILTER>;
  readonly blur: ComputeProgram<keyof typeof BLUR>;
  readonly share: ComputeProgram<keyof typeof SHARE>;
  readonly smoother: ComputeProgram<keyof typeof SMOOTHER>;
}

export async function openRefinerPrograms(device: GPUDevice): Promise<RefinerPrograms> {
  const filterConstants = { ...GUIDED_FILTER_CONSTANTS, FAINT: (MIN_VISIBLE_ALPHA - 0.5) / 255 };
  const [cleanup, filter, blur, share, smoother] = await Promise.all([
    ComputeProgram.open(device, withWgslConstants(cleanupCode, CLEANUP_CONSTANTS), CLEANUP),
    ComputeProgram.open(device, withWgslConstants(filterCode, filterConstants), FILTER),
    ComputeProgram.open(device, withWgslConstants(blurCode, BLUR_CONSTANTS), BLUR),
    ComputeProgram.open(device, withWgslConstants(shareCode, PART_SHARE_CONSTANTS), SHARE),
    ComputeProgram.open(device, withWgslConstants(smootherCode, SMOOTHER_CONSTANTS), SMOOTHER),
  ]);
  return { cleanup, filter, blur, share, smoother };
}

/** What a matte net was given and has put out. */
export interface MatteBuffers {
  /** The region of the frame that they show. */
  readonly roi: Roi;
  /** [H,W], 0..1; refined in place. */
  readonly matte: GPUBuffer;
  /** [3,H,W], the R, G and B planes of the frame, 0..1. */
  readonly picture: GPUBuffer;
  /** [6,H,W], the softmax over the planes of `PART_PLANES`; null where the net gives no parts. */
  readonly parts: GPUBuffer | null;
}

/**
 * The refiner's own buffers: settings, what stays from frame to frame, and what passes between
 * steps.
 */
export type RefinerBuffers = Record<
  | ('roiSettings' | 'matteSmoothing' | 'shareSmoothing' | 'shareSettings')
  | ('history' | 'labels' | 'regions' | 'largest' | 'previousMatte' | 'share' | 'previousShare')
  | ('scratch' | 'lines' | 'across' | 'texels' | 'blurred' | 'extent'),
  GPUBuffer
>;

/** Makes the buffers for mattes of one size. */
export function makeRefinerBuffers(device: GPUDevice, size: Size): RefinerBuffers {
  const field = (bytes: number) => storage(device, bytes * size[0] * size[1]);
  const settings = (third: number) => {
    const buffer = uniforms(device, 16);
    device.queue.writeBuffer(buffer, 0, Uint32Array.of(...size, third, 0));
    return buffer;
  };
  return {
    roiSettings: uniforms(device, 32),
    matteSmoothing: settings(1),
    shareSmoothing: settings(1),
    shareSettings: settings(0),
    history: field(4 * HISTORY.words),
    labels: field(4),
    regions: field(24),
    largest: storage(device, 8),
    previousMatte: field(4),
    share: field(4),
    previousShare: field(4),
    scratch: field(16),
    lines: field(8),
    across: field(8),
    texels: field(4),
    blurred: field(16),
    extent: storage(device, EXTENT_BYTES),
  };
}

/** The steps of each shader with their buffers, in the order in which they run. */
export interface RefinerSteps {
  readonly smoother: BoundStep[];
  readonly share: BoundStep[];
  readonly cleanup: BoundStep[];
  readonly filter: BoundStep[];
  readonly blur: BoundStep[];
}

export function bindRefinerSteps(
  programs: RefinerPrograms,
  { matte, picture, parts }: MatteBuffers,
  own: RefinerBuffers,
): RefinerSteps {
  const cleanup = (...steps: (keyof typeof CLEANUP)[]) => {
    const { roiSettings, labels, regions, history, largest } = own;
    const buffers = { 0: roiSettings, 1: matte, 2: labels, 3: regions, 4: history, 5: largest };
    return steps.map((step) => programs.cleanup.bind(step, buffers));
  };
  const filter = (...steps: (keyof typeof FILTER)[]) => {
    const { roiSettings, scratch, lines, across, texels, share, extent } = own;
    const inputs = { 0: roiSettings, 1: matte, 2: picture, 3: scratch, 4: lines, 5: across };
    const buffers = { ...inputs, 6: texels, 7: share, 8: extent };
    return steps.map((step) => programs.filter.bind(step, buffers));
  };
  const blur = (...steps: (keyof typeof BLUR)[]) => {
    const { roiSettings, blurred, scratch } = own;
    const buffers = { 0: roiSettings, 1: matte, 2: picture, 3: blurred, 4: scratch };
    return steps.map((step) => programs.blur.bind(step, buffers));
  };
  const share = (parts: GPUBuffer) => {
    const buffers = { 0: own.shareSettings, 1: parts, 2: own.across, 3: own.share };
    const smoothing = { 0: own.shareSmoothing, 1: own.share, 2: own.previousShare };
    return [
      programs.share.bind('gather', buffers),
      programs.share.bind('measure', buffers),
      programs.smoother.bind('smoothField', smoothing),
    ];
  };
  const smoothing = { 0: own.matteSmoothing, 1: matte, 2: own.previousMatte };
  return {
    smoother: [programs.smoother.bind('smoothField', smoothing)],
    share: parts ? share(parts) : [],
    cleanup: [
      ...cleanup('beginInside', 'connect', 'gather', 'measure', 'choose', 'judge', 'hold'),
      ...cleanup('beginOutside', 'connect', 'gather', 'fill'),
    ],
    filter: filter('gather', 'solve', 'spread', 'fit'),
    blur: [...blur('gather'), ...Array.from({ length: PASSES }, () => blur('across', 'down')).flat()],
  };
}
