import resampleCode from '../../../../shaders/resample.wgsl?raw';
import { ComputeProgram, run, storage, uniforms } from '../../gpu/compute-program.ts';
import type { Roi } from '../roi.ts';

const STEPS = { resample: [0, 1, 2] } as const;

/** One record of 32-bit words per pixel. */
interface RecordLayout {
  readonly words: number;
  /** How many words at its beginning are float32; they are interpolated, all others copied. */
  readonly reals: number;
}

/** Moves fields between regions of the frame on the GPU, as `resampleField` does. */
export class GpuResampler {
  private readonly settings: GPUBuffer;
  private scratch: GPUBuffer | null = null;

  private constructor(
    private readonly device: GPUDevice,
    private readonly program: ComputeProgram<keyof typeof STEPS>,
  ) {
    this.settings = uniforms(device, 40);
  }

  static async open(device: GPUDevice): Promise<GpuResampler> {
    return new GpuResampler(device, await ComputeProgram.open(device, resampleCode, STEPS));
  }

  /**
   * Moves what a buffer holds, in place; 0 where `from` does not reach.
   * @param to - a region of as many pixels as `from`.
   * @param layout - of each pixel's record. Default: one float32.
   */
  move(field: GPUBuffer, from: Roi, to: Roi, { words, reals }: RecordLayout = { words: 1, reals: 1 }): void {
    const { device } = this;
    if (!this.scratch || this.scratch.size < field.size) {
      this.scratch?.destroy();
      this.scratch = storage(device, field.size);
    }
    const scale = [from.grid[0] / to.grid[0], from.grid[1] / to.grid[1]] as const;
    const offset = [(0.5 + to.x) * scale[0] - 0.5 - from.x, (0.5 + to.y) * scale[1] - 0.5 - from.y];
    device.queue.writeBuffer(this.settings, 0, Uint32Array.of(...from.size, ...to.size));
    device.queue.writeBuffer(this.settings, 16, Float32Array.of(...scale, ...offset));
    device.queue.writeBuffer(this.settings, 32, Uint32Array.of(words, reals));
    const step = this.program.bind('resample', { 0: this.settings, 1: field, 2: this.scratch });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    run(pass, step, to.size);
    pass.end();
    encoder.copyBufferToBuffer(this.scratch, 0, field, 0, field.size);
    device.queue.submit([encoder.finish()]);
  }

  close(): void {
    this.scratch?.destroy();
    this.settings.destroy();
  }
}
