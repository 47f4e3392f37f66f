import { nobodyIn, type Labelled, type People, type PeopleSet } from './people.ts';
import { type Size } from './planes.ts';
import type { Portraits } from './portraits.ts';
import { asFrame, cutOut, headAndShoulders, paste, upperPart, type Place } from './scenes.ts';

/** Reads or makes a picture when it is needed; the same one each time. */
export type Sample = () => Promise<Labelled>;

/** The validation pictures that kinds and clips are chosen and composited from. */
export class Sources {
  constructor(
    private readonly portraitSet: Portraits,
    private readonly people: People,
  ) {}

  /** The pictures of a set, in order. */
  set(set: PeopleSet, isWanted: (id: string) => boolean = () => true): Sample[] {
    return this.people
      .ids(set)
      .filter(isWanted)
      .map((id) => () => this.people.labelled(set, id));
  }

  portraits(): Sample[] {
    return this.portraitSet.ids.map((id) => () => this.portrait(id));
  }

  async portrait(id: string): Promise<Labelled> {
    return { ...(await this.portraitSet.portrait(id)), parts: await this.portraitSet.partLabels(id) };
  }

  /** Rooms as they are, with empty masks. */
  rooms(): Sample[] {
    return this.people.ids('rooms').map((id) => async () => nobodyIn(await this.people.room(id)));
  }

  /** A random room as a frame of a webcam. */
  async anyRoom(random: () => number, size: Size): Promise<Labelled> {
    const { picture } = await anyOf(this.rooms(), random)();
    return nobodyIn(asFrame(picture, size));
  }

  /** A random whole figure, cut out. */
  async anyFigure(random: () => number): Promise<Labelled> {
    return cutOut(await anyOf(this.set('fashion'), random)());
  }

  /**
   * A random person as a webcam at a desk sees them, cut out: a figure cut at the waist, or a
   * portrait.
   */
  async anyBust(random: () => number): Promise<Labelled> {
    if (random() < 0.5) return upperPart(await this.anyFigure(random), 0.4 + 0.15 * random());
    const portraits = this.portraits();
    for (;;) {
      const bust = headAndShoulders(await anyOf(portraits, random)());
      if (bust) return bust;
    }
  }

  /**
   * A random person at a desk's distance in a room, with a true mask: from the set of teachers, or
   * composited.
   */
  async anyScene(random: () => number, size: Size): Promise<Labelled> {
    if (random() < 1 / 3) {
      const { picture, mask } = await anyOf(this.set('teachers'), random)();
      return { picture: asFrame(picture, size), mask: asFrame(mask, size), parts: null };
    }
    const room = await this.anyRoom(random, size);
    return paste(room, await this.anyBust(random), anyPlace(random, size));
  }
}

/**
 * A random place near the middle of the frame, over more than half of its height, down to its lower
 * border.
 */
export function anyPlace(random: () => number, [width, height]: Size): Place {
  const tall = height * (0.6 + 0.3 * random());
  return { middle: width * (0.3 + 0.4 * random()), top: height - tall, height: tall };
}

/** One of some values. @param random - 0..1. */
function anyOf<T>(values: readonly T[], random: () => number): T {
  if (values.length === 0) throw new Error('There is nothing to choose from.');
  return values[Math.floor(random() * values.length)]!;
}
