import * as Comlink from 'comlink';
import type { Carrier } from './frame-loop.ts';
import { faultOf } from '../../common/error-transfer.ts';
import type { Pipeline } from './pipeline.ts';
import type { PreviewJob } from '../protocol.ts';
import type { Fault } from '../../common/errors.ts';
import { showStyled, type Still } from './still.ts';

/** Shows styles on the newest frame, in the gaps between frames. */
export class Previewer {
  private readonly running = new Set<number>();

  constructor(
    private readonly pipeline: Pipeline,
    private readonly carrier: Carrier,
  ) {}

  /**
   * @param show - awaited for each picture, which is transferred to it.
   * @throws PortoonError `ERR_WORKER_DIED` if the effect closes before.
   */
  async preview(
    { id, styles, width }: PreviewJob,
    show: (style: string, result: ImageBitmap | Fault) => unknown,
  ): Promise<void> {
    const { gaps, begun } = this.carrier;
    this.running.add(id);
    try {
      await begun.promise;
      if (!this.running.has(id)) return;
      const still = await gaps.during(() => this.pipeline.still(width));
      for (const style of styles) {
        if (!this.running.has(id)) return;
        const result = await this.picture(style, still).catch(faultOf);
        if (result instanceof ImageBitmap) await show(style, Comlink.transfer(result, [result]));
        else await show(style, result);
      }
    } finally {
      this.running.delete(id);
    }
  }

  stop(id: number): void {
    this.running.delete(id);
  }

  private async picture(style: string, still: Still): Promise<ImageBitmap> {
    if (style === 'none') return showStyled(still, null);
    const { gaps } = this.carrier;
    const net = await this.pipeline.stages.style.borrow(style, (work) => gaps.during(work));
    return gaps.during(async () => {
      net.input(still.size).set(still.live);
      const { styled } = await net.run(still.size, ['styled']);
      return showStyled(still, styled);
    });
  }
}
