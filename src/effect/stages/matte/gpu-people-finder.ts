import findCode from '../../../../shaders/find-people.wgsl?raw';
import { BufferReadback } from '../../gpu/buffer-readback.ts';
import { ComputeProgram, run, storage, uniforms } from '../../gpu/compute-program.ts';
import { withWgslConstants } from '../../gpu/shader-constants.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import type { BoundingBox, Roi } from '../roi.ts';
import { boxOfCells, cellsOf, FIND_PEOPLE_CONSTANTS } from './find-people.ts';

const STEPS = { find: [0, 1, 2] } as const;
const BOX_BYTES = 16;

/** Finds people on the GPU as {@link findPeople} does. Only their box, 16 bytes, is read back. */
export class GpuPeopleFinder {
  private readonly cells: GPUBuffer;
  private readonly box: GPUBuffer;
  private readonly boxes: BufferReadback;

  private constructor(
    private readonly device: GPUDevice,
    private readonly program: ComputeProgram<keyof typeof STEPS>,
    watch: Runtime['watch'],
  ) {
    this.cells = uniforms(device, 8);
    this.box = storage(device, BOX_BYTES);
    this.boxes = new BufferReadback(device, BOX_BYTES, watch);
  }

  static async open(device: GPUDevice, watch: Runtime['watch']): Promise<GpuPeopleFinder> {
    const code = withWgslConstants(findCode, FIND_PEOPLE_CONSTANTS);
    return new GpuPeopleFinder(device, await ComputeProgram.open(device, code, STEPS), watch);
  }

  /**
   * Finds the people in what the buffer holds once all work submitted before is done.
   * @param matte - [H,W] of the region, alpha 0..1.
   * @returns the box around everybody; null if there is nobody.
   */
  find(matte: GPUBuffer, roi: Roi): Promise<BoundingBox | null> {
    const { queue } = this.device;
    const cells = cellsOf(roi);
    queue.writeBuffer(this.cells, 0, Uint32Array.from(cells));
    queue.writeBuffer(this.box, 0, Uint32Array.of(...cells, 0, 0));
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    run(pass, this.program.bind('find', { 0: this.cells, 1: matte, 2: this.box }), cells);
    pass.end();
    const readBox = this.boxes.from(encoder, this.box);
    queue.submit([encoder.finish()]);
    return readBox().then((found) => boxOfCells(new Uint32Array(found), roi));
  }

  close(): void {
    this.boxes.close();
    for (const buffer of [this.cells, this.box]) buffer.destroy();
  }
}
