import type { GpuNet } from '../../runtime/gpu-net.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { GpuPreparer } from '../prepare/gpu-preparer.ts';
import type { Window } from './window.ts';
import type { Styled } from './stylist.ts';

/** Paints on the graphics processor; nothing of it is seen elsewhere. */
export class GpuPainter {
  /** The last picture, and what the net saw: planes R, G, B, 0..1. */
  layers: { styled: GPUBuffer; seen: GPUBuffer } | null = null;

  constructor(
    private readonly runtime: Runtime,
    private readonly preparer: GpuPreparer,
  ) {}

  async paint(net: GpuNet, window: Window): Promise<Styled> {
    const began = performance.now();
    this.preparer.scale(window.size, net.frame(window.size), window);
    await net.runThere(window.size);
    this.layers = { styled: net.answer('styled'), seen: net.frame(window.size) };
    await this.runtime.watch(() => this.runtime.device!.queue.onSubmittedWorkDone());
    return { texels: null, window, took: performance.now() - began };
  }
}
