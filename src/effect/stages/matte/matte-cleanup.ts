import { resampleField, type Roi } from '../roi.ts';
import { ConnectedRegions, PERSON_ALPHA, SURE_ALPHA } from './connected-regions.ts';
import { spreadDistance } from './distance.ts';

/** The soft edge of a person reaches this many pixels beyond `PERSON_ALPHA`. */
const EDGE = 5;
/**
 * No person is smaller than this share of the frame: what a net sees in an empty room is smaller.
 */
const SMALLEST_PERSON = 0.004;
/** A second region this large, as a share of the frame, can be a second person ... */
const SECOND_PERSON = 0.015;
/** ... or one this large beside the largest: people who sit at the same distance ... */
const SHARE_OF_FIRST = 0.3;
/** ... once it has been there for this many frames. */
const SETTLED = 10;
/** A hand or an arm that comes in at the border of the frame has at least this share of it ... */
const SMALLEST_HAND = 0.003;
/** ... and has been there for this many frames ... */
const HAND_SETTLED = 3;
/** ... and the net is sure of this share of it, which it seldom is of furniture. */
const SURE_SHARE = 0.7;
/** Enclosed background smaller than this share of the frame is an error, not a gap under an arm. */
const LARGEST_HOLE = 0.01;
/** The ring around a hole is half transparent too: this many pixels more are filled. */
const HOLE_RING = 2;
/** Changes are spread over several frames, because a jump is seen and a fade is not: leaving ... */
const LEAVE = 0.8;
/** ... and entering ... */
const ENTER = 0.2;
/** ... until less than this is left. */
const FADED = 0.02;

/** The numbers that matte-cleanup.wgsl shares with this file. */
export const CLEANUP_CONSTANTS = {
  INSIDE: PERSON_ALPHA,
  SURE: SURE_ALPHA,
  EDGE,
  SMALLEST_PERSON,
  SECOND_PERSON,
  SHARE_OF_FIRST,
  SETTLED,
  SMALLEST_HAND,
  HAND_SETTLED,
  SURE_SHARE,
  LARGEST_HOLE,
  HOLE_RING,
  LEAVE,
  ENTER,
  FADED,
};

/**
 * Keeps of a matte only people: the largest region, others that stay, and hands that come in at the
 * border of the frame. All other regions are blotches, and holes in people are filled.
 *
 * A blotch that appears is never shown. A region that was shown and loses its connection to the
 * person fades out. One that was held back and becomes part of a person fades in. New parts of a
 * person, and what moves, pass immediately.
 */
export class MatteCleanup {
  private readonly regions = new ConnectedRegions();
  /** 1 for each region that passes, or in `fillHoles` for each hole. */
  private verdicts = new Uint8Array(0);
  /** How much of each pixel's alpha passes, 0..1. */
  private gain = new Float32Array(0);
  /** The least alpha of each pixel, 0..1: it rises over holes. */
  private floor = new Float32Array(0);
  /** For how many frames each pixel has been in a blotch; at most 255. */
  private framesHeldBack = new Uint8Array(0);
  /** 1 for each pixel that was a person in the last frame. */
  private wasPerson = new Uint8Array(0);
  /** 1 for each pixel that was a person in the last frame after its holes were filled. */
  private wasFilled = new Uint8Array(0);
  private toPerson = new Uint8Array(0);
  /** Distance to the nearest blotch, or in `fillHoles` to the nearest hole. */
  private toBlotch = new Uint8Array(0);

  /**
   * Cleans the matte of the next frame.
   * @param matte - [H,W] of `roi`, 0..1; changed in place.
   * @param roi - the region of the frame that the matte shows.
   */
  clean(matte: Float32Array, roi: Roi): void {
    if (this.gain.length !== matte.length) this.allocate(matte.length);
    this.dropBlotches(matte, roi);
    this.fillHoles(matte, roi);
  }

  /** Keeps the history of each place in the frame when the next matte shows another region. */
  moveTo(from: Roi, to: Roi): void {
    const { gain, floor, framesHeldBack, wasPerson, wasFilled } = this;
    if (gain.length === 0) return;
    this.allocate(to.size[0] * to.size[1]);
    const resampleBytes = (field: Uint8Array) =>
      Uint8Array.from(resampleField(Float32Array.from(field), from, to), (value) => Math.round(value));
    this.gain = resampleField(gain, from, to);
    this.floor = resampleField(floor, from, to);
    this.framesHeldBack = resampleBytes(framesHeldBack);
    this.wasPerson = resampleBytes(wasPerson);
    this.wasFilled = resampleBytes(wasFilled);
  }

  /** Forgets all history, for another source or another scene. */
  reset(): void {
    this.allocate(0);
  }

  private allocate(pixels: number): void {
    this.regions.allocate(pixels);
    this.verdicts = new Uint8Array(pixels + 1);
    this.gain = new Float32Array(pixels);
    this.floor = new Float32Array(pixels);
    this.framesHeldBack = new Uint8Array(pixels);
    this.wasPerson = new Uint8Array(pixels);
    this.wasFilled = new Uint8Array(pixels);
    this.toPerson = new Uint8Array(pixels);
    this.toBlotch = new Uint8Array(pixels);
  }

  private dropBlotches(matte: Float32Array, roi: Roi): void {
    const { regions, verdicts, gain, framesHeldBack, wasPerson, toPerson, toBlotch } = this;
    const [width, height] = roi.size;
    const pixels = matte.length;
    const count = regions.find(matte, roi, true, { framesHeldBack, wasPerson });
    const blotches = this.judge(count, roi.grid[0] * roi.grid[1]);
    verdicts[0] = 0;
    for (let i = 0; i < pixels; i++) {
      const id = regions.labels[i]!;
      wasPerson[i] = verdicts[id]!;
      toPerson[i] = wasPerson[i] === 1 ? 0 : 255;
      toBlotch[i] = id > 0 && wasPerson[i] === 0 ? 0 : 255;
    }
    spreadDistance(toPerson, width, height);
    if (blotches) spreadDistance(toBlotch, width, height);
    for (let i = 0; i < pixels; i++) {
      if (toPerson[i]! <= EDGE && toPerson[i]! <= toBlotch[i]!) {
        // What was held back fades in. Anything else is the person moving there, and passes
        // immediately.
        gain[i] = gain[i]! < 1 && framesHeldBack[i]! > 0 ? Math.min(1, gain[i]! + ENTER) : 1;
        if (gain[i] === 1) framesHeldBack[i] = 0;
      } else {
        gain[i] = gain[i]! < FADED ? 0 : gain[i]! * LEAVE;
        framesHeldBack[i] = toBlotch[i] === 0 ? Math.min(255, framesHeldBack[i]! + 1) : 0;
      }
      matte[i] = matte[i]! * gain[i]!;
    }
  }

  /**
   * Decides which regions are people.
   * @param framePixels - pixels of the whole frame.
   * @returns whether any region is a blotch.
   */
  private judge(count: number, framePixels: number): boolean {
    const { verdicts } = this;
    const { areas, ages, overlaps, sureAreas, atFrameBorder } = this.regions;
    let largest = 0;
    for (let id = 1; id <= count; id++) if (areas[id]! > areas[largest]!) largest = id;
    const secondPerson = Math.max(
      SMALLEST_PERSON * framePixels,
      Math.min(SECOND_PERSON * framePixels, SHARE_OF_FIRST * areas[largest]!),
    );
    let blotches = false;
    for (let id = 1; id <= count; id++) {
      const area = areas[id]!;
      const stays = (frames: number) => ages[id]! >= frames * area || overlaps[id]! >= 0.5 * area;
      const isFirst = id === largest && area >= SMALLEST_PERSON * framePixels;
      const isHand =
        atFrameBorder[id] === 1 && area >= SMALLEST_HAND * framePixels && sureAreas[id]! >= SURE_SHARE * area;
      const passes = isFirst || (area >= secondPerson && stays(SETTLED)) || (isHand && stays(HAND_SETTLED));
      verdicts[id] = passes ? 1 : 0;
      if (!passes) blotches = true;
    }
    return blotches;
  }

  private fillHoles(matte: Float32Array, roi: Roi): void {
    const { regions, verdicts, floor, framesHeldBack, wasPerson, wasFilled, toBlotch } = this;
    const [width, height] = roi.size;
    const framePixels = roi.grid[0] * roi.grid[1];
    const pixels = matte.length;
    const count = regions.find(matte, roi, false, { framesHeldBack, wasPerson });
    let holes = false;
    for (let id = 1; id <= count; id++) {
      const isHole = regions.enclosed[id] === 1 && regions.areas[id]! < LARGEST_HOLE * framePixels;
      verdicts[id] = isHole ? 1 : 0;
      if (isHole) holes = true;
    }
    verdicts[0] = 0;
    toBlotch.fill(255);
    if (holes) {
      for (let i = 0; i < pixels; i++) if (verdicts[regions.labels[i]!] === 1) toBlotch[i] = 0;
      spreadDistance(toBlotch, width, height);
    }
    for (let i = 0; i < pixels; i++) {
      if (toBlotch[i]! <= HOLE_RING) {
        // A pixel that was a person until now is filled at once; a gap is covered gradually.
        floor[i] = wasFilled[i] === 1 ? 1 : Math.min(1, floor[i]! + ENTER);
      } else if (floor[i]! > 0) floor[i] = floor[i]! < FADED ? 0 : floor[i]! * LEAVE;
      if (floor[i]! > matte[i]!) matte[i] = floor[i]!;
      wasFilled[i] = matte[i]! > PERSON_ALPHA ? 1 : 0;
    }
  }
}
