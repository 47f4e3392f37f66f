import type { Size } from '../../../common/size.ts';
import { run, type BoundStep } from '../../gpu/compute-program.ts';
import { readBuffer, BufferReadback } from '../../gpu/buffer-readback.ts';
import type { BodyPart } from '../../protocol.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { MaskExtent, Roi } from '../roi.ts';
import { GpuResampler } from './gpu-resampler.ts';
import type { MatteTexels } from './matte-stage.ts';
import { PART_PLANES } from './part-share.ts';
import {
  bindRefinerSteps,
  EXTENT_BYTES,
  HISTORY,
  makeRefinerBuffers,
  openRefinerPrograms,
  type MatteBuffers,
  type RefinerBuffers,
  type RefinerPrograms,
  type RefinerSteps,
} from './refiner-programs.ts';

/** How a matte is refined. */
interface RefineOptions {
  /** Whether it is smoothed in time. */
  readonly smooths: boolean;
  /** The part of the person whose share is measured; null for none. */
  readonly part: BodyPart | null;
  /** Whether the background is blurred as well. */
  readonly blurs: boolean;
}

/** What the refiner keeps for mattes of one size and one set of buffers. */
interface Binding {
  readonly given: MatteBuffers;
  readonly own: RefinerBuffers;
  readonly steps: RefinerSteps;
}

/**
 * Refines the matte net's output on the GPU, step for step as `MatteSmoother`, `MatteCleanup`,
 * `PartShare`, `GuidedFilter` and `BackgroundBlur` do in main memory. Only the mask's extent, 28
 * bytes, is read back.
 */
export class GpuRefiner {
  private binding: Binding | null = null;
  /** The part that `share` is measured for; null while it is 1 everywhere. */
  private part: BodyPart | null = null;
  private readonly extents: BufferReadback;

  private constructor(
    private readonly device: GPUDevice,
    private readonly watch: Runtime['watch'],
    private readonly programs: RefinerPrograms,
    /** Moves fields between regions of the frame. */
    readonly resampler: GpuResampler,
  ) {
    this.extents = new BufferReadback(device, EXTENT_BYTES, watch);
  }

  static async open(device: GPUDevice, watch: Runtime['watch']): Promise<GpuRefiner> {
    const [programs, resampler] = await Promise.all([openRefinerPrograms(device), GpuResampler.open(device)]);
    return new GpuRefiner(device, watch, programs, resampler);
  }

  /**
   * The layers of the last matte: bytes as `GuidedFilter.texels`, shares 0..1, and the blurred
   * background as R, G, B and weight, each multiplied by the weight.
   */
  get layers(): Pick<RefinerBuffers, 'texels' | 'share' | 'blurred'> {
    const { texels, share, blurred } = this.binding!.own;
    return { texels, share, blurred };
  }

  /** Reads the last matte into main memory. */
  async texels(): Promise<MatteTexels> {
    const { given, own } = this.binding!;
    const [bytes, shares] = await Promise.all([
      readBuffer(this.device, own.texels, this.watch),
      readBuffer(this.device, own.share, this.watch),
    ]);
    return {
      roi: given.roi,
      texels: new Uint8Array(bytes),
      share: Uint8Array.from(new Float32Array(shares), (value) => 255 * value + 0.5),
    };
  }

  /**
   * Keeps the history of each place in the frame when the next matte shows another region, of as
   * many pixels.
   */
  move(from: Roi, to: Roi): void {
    if (!this.binding) return;
    const { own } = this.binding;
    this.resampler.move(own.history, from, to, HISTORY);
    for (const settings of [own.matteSmoothing, own.shareSmoothing])
      setFirst(this.device.queue, settings, true);
  }

  /** Forgets all mattes so far. */
  reset(): void {
    if (!this.binding) return;
    const { queue } = this.device;
    const { history, matteSmoothing, shareSmoothing } = this.binding.own;
    const encoder = this.device.createCommandEncoder();
    encoder.clearBuffer(history);
    queue.submit([encoder.finish()]);
    for (const settings of [matteSmoothing, shareSmoothing]) setFirst(queue, settings, true);
  }

  close(): void {
    this.unbind();
    this.resampler.close();
    this.extents.close();
  }

  /**
   * Refines what the buffers hold once all work submitted before is done.
   * @returns where the region shows in the frame; null if nowhere.
   */
  refine(given: MatteBuffers, { smooths, part, blurs }: RefineOptions): Promise<MaskExtent | null> {
    const { queue } = this.device;
    const { roi } = given;
    const { size } = roi;
    const binding = this.bind(given);
    const { steps } = binding;
    const { extent, roiSettings, matteSmoothing, shareSmoothing } = binding.own;
    if (part !== this.part) this.setPart(binding, part);
    queue.writeBuffer(roiSettings, 0, Uint32Array.of(...size, ...roi.grid, roi.x, roi.y));
    queue.writeBuffer(extent, 0, Uint32Array.of(...size, 0, 0, 0, 0, 0));
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    const runAll = (steps: readonly BoundStep[], over: Size) => {
      for (const step of steps) run(pass, step, over);
    };
    if (smooths) runAll(steps.smoother, size);
    runAll(steps.cleanup, size);
    if (part) runAll(steps.share, size);
    runAll(steps.filter, size);
    if (blurs) runAll(steps.blur, [size[0] >> 1, size[1] >> 1]);
    pass.end();
    const readExtent = this.extents.from(encoder, extent);
    queue.submit([encoder.finish()]);
    setFirst(queue, matteSmoothing, false);
    setFirst(queue, shareSmoothing, part === null);
    return readExtent().then((found) => extentFrom(new Uint32Array(found), roi));
  }

  private setPart({ given, own }: Binding, part: BodyPart | null): void {
    const { queue } = this.device;
    const { share, shareSettings, shareSmoothing } = own;
    const [width, height] = given.roi.size;
    this.part = part;
    setFirst(queue, shareSmoothing, true);
    if (part) queue.writeBuffer(shareSettings, 8, Uint32Array.of(PART_PLANES[part]));
    else queue.writeBuffer(share, 0, new Float32Array(width * height).fill(1));
  }

  private bind(given: MatteBuffers): Binding {
    const former = this.binding;
    if (former?.given.matte === given.matte) return (this.binding = { ...former, given });
    // A captured graph brings other buffers of the same size. The history is kept then.
    const sameSize = former?.given.roi.size.join() === given.roi.size.join();
    if (!sameSize) this.unbind();
    const own = sameSize ? former.own : makeRefinerBuffers(this.device, given.roi.size);
    this.binding = { given, own, steps: bindRefinerSteps(this.programs, given, own) };
    if (!sameSize) this.setPart(this.binding, null);
    return this.binding;
  }

  private unbind(): void {
    for (const buffer of Object.values(this.binding?.own ?? {})) buffer.destroy();
    this.binding = null;
  }
}

/** Sets for matte-smoother.wgsl whether there is no frame before this one. */
function setFirst(queue: GPUQueue, settings: GPUBuffer, first: boolean): void {
  queue.writeBuffer(settings, 8, Uint32Array.of(first ? 1 : 0));
}

function extentFrom(found: Uint32Array, { grid: [width, height], x, y }: Roi): MaskExtent | null {
  const [left = 0, top = 0, right = 0, bottom = 0, mass = 0, massX = 0, massY = 0] = found;
  if (right === 0) return null;
  return {
    left: (x + left) / width,
    top: (y + top) / height,
    right: (x + right) / width,
    bottom: (y + bottom) / height,
    x: mass > 0 ? (x + massX / mass + 0.5) / width : 0.5,
    y: mass > 0 ? (y + massY / mass + 0.5) / height : 0.5,
  };
}
