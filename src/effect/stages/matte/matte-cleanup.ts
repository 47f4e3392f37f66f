import type { Window } from '../style/window.ts';
import { carried } from './matte-window.ts';

/** A pixel belongs to a region of the person from here up. */
const INSIDE = 0.5;
/** The soft edge of the person reaches this far (in matte pixels) beyond `INSIDE`. */
const EDGE = 5;
/** No person is smaller than this share of the frame: what a net sees in an empty room is a blotch. */
const SMALLEST_PERSON = 0.004;
/** A second region this large (as a share of the frame) that stays is a second person, not a blotch ... */
const SECOND_PERSON = 0.015;
/** ... or this large beside the first one: people sit at the same distance ... */
const SHARE_OF_FIRST = 0.3;
/** ... once it has stayed for so many frames. */
const SETTLED = 10;
/** A hand or an arm that comes in at the frame's border is this large, as a share of the frame ... */
const SMALLEST_HAND = 0.003;
/** ... stays for so many frames ... */
const HAND_SETTLED = 3;
/** ... and is sure: alpha is over `SURE` in this share of it. What a net sees in furniture seldom is. */
const SURE = 0.8;
const SURE_SHARE = 0.7;
/** Enclosed background smaller than this share of the frame is a hole in the net's judgement, not a gap under an arm. */
const LARGEST_HOLE = 0.01;
/** What was on the screen leaves it, and what was held back enters it, over several frames: popping is seen, fading is not. */
const LEAVE = 0.8;
const ENTER = 0.2;

/**
 * The blotch guard: of the matte only the person goes on, others who stay, and hands that come in at the
 * frame's border. Holes in them are filled.
 *
 * A blotch that appears is never shown; a region that was shown and loses its connection fades; one that was held back and
 * becomes part of the person fades in. New parts of the person themselves, and what moves, pass untouched.
 */
export class BlotchGuard {
  private labels = new Int32Array(0);
  private parents = new Int32Array(0);
  private areas = new Float64Array(0);
  private ages = new Float64Array(0);
  private overlaps = new Float64Array(0);
  /** How many of each region's pixels are surely the person. */
  private sures = new Float64Array(0);
  /** Which regions touch the frame's border, and which touch none, not even the window's. */
  private atBorder = new Uint8Array(0);
  private enclosed = new Uint8Array(0);
  private verdicts = new Uint8Array(0);
  /** How much of each pixel's matte is let through. */
  private gain = new Float32Array(0);
  /** The least matte that each pixel is given: rises over holes. */
  private floor = new Float32Array(0);
  /** For how many frames each pixel has been in a region that is not the person. */
  private strange = new Uint8Array(0);
  /** Which pixels were the person in the last frame. */
  private person = new Uint8Array(0);
  private filled = new Uint8Array(0);
  private toPerson = new Uint8Array(0);
  private toBlotch = new Uint8Array(0);

  /**
   * @param matte - [H,W], 0..1, guarded in place.
   * @param window - the part of the frame that it shows.
   */
  guard(matte: Float32Array, window: Window): void {
    if (this.gain.length !== matte.length) this.allocate(matte.length);
    this.guardRegions(matte, window);
    this.fillHoles(matte, window);
  }

  /** The next matte is of another window: what is held back, filled or fading stays where it is in the frame. */
  carry(from: Window, to: Window): void {
    const { gain, floor, strange, person, filled } = this;
    if (gain.length === 0) return;
    this.allocate(to.size[0] * to.size[1]);
    const bytes = (field: Uint8Array) =>
      Uint8Array.from(carried(Float32Array.from(field), from, to), (value) => Math.round(value));
    this.gain = carried(gain, from, to);
    this.floor = carried(floor, from, to);
    this.strange = bytes(strange);
    this.person = bytes(person);
    this.filled = bytes(filled);
  }

  /** The next matte starts afresh: another source, another scene. */
  forget(): void {
    this.allocate(0);
  }

  private allocate(pixels: number): void {
    this.labels = new Int32Array(pixels);
    this.parents = new Int32Array(pixels + 1);
    this.areas = new Float64Array(pixels + 1);
    this.ages = new Float64Array(pixels + 1);
    this.overlaps = new Float64Array(pixels + 1);
    this.sures = new Float64Array(pixels + 1);
    this.atBorder = new Uint8Array(pixels + 1);
    this.enclosed = new Uint8Array(pixels + 1);
    this.verdicts = new Uint8Array(pixels + 1);
    this.gain = new Float32Array(pixels);
    this.floor = new Float32Array(pixels);
    this.strange = new Uint8Array(pixels);
    this.person = new Uint8Array(pixels);
    this.filled = new Uint8Array(pixels);
    this.toPerson = new Uint8Array(pixels);
    this.toBlotch = new Uint8Array(pixels);
  }

  private guardRegions(matte: Float32Array, window: Window): void {
    const { labels, verdicts, gain, strange, person, toPerson, toBlotch } = this;
    const [width, height] = window.size;
    const pixels = matte.length;
    const count = this.label(matte, window, true);
    const blotches = this.judge(count, window.grid[0] * window.grid[1]);
    verdicts[0] = 0;
    for (let i = 0; i < pixels; i++) {
      const id = labels[i]!;
      person[i] = verdicts[id]!;
      toPerson[i] = person[i] === 1 ? 0 : 255;
      toBlotch[i] = id > 0 && person[i] === 0 ? 0 : 255;
    }
    spread(toPerson, width, height);
    if (blotches) spread(toBlotch, width, height);
    for (let i = 0; i < pixels; i++) {
      if (toPerson[i]! <= EDGE && toPerson[i]! <= toBlotch[i]!) {
        // Held back until now? Then it fades in. Else it is the person moving there, and passes at once.
        gain[i] = gain[i]! < 1 && strange[i]! > 0 ? Math.min(1, gain[i]! + ENTER) : 1;
        if (gain[i] === 1) strange[i] = 0;
      } else {
        gain[i] = gain[i]! < 0.02 ? 0 : gain[i]! * LEAVE;
        strange[i] = toBlotch[i] === 0 ? Math.min(255, strange[i]! + 1) : 0;
      }
      matte[i] = matte[i]! * gain[i]!;
    }
  }

  /**
   * Decides which regions pass.
   * @param frame - pixels of the whole frame.
   * @returns whether one does not.
   */
  private judge(count: number, frame: number): boolean {
    const { areas, ages, overlaps, sures, verdicts, atBorder } = this;
    let largest = 0;
    areas[0] = 0;
    for (let id = 1; id <= count; id++) if (areas[id]! > areas[largest]!) largest = id;
    const second = Math.max(
      SMALLEST_PERSON * frame,
      Math.min(SECOND_PERSON * frame, SHARE_OF_FIRST * areas[largest]!),
    );
    let blotches = false;
    for (let id = 1; id <= count; id++) {
      const area = areas[id]!;
      const stays = (frames: number) => ages[id]! >= frames * area || overlaps[id]! >= 0.5 * area;
      const first = id === largest && area >= SMALLEST_PERSON * frame;
      const hand = atBorder[id] === 1 && area >= SMALLEST_HAND * frame && sures[id]! >= SURE_SHARE * area;
      const passes = first || (area >= second && stays(SETTLED)) || (hand && stays(HAND_SETTLED));
      verdicts[id] = passes ? 1 : 0;
      if (!passes) blotches = true;
    }
    return blotches;
  }

  private fillHoles(matte: Float32Array, window: Window): void {
    const { labels, areas, verdicts, enclosed, floor, filled, toBlotch } = this;
    const [width, height] = window.size;
    const frame = window.grid[0] * window.grid[1];
    const pixels = matte.length;
    const count = this.label(matte, window, false);
    let holes = false;
    for (let id = 1; id <= count; id++) {
      verdicts[id] = enclosed[id] === 1 && areas[id]! < LARGEST_HOLE * frame ? 1 : 0;
      if (verdicts[id] === 1) holes = true;
    }
    verdicts[0] = 0;
    // The ring around a hole is half transparent too: fill two pixels more.
    toBlotch.fill(255);
    if (holes) {
      for (let i = 0; i < pixels; i++) if (verdicts[labels[i]!] === 1) toBlotch[i] = 0;
      spread(toBlotch, width, height);
    }
    for (let i = 0; i < pixels; i++) {
      if (toBlotch[i]! <= 2) {
        // A pixel that was the person until now is filled at once; one that showed the room is covered slowly.
        floor[i] = filled[i] === 1 ? 1 : Math.min(1, floor[i]! + ENTER);
      } else if (floor[i]! > 0) floor[i] = floor[i]! < 0.02 ? 0 : floor[i]! * LEAVE;
      if (floor[i]! > matte[i]!) matte[i] = floor[i]!;
      filled[i] = matte[i]! > INSIDE ? 1 : 0;
    }
  }

  /**
   * Labels the 4-connected regions on one side of `INSIDE` (two passes with union-find: Rosenfeld and Pfaltz 1966) and gathers
   * each one's area, summed age, overlap with the last person, sure pixels and which borders it touches. Labels are
   * 1..count, 0 elsewhere.
   */
  private label(
    matte: Float32Array,
    { grid, x: windowX, y: windowY, size }: Window,
    inside: boolean,
  ): number {
    const { labels, parents, areas, ages, overlaps, sures, atBorder, enclosed, strange, person } = this;
    const [width, height] = size;
    // The frame's border as the window sees it; beyond it where the window ends before the frame.
    const [frameLeft, frameTop] = [-windowX, -windowY];
    const [frameRight, frameBottom] = [grid[0] - 1 - windowX, grid[1] - 1 - windowY];
    let next = 1;
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        if (matte[i]! > INSIDE !== inside) {
          labels[i] = 0;
          continue;
        }
        const left = x > 0 ? labels[i - 1]! : 0;
        const up = y > 0 ? labels[i - width]! : 0;
        if (left > 0 && up > 0) {
          const a = this.root(left);
          const b = this.root(up);
          const low = a < b ? a : b;
          parents[a] = low;
          parents[b] = low;
          labels[i] = low;
        } else if (left > 0 || up > 0) labels[i] = left > 0 ? left : up;
        else {
          parents[next] = next;
          labels[i] = next++;
        }
      }
    }
    // Roots come before their children, so one pass renumbers them densely.
    let count = 0;
    for (let id = 1; id < next; id++) {
      if (parents[id] === id) {
        parents[id] = ++count;
        areas[count] = 0;
        ages[count] = 0;
        overlaps[count] = 0;
        sures[count] = 0;
        atBorder[count] = 0;
        enclosed[count] = 1;
      } else parents[id] = parents[parents[id]!]!;
    }
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        if (labels[i] === 0) continue;
        const id = parents[labels[i]!]!;
        labels[i] = id;
        areas[id] = areas[id]! + 1;
        ages[id] = ages[id]! + strange[i]!;
        overlaps[id] = overlaps[id]! + person[i]!;
        if (matte[i]! > SURE) sures[id] = sures[id]! + 1;
        if (x === 0 || y === 0 || x === width - 1 || y === height - 1) enclosed[id] = 0;
        if (x === frameLeft || y === frameTop || x === frameRight || y === frameBottom) atBorder[id] = 1;
      }
    }
    return count;
  }

  private root(id: number): number {
    const { parents } = this;
    while (parents[id] !== id) {
      parents[id] = parents[parents[id]!]!;
      id = parents[id]!;
    }
    return id;
  }
}

/** City-block distance to the nearest 0, in place; 255 elsewhere at the start (two passes: Rosenfeld and Pfaltz 1966). */
function spread(distance: Uint8Array, width: number, height: number): void {
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      let d = distance[i]!;
      if (x > 0 && distance[i - 1]! < d - 1) d = distance[i - 1]! + 1;
      if (y > 0 && distance[i - width]! < d - 1) d = distance[i - width]! + 1;
      distance[i] = d;
    }
  }
  for (let y = height - 1, i = distance.length - 1; y >= 0; y--) {
    for (let x = width - 1; x >= 0; x--, i--) {
      let d = distance[i]!;
      if (x < width - 1 && distance[i + 1]! < d - 1) d = distance[i + 1]! + 1;
      if (y < height - 1 && distance[i + width]! < d - 1) d = distance[i + width]! + 1;
      distance[i] = d;
    }
  }
}
