import { quantile } from '../../common/quantile.ts';
import { USUAL_MATTE_PIXELS } from '../stages/net-size.ts';
import type { Detail, Grade, Held, Quality, QualityReason, StageTimes } from '../protocol.ts';

/** One level of quality. */
interface Level {
  /** Short side of the style net's input in pixels. */
  readonly side: number;
  /** Pixels of the matte net's input. */
  readonly matte: number;
  readonly held: Held;
}

/** Pixels of the matte net's input where the usual ones are too slow ... */
const FEWER_MATTE_PIXELS = 224 * 128;
/**
 * ... and where there is time for more, and for films, which have no rate to keep: people far away
 * are found, hair and hands are finer.
 */
export const FINEST_MATTE_PIXELS = 416 * 224;

/**
 * All levels, from fast to fine. Below 160 pixels a face is smeared, and a smaller matte loses
 * hair. Where that is still too slow, the style and then the matte are computed for every second
 * frame and reused for the next. That is the last resort, because what is reused belongs to another
 * frame than the one that it is drawn on.
 */
const LEVELS: readonly Level[] = [
  { side: 160, matte: FEWER_MATTE_PIXELS, held: 'style and matte' },
  { side: 160, matte: FEWER_MATTE_PIXELS, held: 'style' },
  { side: 160, matte: FEWER_MATTE_PIXELS, held: 'nothing' },
  ...[160, 192, 256].map((side) => ({ side, matte: USUAL_MATTE_PIXELS, held: 'nothing' as const })),
  ...[256, 320, 384].map((side) => ({ side, matte: FINEST_MATTE_PIXELS, held: 'nothing' as const })),
];
const FIRST_LEVEL = LEVELS.findIndex(({ side }) => side === 192);
const LAST_LEVEL = LEVELS.length - 1;
/** The finest level of light styles. */
const LIGHT_LEVEL = LEVELS.findLastIndex(({ matte }) => matte === USUAL_MATTE_PIXELS);
const MIN_SIDE = LEVELS[0]!.side;
/** One level down when frames take longer than this share of the frame interval ... */
const TOO_SLOW = 1.1;
/** ... and up when the next level is estimated to take less than this share. */
const ROOM = 0.8;
/** Down to levels that reuse layers only if the rate falls below two thirds of the camera's ... */
const FAR_TOO_SLOW = 1.5;
/** ... and up from them as soon as there is time for it. */
const ENOUGH = 1.1;
/**
 * Also down when 1 of 20 frames is delayed by more than this many frame intervals: together with
 * the time that the page takes to show it, a picture should be no older than two intervals. Two
 * checks in a row must find it, because a single hitch is not the fault of the style. Delay alone
 * never leads to the levels that reuse layers.
 */
const TOO_LATE = 1.6;
/**
 * In the first checks of a new source frames may be late and slow for a while: code is compiled,
 * nets warm up, previews are made.
 */
const STARTUP_CHECKS = 3;
/** Frames between two checks. */
const FRAMES_PER_CHECK = 45;
/**
 * A level that was too slow is barred for this many frames, about a minute, and then tried again.
 * If it soon fails again, it is barred for twice as long ...
 */
const BARRED = 1800;
/** ... but only for five seconds if it failed in the first checks ... */
const BARRED_AT_STARTUP = 150;
/** ... and never for longer than this. */
const LONGEST_BARRED = 16 * BARRED;
/**
 * A level that fails this many times its bar after it was tried has not failed again: the machine
 * itself has become slower meanwhile, so its next bar is a first one.
 */
const RELAPSE = 4;

/**
 * Keeps the frame rate and the delay by choosing the level of quality: first it lowers the
 * resolution of the style, then that of the matte, and at last computes them for every second frame
 * only.
 */
export class Governor {
  private level = FIRST_LEVEL;
  private readonly times: number[] = [];
  private readonly delays: number[] = [];
  /** Checks of the current source so far. */
  private checks = 0;
  /** Whether frames were late at the last check. */
  private wasLate = false;
  private framesToCheck = FRAMES_PER_CHECK;
  /** The highest level that is not barred. */
  private ceiling = LAST_LEVEL;
  /**
   * Frames for which the next level that fails is barred, and how many are left of the current bar.
   */
  private barDuration = BARRED;
  private barredFrames = 0;
  private lastMove: 'finer' | 'slow' | 'late' | null = null;
  private sinceMove = 0;
  /** How fine the style is to be drawn. */
  detail: Detail = 'auto';
  /** Whether the source was too fast for the usual level. */
  private wasTight = false;
  /** A number pins the style's short side; `auto` leaves it to the governor. */
  quality: Quality = 'auto';

  /** Starts over for another source, whose size and rate may be others. */
  newSource(): void {
    this.level = FIRST_LEVEL;
    this.liftBar();
    this.barDuration = BARRED;
    this.lastMove = null;
    this.sinceMove = 0;
    this.framesToCheck = FRAMES_PER_CHECK;
    this.times.length = this.delays.length = 0;
    this.wasLate = this.wasTight = false;
    this.checks = 0;
  }

  /**
   * The grade of styles that there is time for.
   * @param hasRoom - whether the backend has room for fine grades at the rate of a source.
   * @param isFilm - whether there is no rate to keep.
   */
  gradeFor(hasRoom: boolean, isFilm: boolean): Grade {
    if (this.detail !== 'auto') return this.detail === 'fine' ? 'fine' : 'live';
    return isFilm || (hasRoom && !this.wasTight) ? 'fine' : 'live';
  }

  /** Why the level of quality is what it is. */
  get reason(): QualityReason {
    if (this.quality !== 'auto') return 'pinned';
    if (this.lastMove === 'slow') return 'too slow';
    if (this.lastMove === 'late') return 'too late';
    if (this.level === LAST_LEVEL) return 'finest';
    return this.lastMove === 'finer' ? 'room' : 'usual';
  }

  /** Short side of the style net's input, in pixels. */
  get shortSide(): number {
    return this.quality === 'auto' ? this.current.side : this.quality;
  }

  /** Pixels of the matte net's input. */
  get mattePixels(): number {
    return this.quality === 'auto' ? this.current.matte : USUAL_MATTE_PIXELS;
  }

  /** What is computed for every second frame only, and reused for the next one. */
  get held(): Held {
    return this.quality === 'auto' ? this.current.held : 'nothing';
  }

  /**
   * Short side of the style net's input where there is no rate to keep, as for a film.
   * @param available - pixels of the picture's own short side, which are not exceeded.
   * @returns pixels, at least 160 unless the quality is pinned.
   */
  finestSide(available: number): number {
    if (this.quality !== 'auto') return this.quality;
    return Math.max(MIN_SIDE, Math.min(LEVELS[this.top]!.side, available));
  }

  /**
   * Records how long one frame took, and changes the level from time to time.
   * @param busy - milliseconds for which it kept the effect from starting the next one.
   * @param cost - milliseconds of the last run of each net, and from the frame's arrival to its
   * picture.
   * @param budget - milliseconds between two frames of the source.
   */
  measure(busy: number, cost: Pick<StageTimes, 'matte' | 'style' | 'delay'>, budget: number): void {
    if (this.quality !== 'auto') return;
    this.sinceMove++;
    if (this.barredFrames > 0 && --this.barredFrames === 0) this.liftBar();
    this.times.push(busy);
    this.delays.push(cost.delay);
    if (--this.framesToCheck > 0) return;
    // Means of two frames in a row, because every second one is cheap while layers are reused.
    const typical = quantile(
      this.times.slice(1).map((time, i) => (time + this.times[i]!) / 2),
      0.5,
    );
    const delay = quantile(this.delays, 0.95);
    this.times.length = this.delays.length = 0;
    this.framesToCheck = FRAMES_PER_CHECK;
    this.check(typical, delay, cost, budget);
  }

  private check(
    typical: number,
    delay: number,
    cost: Pick<StageTimes, 'matte' | 'style'>,
    budget: number,
  ): void {
    const { wasLate } = this;
    const level = (this.level = Math.min(this.level, this.top));
    const isLate = this.checks++ >= STARTUP_CHECKS && delay > TOO_LATE * budget;
    this.wasLate = isLate;
    const holds = LEVELS[level]!.held !== 'nothing';
    const nextHolds = LEVELS[level - 1]?.held !== 'nothing';
    const more = addedCost(level, cost);
    if (level > 0 && typical > (nextHolds ? FAR_TOO_SLOW : TOO_SLOW) * budget) this.descend('slow');
    else if (isLate && wasLate && !nextHolds) this.descend('late');
    else if (
      level < Math.min(this.ceiling, this.top) &&
      typical + more < (holds ? ENOUGH : ROOM) * budget &&
      // Frame reuse does not reduce the delay, so delay is no reason to keep it.
      (holds || delay + more < TOO_LATE * budget)
    )
      this.move(1, 'finer');
  }

  /** The finest level that is allowed. */
  private get top(): number {
    return this.detail === 'light' ? LIGHT_LEVEL : LAST_LEVEL;
  }

  private get current(): Level {
    return LEVELS[Math.min(this.level, this.top)]!;
  }

  private descend(why: 'slow' | 'late'): void {
    this.ceiling = this.level - 1;
    const again = this.lastMove === 'finer' && this.sinceMove < RELAPSE * this.barDuration;
    const first = this.checks <= STARTUP_CHECKS ? BARRED_AT_STARTUP : BARRED;
    this.barDuration = again ? Math.min(LONGEST_BARRED, 2 * this.barDuration) : first;
    this.barredFrames = this.barDuration;
    this.move(-1, why);
    this.wasTight ||= this.level < FIRST_LEVEL;
  }

  private move(by: 1 | -1, why: 'finer' | 'slow' | 'late'): void {
    this.level += by;
    this.lastMove = why;
    this.sinceMove = 0;
    this.wasLate = false;
  }

  private liftBar(): void {
    this.ceiling = LAST_LEVEL;
    this.barredFrames = 0;
  }
}

/**
 * Estimates how many milliseconds a frame takes longer on the next level, without parallel work.
 */
function addedCost(level: number, { matte, style }: Pick<StageTimes, 'matte' | 'style'>): number {
  const [here, next] = [LEVELS[level]!, LEVELS[level + 1]];
  if (!next) return 0;
  if (here.held === 'style and matte') return matte / 2;
  if (here.held === 'style') return style / 2;
  return matte * (next.matte / here.matte - 1) + style * ((next.side / here.side) ** 2 - 1);
}
