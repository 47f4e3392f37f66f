import { CLIPS, makeClip, VISIBLE, type Clip, type ClipId } from './clips.ts';
import { areaOf, isFalsePerson } from './kind-score.ts';
import { edgeBand, iou, mean } from './matte.ts';
import type { Planes } from './planes.ts';
import type { Progress } from './progress.ts';
import type { Sources } from './sources.ts';
import type { Tracker } from './trackers.ts';

/** Clips of each sort. */
const EACH = 8;
/** Right again: no further below the IoU that an empty past would have given than this. */
const NEAR = 0.01;

/** Somebody was found in a frame from this IoU on. */
const FOUND = 0.5;

/** One tracker on the clips of one sort. */
export interface ClipRow {
  tracker: string;
  /**
   * IoU at threshold 0.5 over the frames with somebody in them: mean, lowest of each clip on
   * average, lowest of all.
   */
  iou: number;
  worstOfClip: number;
  worst: number;
  /**
   * Share, 0..1, of the frames without anybody that show over 0.5 % of the frame as a person; null
   * without such frames.
   */
  falsePersons: number | null;
  /**
   * Mean change of the matte from frame to frame, beyond that of the true mask, in the band along
   * its outline, where the person was found in one frame at least; NaN where never.
   */
  flicker: number;
  /**
   * Frames after the event until the matte is right again, mean and most, of so many clips in which
   * somebody is found at all; null without an event or a memory.
   */
  wrong: { mean: number; most: number; of: number } | null;
}

/** Every tracker on the clips of one sort. */
export interface ClipReport {
  clip: ClipId;
  title: string;
  clips: number;
  rows: ClipRow[];
}

/**
 * All trackers see each clip in turn, so that it is made only once.
 * @param count - of the clips.
 */
export async function measureClips(
  id: ClipId,
  trackers: readonly Tracker[],
  sources: Sources,
  progress: Progress,
  count = EACH,
): Promise<ClipReport> {
  const scores = trackers.map(() => new ClipScore());
  for (let n = 0; n < count; n++) {
    progress.step(n, count);
    const clip = await makeClip(id, n, sources);
    const pictures = clip.frames.map(({ picture }) => picture);
    for (const [t, tracker] of trackers.entries()) {
      const mattes = await tracker.follow(pictures);
      scores[t]!.add(clip, mattes);
      if (tracker.hasMemory && clip.event !== null)
        scores[t]!.addEvent(clip, mattes, await tracker.follow(pictures.slice(clip.event)));
    }
  }
  return {
    clip: id,
    title: CLIPS[id],
    clips: count,
    rows: scores.map((score, t) => ({ tracker: trackers[t]!.title, ...score.figures() })),
  };
}

/** Gathers the figures of a sort, clip by clip. */
export class ClipScore {
  private readonly ious: number[] = [];
  private readonly lowest: number[] = [];
  private readonly flickers: number[] = [];
  private readonly wrong: number[] = [];
  private readonly empty: boolean[] = [];

  /** @param mattes - of all frames, as large as these. */
  add({ frames, event }: Clip, mattes: readonly Planes[]): void {
    const seen = frames.map(({ mask }) => areaOf(mask) > VISIBLE);
    const ious = frames.map(({ mask }, t) => iou(mattes[t]!, mask));
    for (const [t, { mask }] of frames.entries()) {
      // A sleeve at the border is neither somebody nor nobody.
      if (areaOf(mask) === 0) this.empty.push(isFalsePerson(mattes[t]!));
      if (t === 0 || t === event || !seen[t - 1] || !seen[t]) continue;
      // Where nobody is ever found nothing flickers, which is no merit.
      if (Math.max(ious[t - 1]!, ious[t]!) < FOUND) continue;
      this.flickers.push(ownChange([mattes[t - 1]!, mattes[t]!], [frames[t - 1]!.mask, mask]));
    }
    const ofPeople = ious.filter((_, t) => seen[t]);
    this.ious.push(...ofPeople);
    this.lowest.push(Math.min(...ofPeople));
  }

  /**
   * @param mattes - of all frames.
   * @param withoutPast - of those from the event on, with nothing before them.
   */
  addEvent({ frames, event }: Clip, mattes: readonly Planes[], withoutPast: readonly Planes[]): void {
    // What nobody finds without a past is not the past's fault.
    if (iou(withoutPast.at(-1)!, frames.at(-1)!.mask) < FOUND) return;
    const right = withoutPast.findIndex((matte, n) => {
      const { mask } = frames[event! + n]!;
      return iou(mattes[event! + n]!, mask) >= iou(matte, mask) - NEAR;
    });
    this.wrong.push(right < 0 ? withoutPast.length : right);
  }

  figures(): Omit<ClipRow, 'tracker'> {
    return {
      iou: mean(this.ious),
      worstOfClip: mean(this.lowest),
      worst: Math.min(...this.lowest),
      falsePersons: this.empty.length > 0 ? this.empty.filter(Boolean).length / this.empty.length : null,
      flicker: mean(this.flickers),
      wrong:
        this.wrong.length > 0
          ? { mean: mean(this.wrong), most: Math.max(...this.wrong), of: this.wrong.length }
          : null,
    };
  }
}

/**
 * Mean absolute change from one matte to the next less that of the true masks, over the pixels of
 * both masks' edge bands: a matte that moves as the person does has none.
 */
export function ownChange(mattes: readonly [Planes, Planes], masks: readonly [Planes, Planes]): number {
  const [bandBefore, bandAfter] = [edgeBand(masks[0]), edgeBand(masks[1])];
  let pixels = 0;
  let change = 0;
  for (let i = 0; i < bandAfter.length; i++) {
    if (bandBefore[i] === 0 && bandAfter[i] === 0) continue;
    pixels++;
    const ofMatte = mattes[1].data[i]! - mattes[0].data[i]!;
    change += Math.abs(ofMatte - (masks[1].data[i]! - masks[0].data[i]!));
  }
  return pixels === 0 ? 0 : change / pixels;
}
