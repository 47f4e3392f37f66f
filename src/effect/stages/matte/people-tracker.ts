import type { Size } from '../../../common/size.ts';
import { isWholeFrame, unionBox, wholeFrame, type BoundingBox, type Roi } from '../roi.ts';
import { MatteRoi } from './matte-roi.ts';

/**
 * While the net sees a region of the frame, it is shown the whole frame from time to time: soon
 * after a cut, as the first frame of a scene may have missed somebody, and later less often.
 */
const FRAMES_BEFORE_FIRST_SCAN = 2;
const FRAMES_BETWEEN_SCANS = 12;

/** Decides which region of the frame the matte net sees, and when it is shown the whole frame. */
export class PeopleTracker {
  /** The region that the net sees in the current frame. */
  roi: Roi = wholeFrame([0, 0]);
  private readonly matteRoi: MatteRoi;
  /** Box around everybody in the last frame; null if nobody was seen. */
  private people: BoundingBox | null = null;
  /** Whether the scene is new: the net sees all of it first. */
  private isNew = true;
  private framesSinceScan = 0;
  private framesBetweenScans = FRAMES_BEFORE_FIRST_SCAN;

  /** @param shapes - as {@link MatteRoi} takes them. */
  constructor(shapes?: readonly number[]) {
    this.matteRoi = new MatteRoi(shapes);
  }

  /**
   * Chooses the region for the next frame.
   * @param wholeSize - the net's input size for the whole frame.
   */
  nextRoi(wholeSize: Size): Roi {
    if (this.isNew) return this.lookAtAll(wholeSize);
    return (this.roi = this.matteRoi.around(this.people, wholeSize));
  }

  /** Makes the whole frame the current region; the next one may be of any size. */
  lookAtAll(wholeSize: Size): Roi {
    this.isNew = false;
    this.matteRoi.reset();
    return (this.roi = wholeFrame(wholeSize));
  }

  /** Whether the whole frame is to be scanned for people beside the current region. */
  scanIsDue(): boolean {
    if (isWholeFrame(this.roi) || ++this.framesSinceScan < this.framesBetweenScans) return false;
    this.framesSinceScan = 0;
    this.framesBetweenScans = Math.min(FRAMES_BETWEEN_SCANS, 2 * this.framesBetweenScans);
    return true;
  }

  /**
   * Takes note of the people in the current frame.
   * @param scanned - those whom a scan has found; null if there was none.
   */
  note(seen: BoundingBox | null, scanned: BoundingBox | null): void {
    this.people = unionBox(seen, scanned);
  }

  /** Forgets everybody, for another scene. */
  reset(): void {
    this.isNew = true;
    this.people = null;
    this.matteRoi.reset();
    this.framesSinceScan = 0;
    this.framesBetweenScans = FRAMES_BEFORE_FIRST_SCAN;
  }
}
