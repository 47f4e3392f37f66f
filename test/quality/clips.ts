import { CameraMove } from './camera-move.ts';
import { areaOf } from './kind-score.ts';
import { CameraNoise, seeded } from './noise.ts';
import { nobodyIn, type Labelled } from './people.ts';
import type { Size } from './planes.ts';
import { DARK_GRAIN, inTheDark, paste } from './scenes.ts';
import { anyPlace, type Sources } from './sources.ts';

/** One frame of a clip: the camera's picture, and the true mask. */
type Frame = Pick<Labelled, 'picture' | 'mask'>;

/** A short clip with a known mask for each frame. */
export interface Clip {
  readonly frames: readonly Frame[];
  /**
   * The frame at which the clip changes suddenly, so that what a net remembers is wrong from there
   * on; null if there is no such frame.
   */
  readonly event: number | null;
}

/** Every sort of clip by its name. */
export const CLIPS = {
  moves: 'slow camera moves',
  cut: 'a cut in the middle',
  enters: 'somebody steps in',
  light: 'a light is switched on',
  lens: 'a covered lens',
} as const;
export type ClipId = keyof typeof CLIPS;

export const CLIP_FRAME: Size = [384, 216];
const FRAMES = 30;
/** Frames before a cut, or before the light is switched on. */
const BEFORE = 12;
/** The lens is covered from this frame on, for ten frames. */
const COVERED_FROM = 6;
const COVERED = 10;
/** A person needs eight frames to enter. */
const STEP_FROM = 10;
const STEP = 8;
/** A person counts as visible from this share of the frame. */
export const VISIBLE = 0.02;
/** The brightness that a covered lens lets through, 0..1. */
const BLACK = 0.01;

/**
 * Makes clip `n` of a sort, the same one each time. Clips with the same number show the same scene
 * in all sorts. Every frame has its own camera noise.
 */
export async function makeClip(id: ClipId, n: number, sources: Sources): Promise<Clip> {
  const random = seeded(5000 + n);
  const noise = new CameraNoise(100 + n);
  const still = (frame: Frame, count: number) =>
    Array.from({ length: count }, () => ({ picture: noise.on(frame.picture), mask: frame.mask }));
  switch (id) {
    case 'moves': {
      const scene = await sources.anyScene(random, CLIP_FRAME);
      const move = new CameraMove(n, CLIP_FRAME);
      const frames = Array.from({ length: FRAMES }, (_, t) => ({
        picture: noise.on(move.frame(scene.picture, t)),
        mask: move.frame(scene.mask, t),
      }));
      return { frames, event: null };
    }
    case 'cut': {
      const [before, after] = [
        await sources.anyScene(random, CLIP_FRAME),
        await sources.anyScene(random, CLIP_FRAME),
      ];
      return { frames: [...still(before, BEFORE), ...still(after, FRAMES - BEFORE)], event: BEFORE };
    }
    case 'enters': {
      const room = await sources.anyRoom(random, CLIP_FRAME);
      const person = await sources.anyBust(random);
      const place = anyPlace(random, CLIP_FRAME);
      const side = random() < 0.5 ? -0.25 : 1.25;
      const scenes = Array.from({ length: FRAMES }, (_, t) => {
        const way = Math.min(1, Math.max(0, (t - STEP_FROM + 1) / STEP));
        const middle = way * place.middle + (1 - way) * side * CLIP_FRAME[0];
        return way === 0 ? room : paste(room, person, { ...place, middle });
      });
      const event = scenes.findIndex(({ mask }) => areaOf(mask) > VISIBLE);
      return { frames: scenes.flatMap((scene) => still(scene, 1)), event };
    }
    case 'light': {
      const scene = await sources.anyScene(random, CLIP_FRAME);
      const dark = new CameraNoise(200 + n, DARK_GRAIN);
      const before = Array.from({ length: BEFORE }, () => inTheDark(scene, dark));
      return { frames: [...before, ...still(scene, FRAMES - BEFORE)], event: BEFORE };
    }
    case 'lens': {
      const scene = await sources.anyScene(random, CLIP_FRAME);
      const black = nobodyIn({ ...scene.picture, data: scene.picture.data.map(() => BLACK) });
      const event = COVERED_FROM + COVERED;
      return {
        frames: [...still(scene, COVERED_FROM), ...still(black, COVERED), ...still(scene, FRAMES - event)],
        event,
      };
    }
  }
}
