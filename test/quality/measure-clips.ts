import { CLIPS, makeClip, VISIBLE, type Clip, type ClipId } from './clips.ts';
import { areaOf, isFalsePerson } from './kind-score.ts';
import { edgeBand, iou, mean } from './matte.ts';
import type { Planes } from './planes.ts';
import type { Progress } from './progress.ts';
import type { Sources } from './sources.ts';
import type { Tracker } from './trackers.ts';

/** Clips of each sort. */
const EACH = 8;
/**
 * A matte is right again if its IoU is at most this much below the IoU that the net reaches without
 * a past.
 */
const NEAR = 0.01;

/** From this IoU on the person counts as found. */
const FOUND = 0.5;

/** The figures of one tracker on the clips of one sort. */
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
   * the outline. Taken where the person was found in at least one of the two frames; NaN if there
   * are none.
   */
  flicker: number;
  /**
   * Frames after the event until the matte is right again, mean and most, over the clips (`of`) in
   * which the person is found at all; null without an event or without a memory.
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
 * Measures all trackers on each clip in turn, so that each clip is made only once.
 * @param count - the number of clips.
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
      // A frame with only a sleeve at the border counts neither as with a person nor as without.
      if (areaOf(mask) === 0) this.empty.push(isFalsePerson(mattes[t]!));
      if (t === 0 || t === event || !seen[t - 1] || !seen[t]) continue;
      // Where nobody is found nothing flickers, and that should not improve the figure.
      if (Math.max(ious[t - 1]!, ious[t]!) < FOUND) continue;
      this.flickers.push(ownChange([mattes[t - 1]!, mattes[t]!], [frames[t - 1]!.mask, mask]));
    }
    const ofPeople = ious.filter((_, t) => seen[t]);
    this.ious.push(...ofPeople);
    this.lowest.push(Math.min(...ofPeople));
  }

  /**
   * @param mattes - of all frames.
   * @param withoutPast - mattes of the frames from the event on, computed with nothing before them.
   */
  addEvent({ frames, event }: Clip, mattes: readonly Planes[], withoutPast: readonly Planes[]): void {
    // If the person is not found even without a past, the past is not the reason.
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
 * Mean absolute change from one matte to the next, minus that of the true masks, over the edge
 * bands of both masks. It is 0 for a matte that moves exactly as the person does.
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
