import { quantile } from '../../common/quantile.ts';
import { USUAL_MATTE_PIXELS } from '../stages/net-size.ts';
import type { Held, Quality, QualityReason, StageTimes } from '../protocol.ts';

/** What one frame may cost. */
interface Rung {
  /** Short side of the style net's input in pixels. */
  readonly side: number;
  /** Pixels of the matte net's input. */
  readonly matte: number;
  readonly held: Held;
}

/** ... where that is too slow ... */
const FEWER_MATTE_PIXELS = 224 * 128;
/** ... where there is room, and for films: people far off are seen, and hair and hands are finer. */
export const FINEST_MATTE_PIXELS = 416 * 224;

/**
 * From quick to fine. Below 160 pixels a face is no longer drawn but smeared, and a smaller matte loses hair; what helps then is to compute every
 * second frame only. That is the last resort: what is held belongs to another frame than the one that it lies over.
 */
const RUNGS: readonly Rung[] = [
  { side: 160, matte: FEWER_MATTE_PIXELS, held: 'style and matte' },
  { side: 160, matte: FEWER_MATTE_PIXELS, held: 'style' },
  { side: 160, matte: FEWER_MATTE_PIXELS, held: 'nothing' },
  ...[160, 192, 256].map((side) => ({ side, matte: USUAL_MATTE_PIXELS, held: 'nothing' as const })),
  ...[256, 320, 384].map((side) => ({ side, matte: FINEST_MATTE_PIXELS, held: 'nothing' as const })),
];
const FIRST_RUNG = RUNGS.findIndex(({ side }) => side === 192);
const LAST_RUNG = RUNGS.length - 1;
const LEAST_SIDE = RUNGS[0]!.side;
/** Down when frames take longer than this share of the time between two frames ... */
const TOO_SLOW = 1.1;
/** ... up when the next rung would, by what it adds, still take less than this share. */
const ROOM = 0.8;
/** For the last resort only when the rate falls below two thirds of the camera's ... */
const FAR_TOO_SLOW = 1.5;
/** ... and no longer than there is the time to do without. */
const ENOUGH = 1.1;
/**
 * Down, too, when 1 of 20 frames comes later than so many times between two frames: with what the page then takes to show it, a picture is
 * to be no older than two of them. It has to be so twice running, for a moment's hitch is not the style's fault, and is no reason to hold anything.
 */
const TOO_LATE = 1.6;
/** Looks at a new source in which frames may be late, and slower than they will be: code is compiled, nets warm up, previews are made. */
const SETTLING = 3;
/** Frames between two decisions. */
const PATIENCE = 45;
/** A rung that proved too slow is tried again after so many frames, and after twice as many whenever it soon does so again: a minute at first ... */
const BARRED = 1800;
/** ... and five seconds where it did so while all was settling. */
const BARRED_SETTLING = 150;
const LONGEST_BARRED = 16 * BARRED;
/** Who falls only after so many times the bar falls for another reason: the machine itself has become slower. */
const SOON = 4;

/** Keeps rate and delay by trading the style's resolution, then the matte's and, where that is not enough, by computing every second frame only. */
export class Governor {
  private rung = FIRST_RUNG;
  private readonly times: number[] = [];
  private readonly delays: number[] = [];
  /** Looks at the current source. */
  private looks = 0;
  /** Whether frames were late when they were looked at last. */
  private late = false;
  private waiting = PATIENCE;
  /** A rung that proved too slow, and those above it, are not tried for a while. */
  private ceiling = LAST_RUNG;
  private bar = BARRED;
  private barredFor = 0;
  private lastMove: 'finer' | 'slow' | 'late' | null = null;
  private sinceMove = 0;
  quality: Quality = 'auto';

  /** Another source, another size and rate: all rungs are to be tried again. */
  newSource(): void {
    this.rung = FIRST_RUNG;
    this.lift();
    this.bar = BARRED;
    this.lastMove = null;
    this.sinceMove = 0;
    this.waiting = PATIENCE;
    this.times.length = this.delays.length = 0;
    this.late = false;
    this.looks = 0;
  }

  /** Why the style has the size that it has, or what is held is held. */
  get reason(): QualityReason {
    if (this.quality !== 'auto') return 'pinned';
    if (this.lastMove === 'slow') return 'too slow';
    if (this.lastMove === 'late') return 'too late';
    if (this.rung === LAST_RUNG) return 'finest';
    return this.lastMove === 'finer' ? 'room' : 'usual';
  }

  /** Short side of the style net's input, in pixels. */
  get shortSide(): number {
    return this.quality === 'auto' ? RUNGS[this.rung]!.side : this.quality;
  }

  /** Pixels of the matte net's input. */
  get mattePixels(): number {
    return this.quality === 'auto' ? RUNGS[this.rung]!.matte : USUAL_MATTE_PIXELS;
  }

  /** What is computed for every second frame only, and held for the next. */
  get held(): Held {
    return this.quality === 'auto' ? RUNGS[this.rung]!.held : 'nothing';
  }

  /**
   * Short side of the style net's input where no rate is to be kept: the last rung, but no more than a picture has.
   * @param available - pixels of the picture's own short side.
   */
  finest(available: number): number {
    if (this.quality !== 'auto') return this.quality;
    return Math.max(LEAST_SIDE, Math.min(RUNGS[LAST_RUNG]!.side, available));
  }

  /**
   * Tells how long one frame took.
   * @param busy - milliseconds that it kept the effect from the next one.
   * @param cost - milliseconds that a run of each net takes (of one that was held, the last), and those from the frame's arrival to its picture.
   * @param budget - milliseconds between two frames of the source.
   */
  measure(busy: number, cost: Pick<StageTimes, 'matte' | 'style' | 'delay'>, budget: number): void {
    if (this.quality !== 'auto') return;
    this.sinceMove++;
    if (this.barredFor > 0 && --this.barredFor === 0) this.lift();
    this.times.push(busy);
    this.delays.push(cost.delay);
    if (--this.waiting > 0) return;
    // Two and two, for every second frame may be a light one.
    const typical = quantile(
      this.times.slice(1).map((time, i) => (time + this.times[i]!) / 2),
      0.5,
    );
    const delay = quantile(this.delays, 0.95);
    this.times.length = this.delays.length = 0;
    this.waiting = PATIENCE;
    const { rung } = this;
    const lastResort = RUNGS[rung - 1]?.held !== 'nothing';
    const room = RUNGS[rung]!.held === 'nothing' ? ROOM : ENOUGH;
    const wasLate = this.late;
    this.late = this.looks++ >= SETTLING && delay > TOO_LATE * budget;
    const more = added(rung, cost);
    if (rung > 0 && typical > (lastResort ? FAR_TOO_SLOW : TOO_SLOW) * budget) this.descend('slow');
    else if (this.late && wasLate && !lastResort) this.descend('late');
    else if (
      rung < this.ceiling &&
      typical + more < room * budget &&
      // What is held is no answer to lateness, and does not stay for it.
      (RUNGS[rung]!.held !== 'nothing' || delay + more < TOO_LATE * budget)
    )
      this.move(1, 'finer');
  }

  private descend(why: 'slow' | 'late'): void {
    this.ceiling = this.rung - 1;
    const again = this.lastMove === 'finer' && this.sinceMove < SOON * this.bar;
    const first = this.looks <= SETTLING ? BARRED_SETTLING : BARRED;
    this.bar = again ? Math.min(LONGEST_BARRED, 2 * this.bar) : first;
    this.barredFor = this.bar;
    this.move(-1, why);
  }

  private move(by: 1 | -1, why: 'finer' | 'slow' | 'late'): void {
    this.rung += by;
    this.lastMove = why;
    this.sinceMove = 0;
    this.late = false;
  }

  private lift(): void {
    this.ceiling = LAST_RUNG;
    this.barredFor = 0;
  }
}

/** Milliseconds that a frame takes longer, in the mean, on the rung above, if nothing runs beside anything else. */
function added(rung: number, { matte, style }: Pick<StageTimes, 'matte' | 'style'>): number {
  const [here, next] = [RUNGS[rung]!, RUNGS[rung + 1]];
  if (!next) return 0;
  if (here.held === 'style and matte') return matte / 2;
  if (here.held === 'style') return style / 2;
  return matte * (next.matte / here.matte - 1) + style * ((next.side / here.side) ** 2 - 1);
}
