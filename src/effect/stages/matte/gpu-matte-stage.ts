import type { Size } from '../../../common/size.ts';
import type { Region } from '../../protocol.ts';
import type { GpuNet } from '../../runtime/gpu-net.ts';
import type { GpuPrepareStage } from '../prepare/gpu-prepare-stage.ts';
import type { MaskExtent } from '../roi.ts';
import type { GpuRefiner } from './gpu-refiner.ts';
import {
  bodyPartOf,
  checkRegionSupported,
  type MatteLayers,
  type MatteStage,
  type MatteTexels,
} from './matte-stage.ts';

/**
 * The matte stage on the GPU. Its layers have no texels: they are in the buffers of
 * {@link GpuRefiner.layers}. The net always sees the whole frame.
 */
export class GpuMatteStage implements MatteStage {
  private size: Size = [0, 0];
  private lastExtent: MaskExtent | null = null;

  constructor(
    private readonly net: GpuNet,
    private readonly prepare: GpuPrepareStage,
    private readonly refiner: GpuRefiner,
  ) {}

  checkRegion(region: Region): void {
    checkRegionSupported(region, this.net);
  }

  load(size: Size): void {
    this.size = size;
    this.prepare.scale(size, this.net.inputBuffer(size));
  }

  async run(region: Region, blurs: boolean): Promise<MatteLayers> {
    const { net, refiner, size } = this;
    const part = bodyPartOf(region);
    await net.runOnGpu(size);
    const buffers = {
      size,
      matte: net.outputBuffer('matte'),
      picture: net.inputBuffer(size),
      parts: net.hasOutput('parts') ? net.outputBuffer('parts') : null,
    };
    // A net with memory is steady by itself. Smoothed as well, whatever moves would lag.
    this.lastExtent = await refiner.refine(buffers, { smooths: !net.isRecurrent, part, blurs });
    const layer = { texels: null, size };
    return {
      matte: layer,
      share: part && layer,
      blurred: blurs ? { texels: null, size: [size[0] >> 1, size[1] >> 1] } : null,
    };
  }

  extent(): MaskExtent | null {
    return this.lastExtent;
  }

  texels(): Promise<MatteTexels> {
    return this.refiner.texels();
  }

  reset(): void {
    this.net.resetState();
    this.refiner.reset();
  }

  async close(): Promise<void> {
    this.refiner.close();
    await this.net.close();
  }
}
