import type { GpuNet } from '../../runtime/gpu-net.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { GpuPrepareStage } from '../prepare/gpu-prepare-stage.ts';
import type { DrawRecipe } from '../../models/draw-recipe.ts';
import type { Roi } from '../roi.ts';
import { drawsInk, type Styled } from './style-stage.ts';

/** Runs style nets on the GPU; the styled picture stays there. */
export class GpuStyleRunner {
  /**
   * The last styled picture, and what the net saw: the R, G and B planes of each, 0..1; and the
   * net's `ink`, if it is drawn.
   */
  layers: { styled: GPUBuffer; seen: GPUBuffer; ink?: GPUBuffer } | null = null;

  constructor(
    private readonly runtime: Runtime,
    private readonly prepare: GpuPrepareStage,
  ) {}

  async run(net: GpuNet, roi: Roi, draw: DrawRecipe | null): Promise<Styled> {
    const { size } = roi;
    const began = performance.now();
    this.prepare.scale(size, net.inputBuffer(size), roi);
    await net.runOnGpu(size);
    this.layers = {
      styled: net.outputBuffer('styled'),
      seen: net.inputBuffer(size),
      ...(drawsInk(draw) && { ink: net.outputBuffer('ink') }),
    };
    await this.runtime.watch(() => this.runtime.device!.queue.onSubmittedWorkDone());
    return { texels: null, ink: null, roi, draw, took: performance.now() - began };
  }
}
