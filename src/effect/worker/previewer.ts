import * as Comlink from 'comlink';
import { type Fault, faultOf } from '../../common/errors.ts';
import type { PreviewJob } from '../protocol.ts';
import { applySettings, type DrawnRecipe } from '../models/draw-settings.ts';
import type { DrawRecipe } from '../models/draw-recipe.ts';
import { drawPreview, REFERENCE_HEIGHT } from '../stages/composite/draw-preview.ts';
import { drawsInk } from '../stages/style/style-stage.ts';
import type { FrameLoop } from './frame-loop.ts';
import type { Pipeline } from './pipeline.ts';
import { compositePreview, type PreviewFrame } from './preview-frame.ts';

/** Shows styles on the newest frame. All its work runs between frames. */
export class Previewer {
  /** Ids of the jobs under way. */
  private readonly running = new Set<number>();

  constructor(
    private readonly pipeline: Pipeline,
    private readonly frameLoop: FrameLoop,
  ) {}

  /**
   * Makes a preview of each style, once the source has drawn its first frame.
   * @param show - called with each picture, which is transferred to it; awaited.
   * @throws PortoonError `ERR_WORKER_DIED` if the effect closes before.
   */
  async preview(
    { id, styles, width }: PreviewJob,
    show: (style: string, result: ImageBitmap | Fault) => unknown,
  ): Promise<void> {
    const { idleQueue, firstFrame } = this.frameLoop;
    this.running.add(id);
    try {
      await firstFrame.promise;
      if (!this.running.has(id)) return;
      const frame = await idleQueue.run(() => this.pipeline.previewFrame(width));
      for (const style of styles) {
        if (!this.running.has(id)) return;
        const result = await this.picture(style, frame).catch((error: unknown) => faultOf(error));
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

  private async picture(style: string, frame: PreviewFrame): Promise<ImageBitmap> {
    if (style === 'none') return compositePreview(frame, null);
    const { idleQueue } = this.frameLoop;
    const whenIdle = <Result>(work: () => Promise<Result>) => idleQueue.run(work);
    const { net, draw } = await this.pipeline.backend.style.borrow(style, whenIdle);
    return idleQueue.run(async () => {
      net.input(frame.size).set(frame.live);
      const inks = drawsInk(draw);
      const { styled, ink } = await net.run(frame.size, inks ? ['styled', 'ink'] : ['styled']);
      if (draw) drawPreview(styled, inks ? ink : null, frame.size, this.asSet(style, draw, frame));
      return compositePreview(frame, styled);
    });
  }

  /**
   * The recipe as the person has set it: the palette for all styles, the rest for the one that is
   * on.
   */
  private asSet(style: string, draw: DrawRecipe, { size }: PreviewFrame): DrawnRecipe {
    const { look } = this.pipeline;
    const settings = style === look.style ? look : { line: 1, colour: 1, palette: look.palette };
    return applySettings(draw, settings, REFERENCE_HEIGHT / size[1]);
  }
}
