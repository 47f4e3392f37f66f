import type { Size } from '../../../common/size.ts';
import {
  cameraMotion,
  chained,
  farthest,
  createPyramid,
  fillPyramid,
  STILL,
  type GreyPyramid,
  type Similarity,
} from './camera-motion.ts';

/** Long side in pixels of the pictures in which the camera's motion is looked for. */
const SIDE = 128;
/** A camera is still if it has moved every corner by fewer of these pixels than this. */
const STILL_BELOW = 0.02;
/** How many frames are compared with the same one while the camera is still: light may change. */
const LONGEST_STILL = 30;
/** How much of the way back to its own size a pattern goes in each frame of a camera that moves. */
const EASE = 0.01;
/** A pattern grows and shrinks with the scene up to these factors. */
const SMALLEST = 0.5;
const LARGEST = 2;

/** Size of the pictures that {@link SceneAnchor.follow} takes for frames of an aspect ratio. */
export function scenerySize(aspect: number): Size {
  const short = (side: number) => Math.max(16, 4 * Math.round(side / 4));
  return aspect >= 1 ? [SIDE, short(SIDE / aspect)] : [short(SIDE * aspect), SIDE];
}

/**
 * Follows the scene before a camera that moves, so that the patterns of a style that covers
 * everything stay on the things that they are drawn on. People who move in front of a still camera
 * do not take the pattern along.
 */
export class SceneAnchor {
  /** The anchor of `reference`. */
  private anchor = STILL;
  private reference: GreyPyramid | null = null;
  /** The pyramid that is not the reference, for the next frame. */
  private spare: GreyPyramid | null = null;
  private stillFor = 0;

  /**
   * Moves the anchor as the scene has moved since the frame before. After a cut it stays.
   * @param planes - a frame, [3,H,W], 0..1. @param size - of it: {@link scenerySize}.
   * @returns as `Layers.anchor`.
   */
  follow(planes: Float32Array, size: Size): Similarity {
    const now = isOfSize(this.spare, size) ? this.spare : createPyramid(size);
    this.spare = now;
    fillPyramid(now, planes);
    const { reference } = this;
    const motion = isOfSize(reference, size) ? cameraMotion(reference, now) : null;
    const isStill = motion !== null && farthest(motion, size) < STILL_BELOW;
    if (isStill && ++this.stillFor < LONGEST_STILL) return this.anchor;
    if (motion && !isStill) this.anchor = eased(chained(inHeights(motion, size), this.anchor), size);
    this.spare = reference;
    this.reference = now;
    this.stillFor = 0;
    return this.anchor;
  }
}

function isOfSize(pyramid: GreyPyramid | null, [width, height]: Size): pyramid is GreyPyramid {
  return pyramid?.[0]!.width === width && pyramid[0].height === height;
}

/** From pixels around the centre to heights of the frame from its upper left corner. */
function inHeights({ cos, sin, right, down }: Similarity, [width, height]: Size): Similarity {
  const [x, y] = [width / 2, height / 2];
  return {
    cos,
    sin,
    right: (right + x - cos * x + sin * y) / height,
    down: (down + y - sin * x - cos * y) / height,
  };
}

/** Brings a pattern's size nearer to its own, around the middle of the frame. */
function eased(anchor: Similarity, [width, height]: Size): Similarity {
  const { cos, sin, right, down } = anchor;
  const scale = Math.hypot(cos, sin);
  const factor = Math.min(LARGEST, Math.max(SMALLEST, scale ** (1 - EASE))) / scale;
  const [x, y] = [width / height / 2, 0.5];
  const middle = [cos * x - sin * y + right, sin * x + cos * y + down] as const;
  return {
    cos: factor * cos,
    sin: factor * sin,
    right: middle[0] + factor * (right - middle[0]),
    down: middle[1] + factor * (down - middle[1]),
  };
}
