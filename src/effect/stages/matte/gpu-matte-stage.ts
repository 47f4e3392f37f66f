import type { Size } from '../../../common/size.ts';
import type { Region } from '../../protocol.ts';
import type { GpuNet } from '../../runtime/gpu-net.ts';
import type { GpuPrepareStage } from '../prepare/gpu-prepare-stage.ts';
import { isWholeFrame, sameRoi, wholeFrame, type BoundingBox, type MaskExtent, type Roi } from '../roi.ts';
import type { GpuPeopleFinder } from './gpu-people-finder.ts';
import type { GpuRefiner } from './gpu-refiner.ts';
import {
  bodyPartOf,
  checkRegionSupported,
  type MatteLayers,
  type MatteStage,
  type MatteTexels,
} from './matte-stage.ts';
import { PeopleTracker } from './people-tracker.ts';
import { SCENE_CUT_CHANGE } from './scene-cut.ts';

/**
 * The matte stage on the GPU. Its layers have no texels: they are in the buffers of
 * {@link GpuRefiner.layers}.
 */
export class GpuMatteStage implements MatteStage {
  /** The region has the frame's own shape, because a captured graph has one size. */
  private readonly tracker = new PeopleTracker([]);
  private lastExtent: MaskExtent | null = null;
  /** The blurred background is made of the net's picture, so that has to be the whole frame. */
  private seesAll = false;

  constructor(
    private readonly net: GpuNet,
    private readonly prepare: Pick<GpuPrepareStage, 'scale' | 'change'>,
    private readonly refiner: GpuRefiner,
    private readonly finder: GpuPeopleFinder,
  ) {}

  checkRegion(region: Region): void {
    checkRegionSupported(region, this.net);
  }

  load(size: Size): void {
    const { tracker } = this;
    const resized = tracker.roi.size.join() !== size.join();
    if (resized) tracker.reset();
    if (this.prepare.change > SCENE_CUT_CHANGE) this.reset();
    const from = tracker.roi;
    const to = this.seesAll ? tracker.lookAtAll(size) : tracker.nextRoi(size);
    if (!resized) this.move(from, to);
    this.fillInput(to);
  }

  async run(region: Region, blurs: boolean): Promise<MatteLayers> {
    const { net, refiner, finder, tracker } = this;
    const part = bodyPartOf(region);
    this.seesAll = blurs;
    if (blurs) this.lookAtAll();
    const readScan = tracker.scanIsDue() ? await this.scan() : null;
    const { roi } = tracker;
    await net.runOnGpu(roi.size);
    const matte = net.outputBuffer('matte');
    const picture = net.inputBuffer(roi.size);
    const parts = net.hasOutput('parts') ? net.outputBuffer('parts') : null;
    const seen = finder.find(matte, roi);
    // A net with memory is steady by itself. With smoothing as well, moving things would lag.
    const refined = refiner.refine(
      { roi, matte, picture, parts },
      { smooths: !net.isRecurrent, part, blurs },
    );
    const [people, elsewhere, extent] = await Promise.all([seen, readScan?.() ?? null, refined]);
    tracker.note(people, elsewhere);
    this.lastExtent = extent;
    const { size } = roi;
    return {
      matte: { texels: null, size, roi },
      share: part && { texels: null, size },
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
    this.tracker.reset();
  }

  async close(): Promise<void> {
    this.refiner.close();
    this.finder.close();
    await this.net.close();
  }

  /** Looks for people in the whole frame. The next run need not wait for its result. */
  private async scan(): Promise<() => Promise<BoundingBox | null>> {
    const { net, finder, tracker } = this;
    const whole = wholeFrame(tracker.roi.size);
    this.fillInput(whole);
    await net.runAfresh(whole.size);
    const people = finder.find(net.outputBuffer('matte'), whole);
    people.catch(() => undefined);
    this.fillInput(tracker.roi);
    return () => people;
  }

  /** Shows the net the whole frame in place of the loaded region. */
  private lookAtAll(): void {
    const { tracker } = this;
    const from = tracker.roi;
    if (isWholeFrame(from)) return;
    const whole = tracker.lookAtAll(from.size);
    this.move(from, whole);
    this.fillInput(whole);
  }

  private move(from: Roi, to: Roi): void {
    if (sameRoi(from, to)) return;
    const { net, refiner } = this;
    net.moveState((field) => {
      refiner.resampler.move(field, from, to);
    });
    refiner.move(from, to);
  }

  private fillInput(roi: Roi): void {
    this.prepare.scale(roi.size, this.net.inputBuffer(roi.size), roi);
  }
}
