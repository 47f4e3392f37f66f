import type { Size } from '../../../common/size.ts';

/** A rectangle of the frame, in shares of its sides, 0..1. */
export interface Bounds {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Where something shows, and about which point. */
export interface Shown extends Bounds {
  /** The mean of what shows, in shares of the frame's sides. */
  readonly x: number;
  readonly y: number;
}

/** The part of a grid of style pixels that the net runs on. */
export interface Window {
  /** Pixels of the whole frame's grid. */
  readonly grid: Size;
  /** Where the part begins in it, in pixels; fractions where the picture was moved since. */
  readonly x: number;
  readonly y: number;
  /** Pixels of the part, multiples of 32. */
  readonly size: Size;
}

/**
 * Windows begin at multiples of this: the nets work at a quarter of their input's size, and a picture that moves by whole steps of
 * theirs is drawn alike wherever the window stands. Nothing swims.
 */
const STEP = 8;
/** Their sides grow by so much: few sizes, so that few are new to the runtime. */
const SIDE = 64;
/** Pixels around what shows that the net sees too, for its zero padding changes what lies beside it. */
const SURROUNDINGS = 24;
/** With fewer than so many, what shows would be drawn otherwise than in the middle of a window: mean 1.3 of 255 at none, 0.3 from 32 on. */
export const LEAST_SURROUNDINGS = 8;
/** What moves has this share of the grid's short side to do so before the next frame. */
const MOTION = 0.06;
/** A window that could be smaller becomes so after this many frames. */
const PATIENCE = 45;

/** Keeps the style net's window around what shows of its style. */
export class StyleWindow {
  private window: Window | null = null;
  private roomy = 0;

  /** The whole grid. */
  static whole(grid: Size): Window {
    return { grid, x: 0, y: 0, size: grid };
  }

  /**
   * The window for a frame that is like the last one.
   * @param bounds - of what showed in that; null if nothing did.
   * @returns null if nothing will show.
   */
  around(bounds: Bounds | null, grid: Size): Window | null {
    if (!bounds) return (this.window = null);
    const { window } = this;
    const fresh = fitted(bounds, grid);
    const stays =
      window?.grid[0] === grid[0] && window.grid[1] === grid[1] && covers(window, bounds, SURROUNDINGS);
    if (stays) {
      const smaller = fresh.size[0] * fresh.size[1] < window.size[0] * window.size[1];
      this.roomy = smaller ? this.roomy + 1 : 0;
      if (this.roomy < PATIENCE) return window;
    }
    this.roomy = 0;
    return (this.window = fresh);
  }
}

/** The window as it lies when its picture goes along with what moved by a share of the frame's sides. */
export function moved(window: Window, right: number, down: number): Window {
  const [width, height] = window.grid;
  return { ...window, x: window.x + right * width, y: window.y + down * height };
}

/** Whether the window holds all of what shows, and so many pixels around it. */
export function covers(window: Window, bounds: Bounds, around: number): boolean {
  const [left, right] = side(bounds.left, bounds.right, window.grid[0], around);
  const [top, bottom] = side(bounds.top, bounds.bottom, window.grid[1], around);
  return (
    left >= window.x &&
    top >= window.y &&
    right <= window.x + window.size[0] &&
    bottom <= window.y + window.size[1]
  );
}

function fitted(bounds: Bounds, grid: Size): Window {
  const margin = SURROUNDINGS + MOTION * Math.min(...grid);
  const [x, width] = span(side(bounds.left, bounds.right, grid[0], margin), grid[0]);
  const [y, height] = span(side(bounds.top, bounds.bottom, grid[1], margin), grid[1]);
  return { grid, x, y, size: [width, height] };
}

/** From and to, in pixels of a side of the grid. */
function side(from: number, to: number, pixels: number, margin: number): [number, number] {
  return [Math.max(0, from * pixels - margin), Math.min(pixels, to * pixels + margin)];
}

/** Where the window begins, and how long it is. */
function span([from, to]: [number, number], pixels: number): [number, number] {
  const begin = Math.floor(from / STEP) * STEP;
  const length = Math.min(pixels, Math.ceil((to - begin) / SIDE) * SIDE);
  // Room that is left over is shared between both ends.
  const start = Math.floor((begin - (length - (to - begin)) / 2) / STEP) * STEP;
  return [Math.max(0, Math.min(pixels - length, start)), length];
}
