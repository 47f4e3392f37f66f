import type { Size } from '../../../common/size.ts';
import type { Region } from '../../protocol.ts';
import type { Net } from '../../runtime/net.ts';
import type { CpuPrepareStage } from '../prepare/cpu-prepare-stage.ts';
import {
  isWholeFrame,
  resampleField,
  sameRoi,
  wholeFrame,
  type BoundingBox,
  type MaskExtent,
  type Roi,
} from '../roi.ts';
import { BackgroundBlur } from './background-blur.ts';
import { findPeople } from './find-people.ts';
import { GuidedFilter } from './guided-filter.ts';
import { maskExtent } from './mask-extent.ts';
import { MatteCleanup } from './matte-cleanup.ts';
import { MatteSmoother } from './matte-smoother.ts';
import {
  bodyPartOf,
  checkRegionSupported,
  type MatteLayers,
  type MatteStage,
  type MatteTexels,
} from './matte-stage.ts';
import { PartShare } from './part-share.ts';
import { PeopleTracker } from './people-tracker.ts';
import { SceneCutFinder } from './scene-cut.ts';

/** The matte net, as far as this stage uses it. */
export type MatteNet = Omit<Pick<Net, keyof Net>, 'session' | 'state' | 'took' | 'warm' | 'fork'> & {
  fork(): MatteNet;
};

/** The matte stage in main memory. */
export class CpuMatteStage implements MatteStage {
  private readonly smoother = new MatteSmoother();
  private readonly cleanup = new MatteCleanup();
  private readonly guidedFilter = new GuidedFilter();
  private readonly partShare = new PartShare();
  private readonly blur = new BackgroundBlur();
  private readonly tracker = new PeopleTracker();
  private readonly sceneCuts = new SceneCutFinder();
  /** The size of the net's input for the whole frame. */
  private wholeSize: Size = [0, 0];
  private region: Region | null = null;
  /**
   * The same net with a memory of its own, to scan the whole frame without disturbing the other.
   */
  private readonly scanNet: MatteNet;

  constructor(
    private readonly net: MatteNet,
    private readonly prepare: Pick<CpuPrepareStage, 'scale'>,
  ) {
    this.scanNet = net.fork();
  }

  checkRegion(region: Region): void {
    checkRegionSupported(region, this.net);
  }

  load(size: Size): void {
    const { tracker } = this;
    this.wholeSize = size;
    this.moveFrom(tracker.roi, tracker.nextRoi(size));
    if (!this.sceneCuts.next(this.fillInput())) return;
    this.reset();
    this.moveFrom(tracker.roi, tracker.lookAtAll(size));
    this.sceneCuts.next(this.fillInput());
  }

  async run(region: Region, blurs: boolean): Promise<MatteLayers> {
    const { roi } = this.tracker;
    const { size } = roi;
    const [width, height] = size;
    this.region = region;
    const part = bodyPartOf(region);
    const outputs: { matte: Float32Array; parts?: Float32Array } = await this.net.run(
      size,
      part ? ['matte', 'parts'] : ['matte'],
    );
    const { matte, parts } = outputs;
    const picture = this.net.input(size);
    this.tracker.note(findPeople(matte, roi), this.tracker.scanIsDue() ? await this.scan() : null);
    // A net with memory is steady by itself. With smoothing as well, moving things would lag.
    if (!this.net.isRecurrent) this.smoother.smooth(matte);
    this.cleanup.clean(matte, roi);
    this.guidedFilter.fit(matte, picture, width, height);
    if (part && parts) this.partShare.measure(parts, part, width, height);
    else this.partShare.reset();
    if (blurs) this.blurBackground(picture, matte);
    return {
      matte: { texels: this.guidedFilter.texels, size, roi },
      share: part && { texels: this.partShare.texels, size },
      blurred: blurs ? this.blur : null,
    };
  }

  extent(): MaskExtent | null {
    const ofPart = this.region !== null && bodyPartOf(this.region) !== null;
    return maskExtent(this.guidedFilter.texels, ofPart ? this.partShare.texels : null, this.tracker.roi);
  }

  texels(): Promise<MatteTexels> {
    const { roi } = this.tracker;
    const [{ texels }, share] = [this.guidedFilter, this.partShare.texels];
    return Promise.resolve({ texels, share, roi });
  }

  reset(): void {
    this.net.resetState();
    this.resetHistory();
  }

  async close(): Promise<void> {
    await this.net.close();
  }

  /** Looks for people in the whole frame. */
  private async scan(): Promise<BoundingBox | null> {
    const { scanNet, wholeSize } = this;
    this.prepare.scale(wholeSize, scanNet.input(wholeSize));
    scanNet.resetState();
    const { matte } = await scanNet.run(wholeSize, ['matte']);
    return findPeople(matte, wholeFrame(wholeSize));
  }

  /** Blurs all of the background, also where the net sees only a region. */
  private blurBackground(picture: Float32Array, matte: Float32Array): void {
    const {
      tracker: { roi },
      wholeSize,
    } = this;
    if (isWholeFrame(roi)) {
      this.blur.blur(picture, matte, roi.size);
      return;
    }
    const planes = this.scanNet.input(wholeSize);
    this.prepare.scale(wholeSize, planes);
    this.blur.blur(planes, resampleField(matte, roi, wholeFrame(wholeSize)), wholeSize);
  }

  /** Fills the net's input with its region of the frame. */
  private fillInput(): Float32Array {
    const { roi } = this.tracker;
    const picture = this.net.input(roi.size);
    this.prepare.scale(roi.size, picture, roi);
    return picture;
  }

  /** Shows the net another region; the memory of each place in the frame is kept. */
  private moveFrom(from: Roi, roi: Roi): void {
    if (sameRoi(from, roi)) return;
    this.sceneCuts.reset();
    // A camera that was turned has as many pixels as before, but elsewhere.
    const turned = from.grid[0] > from.grid[1] !== roi.grid[0] > roi.grid[1];
    if (from.size[0] === 0 || turned) {
      this.resetHistory();
      this.tracker.lookAtAll(this.wholeSize);
      return;
    }
    this.net.resampleState(roi.size, (field) => resampleField(field, from, roi));
    this.cleanup.moveTo(from, roi);
    this.smoother.reset();
    this.partShare.reset();
  }

  /** Forgets all but the net's own memory. */
  private resetHistory(): void {
    this.tracker.reset();
    this.smoother.reset();
    this.cleanup.reset();
    this.partShare.reset();
  }
}
