import { seeded } from './noise.ts';
import { emptyPlanes, type Planes, type Size } from './planes.ts';
import { sample, type KnownMotion, type Place } from './warp.ts';

/**
 * A slow, known move of a camera that somebody holds or leans on: it comes closer by up to 5 %,
 * pans by up to 4 % of the frame to either side, and rolls by up to 1.5 degrees, there and back in
 * about four seconds at 15 frames a second.
 */
export class CameraMove implements KnownMotion {
  private readonly phases: readonly number[];

  /** @param size - of the frame, in pixels. */
  constructor(
    seed: number,
    private readonly size: Size,
  ) {
    const random = seeded(seed);
    this.phases = Array.from({ length: 4 }, () => 2 * Math.PI * random());
  }

  /** Which place of the still picture is seen at a place of frame `t`: a similarity. */
  seen(t: number, [x, y]: Place): Place {
    const { cos, sin, centre, shift } = this.similarity(t);
    const [u, v] = [x - centre[0], y - centre[1]];
    return [centre[0] + cos * u - sin * v + shift[0], centre[1] + sin * u + cos * v + shift[1]];
  }

  /** Where in frame `t` a place of the still picture is seen: the inverse of `seen`. */
  where(t: number, [x, y]: Place): Place {
    const { cos, sin, centre, shift } = this.similarity(t);
    const [u, v] = [x - centre[0] - shift[0], y - centre[1] - shift[1]];
    const square = cos * cos + sin * sin;
    return [centre[0] + (cos * u + sin * v) / square, centre[1] + (cos * v - sin * u) / square];
  }

  private similarity(t: number) {
    const [width, height] = this.size;
    const [near, right, down, roll] = this.phases as [number, number, number, number];
    // The picture is always enlarged, so that its border hardly ever becomes visible.
    const scale = 1 / (1.12 + 0.05 * Math.sin(0.1 * t + near));
    const angle = ((1.5 * Math.PI) / 180) * Math.sin(0.12 * t + roll);
    return {
      cos: scale * Math.cos(angle),
      sin: scale * Math.sin(angle),
      centre: [(width - 1) / 2, (height - 1) / 2] satisfies Place,
      shift: [
        0.04 * width * Math.sin(0.11 * t + right),
        0.04 * height * Math.sin(0.09 * t + down),
      ] satisfies Place,
    };
  }

  /** Frame `t` of a still picture or mask of the frame's size. */
  frame(still: Planes, t: number): Planes {
    const { channels, width, height } = still;
    const frame = emptyPlanes(channels, width, height);
    const origin = this.seen(t, [0, 0]);
    const right = this.seen(t, [1, 0]);
    const [cos, sin] = [right[0] - origin[0], right[1] - origin[1]];
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const place: Place = [origin[0] + cos * x - sin * y, origin[1] + sin * x + cos * y];
        // Every frame enlarges the picture, so one sample for each pixel is enough.
        for (let channel = 0; channel < channels; channel++)
          frame.data[(channel * height + y) * width + x] = sample(still, channel, place);
      }
    return frame;
  }
}
