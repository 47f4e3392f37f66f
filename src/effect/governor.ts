import type { Size } from './onnx/net.ts';
import type { Quality, QualityReason } from './protocol.ts';

/** Short sides of the style net's input, from quick to fine. Below the first a face is no longer drawn but smeared. */
const RUNGS = [160, 192, 256, 320, 384];
const FIRST_RUNG = RUNGS.indexOf(192);
/** Pixels of the matte net's input: 288x160 for a 16:9 camera. */
const MATTE_PIXELS = 288 * 160;
/** Down when frames take longer than this share of the time between two frames ... */
const TOO_SLOW = 1.1;
/** ... up when the next rung, by its pixels, would still take less than this share. */
const ROOM = 0.8;
/** Frames between two decisions. */
const PATIENCE = 45;
/** A rung that proved too slow is tried again after so many frames, and after twice as many whenever it does so again: a minute at first. */
const BARRED = 1800;
const LONGEST_BARRED = 16 * BARRED;

/** Keeps the frame rate by trading the style's resolution. */
export class Governor {
  private rung = FIRST_RUNG;
  private readonly times: number[] = [];
  private waiting = PATIENCE;
  /** A rung that proved too slow, and those above it, are not tried for a while. */
  private ceiling = RUNGS.length - 1;
  private bar = BARRED;
  private barredFor = 0;
  private lastMove: 'finer' | 'coarser' | null = null;
  quality: Quality = 'auto';

  /** Another source, another size and rate: all rungs are to be tried again. */
  newSource(): void {
    this.rung = FIRST_RUNG;
    this.lift();
    this.bar = BARRED;
    this.lastMove = null;
    this.waiting = PATIENCE;
    this.times.length = 0;
  }

  /** Why the style has the size that it has. */
  get reason(): QualityReason {
    if (this.quality !== 'auto') return 'pinned';
    if (this.lastMove === 'coarser') return 'too slow';
    if (this.rung === RUNGS.length - 1) return 'finest';
    return this.lastMove === 'finer' ? 'room' : 'usual';
  }

  /** Short side of the style net's input, in pixels. */
  get shortSide(): number {
    return this.quality === 'auto' ? RUNGS[this.rung]! : this.quality;
  }

  /**
   * Short side of the style net's input where no rate is to be kept: the last rung, but no more than a picture has.
   * @param available - pixels of the picture's own short side.
   */
  finest(available: number): number {
    if (this.quality !== 'auto') return this.quality;
    return Math.max(RUNGS[0]!, Math.min(RUNGS.at(-1)!, available));
  }

  /**
   * Tells how long one frame took.
   * @param busy - milliseconds that it kept the effect from the next one.
   * @param style - milliseconds of the style net.
   * @param budget - milliseconds between two frames of the source.
   */
  measure(busy: number, style: number, budget: number): void {
    if (this.quality !== 'auto') return;
    if (this.barredFor > 0 && --this.barredFor === 0) this.lift();
    this.times.push(busy);
    if (--this.waiting > 0) return;
    const typical = quantile(this.times, 0.5);
    this.times.length = 0;
    this.waiting = PATIENCE;
    const next = RUNGS[Math.min(this.rung + 1, RUNGS.length - 1)]!;
    const growth = (next / RUNGS[this.rung]!) ** 2;
    if (typical > TOO_SLOW * budget && this.rung > 0) {
      this.ceiling = --this.rung;
      this.barredFor = this.bar;
      this.bar = Math.min(LONGEST_BARRED, 2 * this.bar);
      this.lastMove = 'coarser';
    } else if (this.rung < this.ceiling && typical + style * (growth - 1) < ROOM * budget) {
      this.rung++;
      this.lastMove = 'finer';
    }
  }

  private lift(): void {
    this.ceiling = RUNGS.length - 1;
    this.barredFor = 0;
  }
}

/** The value that `share` (0..1) of the measurements stay under; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** The net size, in multiples of 32, whose short side is `shortSide` and whose shape is nearest to `aspect` (width / height). */
export function styleSize(shortSide: number, aspect: number): Size {
  const short = Math.max(32, toMultiple(shortSide));
  return aspect >= 1 ? [toMultiple(short * aspect), short] : [short, toMultiple(short / aspect)];
}

/**
 * The matte net's size for a shape.
 * @param shortSide - in pixels; by default all shapes have the same number of pixels, about.
 */
export function matteSize(
  aspect: number,
  shortSide = Math.sqrt(MATTE_PIXELS / Math.max(aspect, 1 / aspect)),
): Size {
  return styleSize(shortSide, aspect);
}

function toMultiple(pixels: number): number {
  return Math.max(32, Math.round(pixels / 32) * 32);
}
