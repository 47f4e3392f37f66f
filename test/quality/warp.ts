import { seeded } from './noise.ts';
import { emptyPlanes, type Planes, type Size } from './planes.ts';

/** A place in pixels: whole numbers are pixel centres. */
export type Place = [x: number, y: number];

/** A motion for which the place of each point of a still picture is known at all times. */
export interface KnownMotion {
  /** Which place of the still picture is seen at a place of frame `t`. */
  seen(t: number, place: Place): Place;
  /** Where in frame `t` a place of the still picture is seen: the inverse of `seen`. */
  where(t: number, place: Place): Place;
}

/**
 * A known, smooth motion like that of a head before a camera: it turns by up to 1.5 degrees, comes
 * closer by 1.5 %, sways by three pixels, and bends by one pixel in waves of 80 to 120; from one
 * frame to the next at most about two pixels.
 */
export class Motion implements KnownMotion {
  private readonly phases: number[];
  private readonly waves: Place;

  /** @param size - of the frame, in pixels. */
  constructor(
    seed: number,
    private readonly size: Size,
  ) {
    const random = seeded(seed);
    this.phases = Array.from({ length: 6 }, () => 2 * Math.PI * random());
    this.waves = [80 + 40 * random(), 80 + 40 * random()];
  }

  /** Which place of the still picture (at the frame's scale) is seen at a place of frame `t`. */
  seen(t: number, [x, y]: Place): Place {
    const turned = this.turn(t, [x, y]);
    const [dx, dy] = this.bend(t, turned);
    return [turned[0] + dx, turned[1] + dy];
  }

  /**
   * Where in frame `t` a place of the still picture is seen: the inverse of `seen`, to a millionth
   * of a pixel.
   */
  where(t: number, place: Place): Place {
    let turned = place;
    // The bend changes by less than a tenth of a pixel per pixel, so each round adds a digit of
    // accuracy.
    for (let round = 0; round < 7; round++) {
      const [dx, dy] = this.bend(t, turned);
      turned = [place[0] - dx, place[1] - dy];
    }
    return this.turnBack(t, turned);
  }

  private similarity(t: number) {
    const [angle, near, right, down] = this.phases as [number, number, number, number];
    const scale = 1 + 0.015 * Math.sin(0.4 * t + near);
    const turn = ((1.5 * Math.PI) / 180) * Math.sin(0.5 * t + angle);
    return {
      cos: scale * Math.cos(turn),
      sin: scale * Math.sin(turn),
      shift: [3 * Math.sin(0.5 * t + right), 3 * Math.sin(0.45 * t + down)] satisfies Place,
      centre: [(this.size[0] - 1) / 2, (this.size[1] - 1) / 2] satisfies Place,
    };
  }

  private turn(t: number, [x, y]: Place): Place {
    const { cos, sin, shift, centre } = this.similarity(t);
    const u = x - centre[0];
    const v = y - centre[1];
    return [centre[0] + cos * u - sin * v + shift[0], centre[1] + sin * u + cos * v + shift[1]];
  }

  private turnBack(t: number, [x, y]: Place): Place {
    const { cos, sin, shift, centre } = this.similarity(t);
    const u = x - centre[0] - shift[0];
    const v = y - centre[1] - shift[1];
    const square = cos * cos + sin * sin;
    return [centre[0] + (cos * u + sin * v) / square, centre[1] + (cos * v - sin * u) / square];
  }

  private bend(t: number, [x, y]: Place): Place {
    return [
      Math.sin((2 * Math.PI * y) / this.waves[0] + 0.4 * t + this.phases[4]!),
      Math.sin((2 * Math.PI * x) / this.waves[1] + 0.3 * t + this.phases[5]!),
    ];
  }
}

/**
 * Frame `t` of the picture in motion. Each pixel is the mean of four samples of the picture, which
 * may be larger than the frame.
 */
export function render(picture: Planes, motion: Motion, t: number, size: Size): Planes {
  const [width, height] = size;
  const frame = emptyPlanes(picture.channels, width, height);
  const scale: Place = [picture.width / width, picture.height / height];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (const [dx, dy] of QUARTERS) {
        const [u, v] = motion.seen(t, [x + dx, y + dy]);
        const at: Place = [(u + 0.5) * scale[0] - 0.5, (v + 0.5) * scale[1] - 0.5];
        for (let channel = 0; channel < picture.channels; channel++) {
          const i = (channel * height + y) * width + x;
          frame.data[i] = frame.data[i]! + sample(picture, channel, at) / QUARTERS.length;
        }
      }
  return frame;
}

const QUARTERS: readonly Place[] = [
  [-0.25, -0.25],
  [0.25, -0.25],
  [-0.25, 0.25],
  [0.25, 0.25],
];

/**
 * For each pixel of frame `t + 1`, where the same place was in frame `t`: x and y in turn, NaN if
 * it was out of sight.
 */
export function flow(motion: KnownMotion, t: number, [width, height]: Size): Float32Array {
  const places = new Float32Array(2 * width * height);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i += 2) {
      const [u, v] = motion.where(t, motion.seen(t + 1, [x, y]));
      const visible = u >= 0 && v >= 0 && u <= width - 1 && v <= height - 1;
      places[i] = visible ? u : NaN;
      places[i + 1] = visible ? v : NaN;
    }
  return places;
}

/**
 * Mean squared difference between frame `t + 1` and frame `t` carried along the flow, over what is
 * visible in both (Lai et al. 2018, "Learning Blind Video Temporal Consistency", with the flow
 * known instead of estimated).
 */
export function warpingError(before: Planes, after: Planes, places: Float32Array): number {
  return meanCarried(before, after, places, (difference) => difference ** 2);
}

/** As {@link warpingError}, but the mean absolute difference. */
export function carriedChange(before: Planes, after: Planes, places: Float32Array): number {
  return meanCarried(before, after, places, Math.abs);
}

function meanCarried(
  before: Planes,
  after: Planes,
  places: Float32Array,
  cost: (difference: number) => number,
): number {
  const pixels = after.width * after.height;
  let sum = 0;
  let count = 0;
  for (let i = 0; i < pixels; i++) {
    const place: Place = [places[2 * i]!, places[2 * i + 1]!];
    if (Number.isNaN(place[0])) continue;
    for (let channel = 0; channel < after.channels; channel++)
      sum += cost(after.data[channel * pixels + i]! - sample(before, channel, place));
    count += after.channels;
  }
  return sum / count;
}

/** The value of a channel at a place, bilinear; beyond the border its last pixels go on. */
export function sample({ width, height, data }: Planes, channel: number, [x, y]: Place): number {
  const u = Math.min(width - 1, Math.max(0, x));
  const v = Math.min(height - 1, Math.max(0, y));
  const left = Math.min(Math.floor(u), width - 2);
  const top = Math.min(Math.floor(v), height - 2);
  const i = (channel * height + top) * width + left;
  const a = u - left;
  const b = v - top;
  return (
    (data[i]! * (1 - a) + data[i + 1]! * a) * (1 - b) +
    (data[i + width]! * (1 - a) + data[i + width + 1]! * a) * b
  );
}
