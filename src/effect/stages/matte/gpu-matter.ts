import type { GpuNet } from '../../runtime/gpu-net.ts';
import type { Size } from '../../../common/size.ts';
import type { GpuPreparer } from '../prepare/gpu-preparer.ts';
import type { Region } from '../../protocol.ts';
import type { Shown } from '../style/window.ts';
import type { GpuRefiner } from './gpu-refiner.ts';
import { admitRegion, partOf, type Answer, type MatteLayers, type Matting } from './matter.ts';

/** Who: what Matter does, all of it on the graphics processor. Its layers have no texels: see GpuRefiner. */
export class GpuMatter implements Matting {
  private size: Size = [0, 0];
  private last: Shown | null = null;

  constructor(
    private readonly net: GpuNet,
    private readonly preparer: GpuPreparer,
    private readonly refiner: GpuRefiner,
  ) {}

  admit(region: Region): void {
    admitRegion(region, this.net);
  }

  take(size: Size): void {
    this.size = size;
    this.preparer.scale(size, this.net.frame(size));
  }

  async matte(region: Region, blurs: boolean): Promise<MatteLayers> {
    const { net, refiner, size } = this;
    const part = partOf(region);
    await net.runThere(size);
    const fresh = {
      size,
      matte: net.answer('matte'),
      picture: net.frame(size),
      parts: net.gives('parts') ? net.answer('parts') : null,
    };
    // A net with memory holds still by itself; steadied twice, what moves would drag.
    this.last = await refiner.refine(fresh, { steadies: !net.remembers, part, blurs });
    const layer = { texels: null, size };
    return {
      matte: layer,
      share: part && layer,
      blurred: blurs ? { texels: null, size: [size[0] >> 1, size[1] >> 1] } : null,
    };
  }

  shown(): Shown | null {
    return this.last;
  }

  answer(): Promise<Answer> {
    return this.refiner.answer();
  }

  forget(): void {
    this.net.forget();
    this.refiner.forget();
  }

  async close(): Promise<void> {
    this.refiner.close();
    await this.net.close();
  }
}
