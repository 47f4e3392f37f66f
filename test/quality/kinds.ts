import { CameraNoise, seeded } from './noise.ts';
import { againstTheLight, DARK_GRAIN, faceWindow, FRAME, inTheDark, look, paste } from './scenes.ts';
import type { Sample, Sources } from './sources.ts';

/** One kind of picture that webcams see. */
export interface Kind {
  readonly id: KindId;
  readonly title: string;
  readonly samples: readonly Sample[];
}

/** Every kind by its name on the command line. */
export const KINDS = {
  desk: 'desk, laptop, telephone',
  seated: 'seated: eating, listening, laughing',
  standing: 'standing, whole body',
  teachers: 'teacher at the board',
  everyday: 'half bodies, everyday scenes',
  groups: 'pairs and groups',
  close: 'close face',
  dark: 'dark',
  backlit: 'against the light',
  small: 'small in the frame',
  portraits: 'portraits',
  rooms: 'empty rooms',
} as const;
export type KindId = keyof typeof KINDS;

/** Names of acts in the set `actions` of people at a desk. The others are counted as seated. */
const AT_A_DESK = /^(using_laptop|calling|texting)_/;
const GROUPS = 60;
const SMALL = 60;

/**
 * The validation pictures of one kind. Composites are made of validation people and rooms alone.
 */
export async function kindOf(id: KindId, sources: Sources): Promise<Kind> {
  return { id, title: KINDS[id], samples: await samplesOf(id, sources) };
}

function samplesOf(id: KindId, sources: Sources): Sample[] | Promise<Sample[]> {
  switch (id) {
    case 'desk':
      return desk(sources);
    case 'seated':
      return sources.set('actions', (id) => !AT_A_DESK.test(id));
    case 'standing':
      return sources.set('fashion');
    case 'teachers':
      return sources.set('teachers');
    case 'everyday':
      return sources.set('coco');
    case 'groups':
      return groups(sources);
    case 'close':
      return close(sources);
    case 'dark':
      return [...half(desk(sources)), ...half(sources.portraits())].map((sample, n) => async () => {
        return inTheDark(await sample(), new CameraNoise(n, DARK_GRAIN));
      });
    case 'backlit':
      return [...half(desk(sources)), ...half(sources.portraits())].map(
        (sample) => async () => againstTheLight(await sample()),
      );
    case 'small':
      return small(sources);
    case 'portraits':
      return sources.portraits();
    case 'rooms':
      return sources.rooms();
  }
}

/** Every second picture, which is enough for the figures and takes half of the time. */
function half(samples: readonly Sample[]): Sample[] {
  return samples.filter((_, n) => n % 2 === 0);
}

function desk(sources: Sources): Sample[] {
  return [...sources.set('actions', (id) => AT_A_DESK.test(id)), ...sources.set('desk-stock')];
}

/** Close-ups of the portraits and office faces in which the face is large enough. */
async function close(sources: Sources): Promise<Sample[]> {
  // Neighbouring office faces show the same few people, so only every fourth is used.
  const faces = sources.set('faces').filter((_, n) => n % 4 === 0);
  const samples: Sample[] = [];
  for (const sample of [...sources.portraits(), ...faces]) {
    const { picture, parts } = await sample();
    const window = parts && faceWindow(parts, [picture.width, picture.height]);
    if (window) samples.push(async () => look(await sample(), window));
  }
  return samples;
}

/** Two and three people side by side in a room, and pictures of speakers. */
function groups(sources: Sources): Sample[] {
  const [width, height] = FRAME;
  const composites = Array.from({ length: GROUPS }, (_, n): Sample => async () => {
    const random = seeded(1000 + n);
    const count = n % 4 === 3 ? 3 : 2;
    let scene = await sources.anyRoom(random, FRAME);
    for (let seat = 0; seat < count; seat++) {
      const tall = height * (count === 2 ? 0.6 + 0.35 * random() : 0.5 + 0.3 * random());
      const middle = (width * (seat + 0.5 + 0.2 * (random() - 0.5))) / count;
      scene = paste(scene, await sources.anyBust(random), { middle, top: height - tall, height: tall });
    }
    return scene;
  });
  return [...composites, ...sources.set('speakers')];
}

/**
 * Whole figures of a tenth to a fifth of the frame's height, and the distant figure of the set
 * `motion`.
 */
function small(sources: Sources): Sample[] {
  const [width, height] = FRAME;
  const composites = Array.from({ length: SMALL }, (_, n): Sample => async () => {
    const random = seeded(2000 + n);
    const scene = await sources.anyRoom(random, FRAME);
    const tall = height * (0.1 + 0.1 * random());
    const feet = height * (0.55 + 0.4 * random());
    const middle = width * (0.1 + 0.8 * random());
    return paste(scene, await sources.anyFigure(random), { middle, top: feet - tall, height: tall });
  });
  return [...composites, ...sources.set('motion')];
}
