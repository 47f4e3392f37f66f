import type { Size } from '../../../common/size.ts';
import type { Region } from '../../protocol.ts';
import type { Net } from '../../runtime/net.ts';
import type { CpuPrepareStage } from '../prepare/cpu-prepare-stage.ts';
import {
  isWholeFrame,
  resampleField,
  sameRoi,
  unionBox,
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
import { MatteRoi } from './matte-roi.ts';
import { MatteSmoother } from './matte-smoother.ts';
import {
  bodyPartOf,
  checkRegionSupported,
  type MatteLayers,
  type MatteStage,
  type MatteTexels,
} from './matte-stage.ts';
import { PartShare } from './part-share.ts';

/**
 * While the net sees a region of the frame, it is shown the whole frame from time to time: soon
 * after a cut, as the first frame of a scene may have missed somebody, and later less often.
 */
const FRAMES_BEFORE_FIRST_SCAN = 2;
const FRAMES_BETWEEN_SCANS = 12;
/**
 * The mean green of a frame must change by this much, of 1, for it to be a cut to another scene.
 */
const CUT = 0.1;

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
  private readonly matteRoi = new MatteRoi();
  /** The roi that the net sees. */
  private roi = wholeFrame([0, 0]);
  /** The size of the net's input for the whole frame. */
  private wholeSize: Size = [0, 0];
  private region: Region | null = null;
  /** Box around everybody in the last frame; null if nobody was seen. */
  private people: BoundingBox | null = null;
  /**
   * The same net with a memory of its own, to scan the whole frame without disturbing the other.
   */
  private readonly scanNet: MatteNet;
  private framesSinceScan = 0;
  private framesBetweenScans = FRAMES_BEFORE_FIRST_SCAN;
  /** Every eighth green value of the last frame. */
  private lastGreens = new Float32Array(0);

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
    this.wholeSize = size;
    this.moveTo(this.matteRoi.around(this.people, size));
    if (!this.isCut(this.fillInput())) return;
    this.reset();
    this.moveTo(wholeFrame(size));
    this.isCut(this.fillInput());
  }

  async run(region: Region, blurs: boolean): Promise<MatteLayers> {
    const { roi } = this;
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
    this.people = unionBox(findPeople(matte, roi), await this.scanWholeFrame());
    // A net with memory is steady by itself. Smoothed as well, whatever moves would lag.
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
    return maskExtent(this.guidedFilter.texels, ofPart ? this.partShare.texels : null, this.roi);
  }

  texels(): Promise<MatteTexels> {
    const { roi } = this;
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

  /** Looks for people in the whole frame from time to time; null in between, and if it sees all. */
  private async scanWholeFrame(): Promise<BoundingBox | null> {
    if (isWholeFrame(this.roi) || ++this.framesSinceScan < this.framesBetweenScans) return null;
    this.framesSinceScan = 0;
    this.framesBetweenScans = Math.min(FRAMES_BETWEEN_SCANS, 2 * this.framesBetweenScans);
    const { scanNet, wholeSize } = this;
    this.prepare.scale(wholeSize, scanNet.input(wholeSize));
    scanNet.resetState();
    const { matte } = await scanNet.run(wholeSize, ['matte']);
    return findPeople(matte, wholeFrame(wholeSize));
  }

  /** Blurs all of the background, whatever region the net sees. */
  private blurBackground(picture: Float32Array, matte: Float32Array): void {
    const { roi, wholeSize } = this;
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
    const { size } = this.roi;
    const picture = this.net.input(size);
    this.prepare.scale(size, picture, this.roi);
    return picture;
  }

  /** Shows the net another region; the memory of each place in the frame is kept. */
  private moveTo(roi: Roi): void {
    const from = this.roi;
    this.roi = roi;
    if (sameRoi(from, roi)) return;
    this.lastGreens = new Float32Array(0);
    // A camera that was turned has as many pixels as before, but elsewhere.
    const turned = from.grid[0] > from.grid[1] !== roi.grid[0] > roi.grid[1];
    if (from.size[0] === 0 || turned) {
      this.resetHistory();
      return;
    }
    this.net.resampleState(roi.size, (field) => resampleField(field, from, roi));
    this.cleanup.moveTo(from, roi);
    this.smoother.reset();
    this.partShare.reset();
  }

  /** Whether the scene is another one than in the last frame, so that all memory would mislead. */
  private isCut(picture: Float32Array): boolean {
    const pixels = picture.length / 3;
    const count = pixels >> 3;
    const isFirst = this.lastGreens.length !== count;
    if (isFirst) this.lastGreens = new Float32Array(count);
    const { lastGreens } = this;
    let change = 0;
    for (let i = 0; i < count; i++) {
      const green = picture[pixels + 8 * i]!;
      change += Math.abs(green - lastGreens[i]!);
      lastGreens[i] = green;
    }
    return !isFirst && change > CUT * count;
  }

  /** Forgets all but the net's own memory. */
  private resetHistory(): void {
    this.people = null;
    this.matteRoi.reset();
    this.framesSinceScan = 0;
    this.framesBetweenScans = FRAMES_BEFORE_FIRST_SCAN;
    this.smoother.reset();
    this.cleanup.reset();
    this.partShare.reset();
  }
}
