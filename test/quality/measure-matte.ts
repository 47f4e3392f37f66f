import { edgeBand, flicker, iou, MatteScore, mean, type MatteFigures } from './matte.ts';
import type { Answer, Net, State } from './net.ts';
import { CameraNoise } from './noise.ts';
import { likeliest, PartsScore } from './parts.ts';
import { resize, rows, type Planes, type Size } from './planes.ts';
import type { Portrait, Portraits } from './portraits.ts';
import type { Progress } from './progress.ts';

/**
 * The nets' own size, a portrait frame, and a landscape frame, which sees the upper middle of each
 * portrait.
 */
export const MATTE_SIZES: readonly Size[] = [
  [256, 256],
  [192, 256],
  [256, 160],
];
/** After so many frames of a still picture a memory counts as settled. */
const SETTLED = 5;
/** Frames over which flicker is measured, and portraits for flicker and recovery. */
const STILL_FRAMES = 6;
const STILL_PORTRAITS = 40;
/** A net that has not recovered after so many frames counts as never recovering. */
const PATIENCE = 30;
/**
 * A net has recovered if its IoU is at most this much below that of a settled run on the same
 * frames.
 */
const NEAR = 0.01;
/** The labels of parts are half as wide and high as the masks. */
const PARTS_WIDTH = 192;

/** The mattes of all validation portraits at one size. */
export interface SizeFigures {
  /** The first frame of a picture, without grain and without a past. */
  first: MatteFigures;
  /** After five frames with noise; null for a net without memory. */
  settled: MatteFigures | null;
  /** IoU of the parts on the first frame; null for a net without parts. */
  parts: { mean: number; each: number[] } | null;
}

export async function measureSize(
  net: Net,
  portraits: Portraits,
  size: Size,
  progress: Progress,
): Promise<SizeFigures> {
  const first = new MatteScore();
  const settled = new MatteScore();
  const parts = new PartsScore();
  const tellsParts = net.outputNames.includes('parts');
  const noise = new CameraNoise(1);
  for (const [n, id] of portraits.ids.entries()) {
    progress.step(n, portraits.ids.length);
    const view = look(await portraits.portrait(id), size);
    const answer = await net.run(view.frame);
    first.add(matteAt(answer, view.mask), view.mask);
    if (net.hasMemory) {
      const frames = Array.from({ length: SETTLED }, () => noise.on(view.frame));
      settled.add(matteAt((await follow(net, frames)).at(-1)!, view.mask), view.mask);
    }
    if (tellsParts) {
      const scale = PARTS_WIDTH / view.mask.width;
      const [top, height] = [view.top * scale, view.mask.height * scale];
      const labels = await portraits.parts(id);
      const seen = labels.subarray(top * PARTS_WIDTH, (top + height) * PARTS_WIDTH);
      parts.add(likeliest(resize(answer.outputs.parts!, [PARTS_WIDTH, height])), seen);
    }
  }
  return {
    first: first.figures(),
    settled: net.hasMemory ? settled.figures() : null,
    parts: tellsParts ? parts.figures() : null,
  };
}

/** How a matte behaves over time, on still portraits with camera noise. */
export interface TimeFigures {
  /** Mean change of the matte from frame to frame in the band along the outline, without a past. */
  flickerWithout: number;
  /** The same with the net's memory, once it has settled; null for a net without memory. */
  flickerWith: number | null;
  /**
   * Number of wrong frames after a wrong past, mean and most, for each wrong past; null for a net
   * without memory.
   */
  recovery: Record<'another portrait' | 'all ones', { mean: number; most: number }> | null;
}

export async function measureTime(
  net: Net,
  size: Size,
  portraits: Portraits,
  progress: Progress,
): Promise<TimeFigures> {
  const ids = portraits.ids.slice(0, STILL_PORTRAITS);
  const noise = new CameraNoise(2);
  const without: number[] = [];
  const withMemory: number[] = [];
  const recovery = { 'another portrait': [] as number[], 'all ones': [] as number[] };
  // The wrong past of the first portrait is what the last portrait leaves behind.
  const last = look(await portraits.portrait(ids.at(-1)!), size).frame;
  let another = (await follow(net, Array<Planes>(SETTLED).fill(last))).at(-1)!.state;
  for (const [n, id] of ids.entries()) {
    progress.step(n, ids.length);
    const { frame, mask } = look(await portraits.portrait(id), size);
    const frames = Array.from({ length: SETTLED + PATIENCE }, () => noise.on(frame));
    const band = edgeBand(resize(mask, size));
    const still = frames.slice(SETTLED, SETTLED + STILL_FRAMES);
    const forgetful: Planes[] = [];
    for (const one of still) forgetful.push((await net.run(one)).outputs.matte!);
    without.push(flicker(forgetful, band));
    if (!net.hasMemory) continue;
    const clean = await follow(net, frames);
    const remembered = clean.slice(SETTLED, SETTLED + STILL_FRAMES).map(({ outputs }) => outputs.matte!);
    withMemory.push(flicker(remembered, band));
    const later = frames.slice(SETTLED);
    const goal = clean.slice(SETTLED).map((answer) => iou(matteAt(answer, mask), mask) - NEAR);
    recovery['another portrait'].push(await wrongFrames(net, later, another, mask, goal));
    recovery['all ones'].push(await wrongFrames(net, later, net.state(size, 1), mask, goal));
    another = clean.at(-1)!.state;
  }
  const summary = (counts: number[]) => ({ mean: mean(counts), most: Math.max(...counts) });
  return {
    flickerWithout: mean(without),
    flickerWith: net.hasMemory ? mean(withMemory) : null,
    recovery: net.hasMemory
      ? {
          'another portrait': summary(recovery['another portrait']),
          'all ones': summary(recovery['all ones']),
        }
      : null,
  };
}

/**
 * What the net sees of a portrait at a size, and the mask of the same part at the portrait's own
 * scale.
 */
function look({ picture, mask }: Portrait, size: Size) {
  if (size[0] <= size[1]) return { frame: resize(picture, size), mask, top: 0 };
  const height = Math.floor((picture.width * size[1]) / size[0]);
  const top = Math.floor((picture.height - height) / 3);
  return { frame: resize(rows(picture, top, height), size), mask: rows(mask, top, height), top };
}

function matteAt({ outputs }: Answer, mask: Planes): Planes {
  return resize(outputs.matte!, [mask.width, mask.height]);
}

/** Runs the net over frames in turn. Each run gets the memory of the one before. */
async function follow(net: Net, frames: readonly Planes[], past?: State): Promise<Answer[]> {
  const answers: Answer[] = [];
  let state = past;
  for (const frame of frames) {
    const answer = await net.run(frame, state);
    answers.push(answer);
    state = answer.state;
  }
  return answers;
}

/** After a wrong past: the number of frames before the first one whose IoU reaches its goal. */
async function wrongFrames(net: Net, frames: readonly Planes[], past: State, mask: Planes, goal: number[]) {
  let state = past;
  for (const [n, frame] of frames.entries()) {
    const answer = await net.run(frame, state);
    if (iou(matteAt(answer, mask), mask) >= goal[n]!) return n;
    state = answer.state;
  }
  return frames.length;
}
