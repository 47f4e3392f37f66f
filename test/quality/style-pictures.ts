import { CameraMove } from './camera-move.ts';
import { KINDS, kindOf, type KindId } from './kinds.ts';
import { CameraNoise, seeded } from './noise.ts';
import type { Labelled } from './people.ts';
import type { PartLabels } from './parts.ts';
import { crop, resize, type Planes, type Rectangle, type Size } from './planes.ts';
import { boxAround, faceWindow, FRAME, paste } from './scenes.ts';
import type { Sample, Sources } from './sources.ts';
import { flow } from './warp.ts';

/**
 * Pictures of each kind. The tables compare styles with each other, which does not take many
 * pictures.
 */
const EACH = 3;
/** Frames of clips in which people hold still, and of clips with a moving camera. */
const STILL_FRAMES = 12;
const MOVE_FRAMES = 8;
/** Label of `PARTS`. */
const FACE_SKIN = 3;
/** Where the eyes are in a frame, as a share of its height. */
const EYE_LEVEL = 0.45;

/** What the camera sees, and what is known about it. */
export interface StylePicture {
  /** [3,360,640], 0..1, in steps of 1/255. */
  readonly picture: Planes;
  /** Which part each pixel belongs to; null if that is not known. */
  readonly labels: Uint8Array | null;
}

/** The pictures of one kind. */
interface StyleKind {
  readonly id: KindId;
  readonly pictures: readonly StylePicture[];
}

/** A clip whose every change is known. */
export interface StyleClip {
  readonly frames: readonly Planes[];
  /**
   * For each frame but the first, where its places were in the frame before; null if nothing moves.
   */
  readonly flows: readonly Float32Array[] | null;
}

/** All that styles are measured on. */
export interface StylePictures {
  readonly kinds: readonly StyleKind[];
  /** People who hold still, with new camera noise in each frame. */
  readonly stills: readonly StyleClip[];
  /** Pictures in front of which the camera moves, with camera noise too. */
  readonly moves: readonly StyleClip[];
}

/** The pictures of every kind, and the clips, the same each time. */
export async function stylePictures(sources: Sources): Promise<StylePictures> {
  const kinds: StyleKind[] = [];
  for (const id of Object.keys(KINDS) as KindId[]) {
    const samples = await samplesOf(id, sources);
    const pictures: StylePicture[] = [];
    for (const sample of spread(samples, EACH)) pictures.push(asWebcam(await sample()));
    kinds.push({ id, pictures });
  }
  const first = (id: KindId) => kinds.find((kind) => kind.id === id)!.pictures.slice(0, 1);
  const all = (...ids: KindId[]) => ids.flatMap(first).map(({ picture }) => picture);
  return {
    kinds,
    stills: all('desk', 'portraits').map((picture, n) => stillClip(picture, n)),
    moves: all('teachers', 'portraits').map((picture, n) => moveClip(picture, n)),
  };
}

/**
 * The pictures of a kind. Where faces matter they have labelled parts; whole figures stand in a
 * room.
 */
async function samplesOf(id: KindId, sources: Sources): Promise<readonly Sample[]> {
  const portraits = sources.portraits();
  // The portraits from a sixth on, so that near and far pictures show different people.
  if (id === 'close')
    return portraits
      .slice(Math.floor(portraits.length / 6))
      .map((sample) => async () => closeUp(await sample()));
  if (id === 'portraits')
    return portraits.map((sample, n) => async () => inRoom(await sample(), sources, seeded(4000 + n)));
  if (id === 'standing')
    return Array.from({ length: EACH }, (_, n) => () => standing(sources, seeded(3000 + n)));
  return (await kindOf(id, sources)).samples;
}

/** Takes `count` of the items, evenly spread over all. */
function spread<Item>(items: readonly Item[], count: number): Item[] {
  const most = Math.min(count, items.length);
  return Array.from({ length: most }, (_, n) => items[Math.floor(((n + 0.5) * items.length) / most)]!);
}

/** A face from chin to brow; the picture as it is where no face is large enough. */
export function closeUp(sample: Labelled): Labelled {
  const { picture, parts } = sample;
  const window = parts && faceWindow(parts, [picture.width, picture.height]);
  if (!window) return sample;
  return cut(sample, wide(window, [picture.width, picture.height]));
}

/** A whole figure in a room, nearly as tall as the frame. */
export async function standing(sources: Sources, random: () => number): Promise<Labelled> {
  const room = await sources.anyRoom(random, FRAME);
  const [width, height] = FRAME;
  const tall = height * (0.85 + 0.1 * random());
  const middle = width * (0.35 + 0.3 * random());
  return paste(room, await sources.anyFigure(random), { middle, top: height - tall, height: tall });
}

/**
 * A person of a tall picture, pasted into a room as if seated before the camera, with their parts.
 */
export async function inRoom(sample: Labelled, sources: Sources, random: () => number): Promise<Labelled> {
  const { picture, mask, parts } = sample;
  const room = await sources.anyRoom(random, FRAME);
  const [width, height] = FRAME;
  const tall = Math.round(height * (0.8 + 0.15 * random()));
  const size: Size = [Math.round((picture.width * tall) / picture.height), tall];
  const middle = Math.round(width * (0.4 + 0.2 * random()));
  const seated = paste(room, sample, { middle, top: height - tall, height: tall });
  if (!parts) return seated;
  const [own, person] = [labelsAt(parts, size), resize(mask, size).data];
  const labels = new Uint8Array(width * height);
  const left = Math.round(middle - size[0] / 2);
  for (const [i, label] of own.entries())
    if (person[i]! > 0.5)
      labels[(height - tall + Math.floor(i / size[0])) * width + left + (i % size[0])] = label;
  return { ...seated, parts: { labels, size: FRAME } };
}

/** A picture as a webcam of 640x360 would show it: wide, with the face at the usual height. */
export function asWebcam(sample: Labelled): StylePicture {
  const { picture, parts } = sample;
  const size: Size = [picture.width, picture.height];
  const width = Math.min(size[0], (size[1] * FRAME[0]) / FRAME[1]);
  const height = Math.min(size[1], (size[0] * FRAME[1]) / FRAME[0]);
  const face = parts && boxAround(parts.size[0], parts.labels, (label) => label === FACE_SKIN);
  const scale = parts ? size[0] / parts.size[0] : 1;
  const [x, y] = face
    ? [scale * (face.left + face.width / 2), scale * (face.top + face.height / 2)]
    : [size[0] / 2, size[1] / 2];
  const part = cut(sample, {
    left: Math.round(within(x - width / 2, size[0] - width)),
    top: Math.round(within(y - EYE_LEVEL * height, size[1] - height)),
    width: Math.floor(width),
    height: Math.floor(height),
  });
  const frame = resize(part.picture, FRAME);
  return {
    picture: inBytes(frame),
    labels: part.parts && labelsAt(part.parts, FRAME),
  };
}

function within(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}

/**
 * Widens a rectangle to the shape of a webcam's frame around its middle, as far as the picture
 * allows.
 */
function wide({ left, top, width, height }: Rectangle, [most]: Size): Rectangle {
  const wider = Math.min(most, Math.round((height * FRAME[0]) / FRAME[1]));
  return { left: Math.round(within(left + width / 2 - wider / 2, most - wider)), top, width: wider, height };
}

/** What a rectangle shows of a picture, its mask and its parts. */
function cut({ picture, mask, parts }: Labelled, at: Rectangle): Labelled {
  return {
    picture: crop(picture, at),
    mask: crop(mask, at),
    parts: parts && cutLabels(parts, at, [picture.width, picture.height]),
  };
}

/** Crops labels, which have a scale of their own, to a rectangle in pixels of the picture. */
function cutLabels({ labels, size }: PartLabels, at: Rectangle, picture: Size): PartLabels {
  const result = new Uint8Array(at.width * at.height);
  for (let y = 0; y < at.height; y++)
    for (let x = 0; x < at.width; x++) {
      const row = Math.floor(((at.top + y + 0.5) * size[1]) / picture[1]);
      const column = Math.floor(((at.left + x + 0.5) * size[0]) / picture[0]);
      result[y * at.width + x] = labels[row * size[0] + column]!;
    }
  return { labels: result, size: [at.width, at.height] };
}

function labelsAt(parts: PartLabels, size: Size): Uint8Array {
  const scaled = new Uint8Array(size[0] * size[1]);
  for (let y = 0; y < size[1]; y++)
    for (let x = 0; x < size[0]; x++) {
      const row = Math.floor(((y + 0.5) * parts.size[1]) / size[1]);
      const column = Math.floor(((x + 0.5) * parts.size[0]) / size[0]);
      scaled[y * size[0] + x] = parts.labels[row * parts.size[0] + column]!;
    }
  return scaled;
}

function stillClip(picture: Planes, seed: number): StyleClip {
  const noise = new CameraNoise(seed);
  return { frames: Array.from({ length: STILL_FRAMES }, () => inBytes(noise.on(picture))), flows: null };
}

function moveClip(picture: Planes, seed: number): StyleClip {
  const noise = new CameraNoise(100 + seed);
  const move = new CameraMove(seed, FRAME);
  const frames = Array.from({ length: MOVE_FRAMES }, (_, t) => inBytes(noise.on(move.frame(picture, t))));
  return { frames, flows: frames.slice(1).map((_, t) => flow(move, t, FRAME)) };
}

/** Rounds a picture to the eight bits that a camera gives. */
function inBytes(picture: Planes): Planes {
  return {
    ...picture,
    data: picture.data.map((value) => Math.round(255 * Math.min(1, Math.max(0, value))) / 255),
  };
}
