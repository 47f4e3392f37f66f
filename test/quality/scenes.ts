import type { CameraNoise } from './noise.ts';
import type { Labelled } from './people.ts';
import type { PartLabels } from './parts.ts';
import { crop, emptyPlanes, resize, type Planes, type Rectangle, type Size } from './planes.ts';

/** A webcam's frame. */
export const FRAME: Size = [640, 360];
/** Standard deviation of the grain of a dark room's picture, 0..1. */
export const DARK_GRAIN = 18 / 255;
/** The label of face skin in `PARTS`. */
const FACE = 3;

/** Crops a picture to the person. */
export function cutOut({ picture, mask }: Labelled): Labelled {
  const box = boxAround(mask.width, mask.data, (value) => value > 0.5);
  if (!box) throw new Error('Nobody is there to be cut out.');
  return { picture: crop(picture, box), mask: crop(mask, box), parts: null };
}

/** The upper `share` of a person, as at a desk. */
export function upperPart({ picture, mask }: Labelled, share: number): Labelled {
  const height = Math.round(picture.height * share);
  const box = { left: 0, top: 0, width: picture.width, height };
  return cutOut({ picture: crop(picture, box), mask: crop(mask, box), parts: null });
}

/** The middle of a room as a frame of a webcam. */
export function asFrame(room: Planes, size: Size): Planes {
  const aspect = size[0] / size[1];
  const width = Math.min(room.width, Math.round(room.height * aspect));
  const height = Math.min(room.height, Math.round(room.width / aspect));
  const left = (room.width - width) >> 1;
  const top = (room.height - height) >> 1;
  return resize(crop(room, { left, top, width, height }), size);
}

/**
 * Crops to the upper part of a person, down to where they leave the picture at a side, so that they
 * do not look cut off when they are pasted elsewhere.
 * @returns null if that is less than half of the person.
 */
export function headAndShoulders(sample: Labelled): Labelled | null {
  const { picture, mask } = sample;
  const { data, width, height } = mask;
  const whole = cutOut(sample).mask.height;
  let cut = 0;
  while (cut < height && data[cut * width]! <= 0.5 && data[(cut + 1) * width - 1]! <= 0.5) cut++;
  const box = { left: 0, top: 0, width, height: cut };
  const upper = { picture: crop(picture, box), mask: crop(mask, box), parts: null };
  if (!upper.mask.data.some((value) => value > 0.5)) return null;
  const bust = cutOut(upper);
  return bust.mask.height < whole / 2 ? null : bust;
}

/** Where a person is pasted into a frame, in pixels. Parts outside of the frame are cut off. */
export interface Place {
  /** Column of the person's middle. */
  readonly middle: number;
  readonly top: number;
  readonly height: number;
}

/**
 * Pastes a person in front of a scene. The mask then covers everybody; people behind are hidden.
 */
export function paste(scene: Labelled, person: Labelled, { middle, top, height }: Place): Labelled {
  const size: Size = [
    Math.max(1, Math.round((person.picture.width * height) / person.picture.height)),
    Math.max(1, Math.round(height)),
  ];
  const [picture, alpha] = [resize(person.picture, size), resize(person.mask, size)];
  const [x, y] = [Math.round(middle - size[0] / 2), Math.round(top)];
  const { width, height: rows } = scene.picture;
  const result = { picture: copy(scene.picture), mask: copy(scene.mask), parts: null };
  for (let row = Math.max(0, -y); row < Math.min(size[1], rows - y); row++)
    for (let column = Math.max(0, -x); column < Math.min(size[0], width - x); column++) {
      const from = row * size[0] + column;
      const to = (y + row) * width + x + column;
      const covered = alpha.data[from]!;
      const blend = (target: Planes, value: number, at: number) => {
        target.data[at] = covered * value + (1 - covered) * target.data[at]!;
      };
      for (let channel = 0; channel < 3; channel++)
        blend(result.picture, picture.data[channel * size[0] * size[1] + from]!, channel * width * rows + to);
      blend(result.mask, 1, to);
    }
  return result;
}

/**
 * What a webcam makes of a dark room: a gamma of 0.4, 0.6 of the contrast, and the grain that
 * `noise` has.
 */
export function inTheDark(sample: Labelled, noise: CameraNoise): Labelled {
  const deep = sample.picture.data.map((value) => value ** (1 / 0.4));
  const grey = deep.reduce((sum, value) => sum + value, 0) / deep.length;
  const data = deep.map((value) => grey + 0.6 * (value - grey));
  return { ...sample, picture: noise.on({ ...sample.picture, data }) };
}

/**
 * Somebody before a bright window: the room at 1.9 times its light, the person at 0.4 of theirs.
 */
export function againstTheLight(sample: Labelled): Labelled {
  const { picture, mask } = sample;
  const pixels = picture.width * picture.height;
  const data = picture.data.map((value, i) => {
    const person = mask.data[i % pixels]!;
    return Math.min(1, value * (0.4 * person + 1.9 * (1 - person)));
  });
  return { ...sample, picture: { ...picture, data } };
}

/**
 * The part of a picture around a face, from chin to brow, as when somebody leans into the camera;
 * wide if the picture allows it.
 * @returns null if no face is labelled, or if it is too small to be enlarged.
 */
export function faceWindow(parts: PartLabels, picture: Size): Rectangle | null {
  const face = boxAround(parts.size[0], parts.labels, (label) => label === FACE);
  const scale = picture[0] / parts.size[0];
  if (!face || face.height * scale < 60) return null;
  const height = Math.min(picture[1], Math.round(1.2 * face.height * scale));
  const width = Math.min(picture[0], Math.round((height * 4) / 3));
  const within = (middle: number, length: number, whole: number) =>
    Math.min(whole - length, Math.max(0, Math.round(middle * scale - length / 2)));
  return {
    left: within(face.left + face.width / 2, width, picture[0]),
    top: within(face.top + face.height / 2, height, picture[1]),
    width,
    height,
  };
}

/**
 * Crops a picture and its mask to a rectangle. The parts are dropped, because they have another
 * scale.
 */
export function look({ picture, mask }: Labelled, at: Rectangle): Labelled {
  return { picture: crop(picture, at), mask: crop(mask, at), parts: null };
}

function copy(planes: Planes): Planes {
  const result = emptyPlanes(planes.channels, planes.width, planes.height);
  result.data.set(planes.data);
  return result;
}

/** The rectangle around all values that are inside; null where none is. */
export function boxAround(
  width: number,
  values: Float32Array | Uint8Array,
  isInside: (value: number) => boolean,
): Rectangle | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  for (const [i, value] of values.entries()) {
    if (!isInside(value)) continue;
    const x = i % width;
    const y = Math.floor(i / width);
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return right < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}
