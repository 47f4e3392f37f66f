import { CameraNoise, seeded } from './noise.ts';
import type { Labelled } from './people.ts';
import type { Planes } from './planes.ts';
import { againstTheLight, DARK_GRAIN, inTheDark } from './scenes.ts';
import type { Sources } from './sources.ts';
import { asWebcam, closeUp, inRoom, standing } from './style-pictures.ts';

/** A picture of the sheet of all styles. */
export interface SheetPicture {
  readonly title: string;
  /** [3,360,640] */
  readonly picture: Planes;
}

/**
 * Twelve different validation pictures for people to look at, which are easy and hard for styles.
 */
export async function sheetPictures(sources: Sources): Promise<SheetPicture[]> {
  const portrait = (id: string) => sources.portrait(id);
  const [desk] = sources.set('actions', (id) => id === 'using_laptop_7127');
  const [seated] = sources.set('actions', (id) => id === 'drinking_7');
  const [teacher] = sources.set('teachers');
  if (!desk || !seated || !teacher) throw new Error('The sets of pictures lack those that the sheet shows.');
  const makers: Record<string, () => Promise<Labelled>> = {
    desk,
    seated,
    'close face': async () => closeUp(await portrait('02157')),
    'dark skin': () => portrait('00307'),
    glasses: () => portrait('00077'),
    pair: () => portrait('02317'),
    teacher,
    standing: () => standing(sources, seeded(5)),
    portrait: async () => inRoom(await portrait('00397'), sources, seeded(6)),
    child: () => portrait('00437'),
    'dark room': async () => inTheDark(await portrait('02437'), new CameraNoise(1, DARK_GRAIN)),
    'against the light': async () => againstTheLight(await portrait('02247')),
  };
  const pictures: SheetPicture[] = [];
  for (const [title, make] of Object.entries(makers))
    pictures.push({ title, picture: asWebcam(await make()).picture });
  return pictures;
}
