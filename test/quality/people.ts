import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UNKNOWN_PART, type PartLabels } from './parts.ts';
import { emptyPlanes, resize, type Planes } from './planes.ts';
import { Portraits, readLabels, readPicture } from './portraits.ts';

/** A picture with what is known about the people in it. */
export interface Labelled {
  /** [3,H,W], 0..1. */
  readonly picture: Planes;
  /** [1,H,W], 0..1: above 0.5 where there is a person. */
  readonly mask: Planes;
  /** Null if the picture has no labels. */
  readonly parts: PartLabels | null;
}

/** Sets of pictures as webcams see people; README.md in the folder of the data describes each. */
export const PEOPLE_SETS = [
  'actions',
  'coco',
  'desk-stock',
  'faces',
  'fashion',
  'motion',
  'speakers',
  'teachers',
] as const;
export type PeopleSet = (typeof PEOPLE_SETS)[number];

/** The validation pictures of every set: no net is trained on them. */
export class People {
  private constructor(
    private readonly root: string,
    private readonly lists: ReadonlyMap<string, readonly string[]>,
  ) {}

  /** @returns null where the folder `people` is missing beside the portraits. */
  static async open(): Promise<People | null> {
    const { folder } = People;
    if (!existsSync(folder)) return null;
    const lists = new Map<string, readonly string[]>();
    for (const set of [...PEOPLE_SETS, 'rooms']) {
      const text = await readFile(join(folder, set, 'validation.txt'), 'utf8').catch(() => '');
      lists.set(
        set,
        text.split('\n').filter((line) => line !== ''),
      );
    }
    return new People(folder, lists);
  }

  /** Where the sets are looked for. */
  static get folder(): string {
    return join(Portraits.data, 'people');
  }

  /** The validation ids of a set in the order of its list; none of a set that is not there. */
  ids(set: PeopleSet | 'rooms'): readonly string[] {
    return this.lists.get(set) ?? [];
  }

  /**
   * A picture with its true mask if there is one, otherwise with the soft matte on which three nets
   * agree.
   */
  async labelled(set: PeopleSet, id: string): Promise<Labelled> {
    const file = (kind: string) => join(this.root, set, kind, `${id}.${kind === 'image' ? 'jpg' : 'png'}`);
    const picture = await readPicture(file('image'), 3);
    const known = existsSync(file('mask')) ? file('mask') : file('soft');
    const mask = resize(await readPicture(known, 1), [picture.width, picture.height]);
    const parts = existsSync(file('parts')) ? agreed(await readLabels(file('parts')), mask) : null;
    return { picture, mask, parts };
  }

  /** A room without anybody, [3,H,W]. */
  room(id: string): Promise<Planes> {
    return readPicture(join(this.root, 'rooms/image', `${id}.jpg`), 3);
  }
}

/**
 * The labels, where they agree with the mask on who is a person; elsewhere the label becomes
 * unknown.
 */
function agreed({ labels, size }: PartLabels, mask: Planes): PartLabels {
  const person = resize(mask, size).data;
  return { labels: labels.map((label, i) => (label > 0 === person[i]! > 0.5 ? label : UNKNOWN_PART)), size };
}

/** A room as a picture of nobody. */
export function nobodyIn(picture: Planes): Labelled {
  return { picture, mask: emptyPlanes(1, picture.width, picture.height), parts: null };
}
