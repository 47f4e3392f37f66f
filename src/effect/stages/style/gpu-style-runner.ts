import type { GpuNet } from '../../runtime/gpu-net.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { GpuPrepareStage } from '../prepare/gpu-prepare-stage.ts';
import type { Roi } from '../roi.ts';
import type { Styled } from './style-stage.ts';

/** Runs style nets on the GPU; the styled picture stays there. */
export class GpuStyleRunner {
  /** The last styled picture, and what the net saw: the R, G and B planes of each, 0..1. */
  layers: { styled: GPUBuffer; seen: GPUBuffer } | null = null;

  constructor(
    private readonly runtime: Runtime,
    private readonly prepare: GpuPrepareStage,
  ) {}

  async run(net: GpuNet, roi: Roi): Promise<Styled> {
    const { size } = roi;
    const began = performance.now();
    this.prepare.scale(size, net.inputBuffer(size), roi);
    await net.runOnGpu(size);
    this.layers = { styled: net.outputBuffer('styled'), seen: net.inputBuffer(size) };
    await this.runtime.watch(() => this.runtime.device!.queue.onSubmittedWorkDone());
    return { texels: null, roi, took: performance.now() - began };
  }
}
