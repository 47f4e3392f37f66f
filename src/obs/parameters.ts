import * as v from 'valibot';
import { findRoomName, nameSchema, peerIdSchema, roomSchema } from '../call/link.ts';
import {
  type Detail,
  DETAILS,
  isNetSide,
  MAX_DRAW_FACTORS,
  NET_SIDE_EXPECTED,
  PALETTE_EXPECTED,
  parsePalette,
  REGIONS,
  splitFineId,
  type Region,
} from '../effect/look.ts';

/** What the address of the OBS page asks for. */
export interface Parameters {
  /** The room, and the member in it, of a studio's link; null where the address has none. */
  room: string | null;
  view: string | null;
  /** Address of a WHEP endpoint; null where none is given. */
  whep: string | null;
  /** Bearer token for it; empty for none. */
  token: string;
  /** The source of the effect on this page; null where a stream is played. */
  input: 'camera' | 'demo' | null;
  style: string;
  region: Region;
  strength: number;
  line: number;
  colour: number;
  palette: string;
  detail: Detail;
  ep: 'auto' | 'webgpu' | 'wasm';
  quality: 'auto' | number;
  fit: 'contain' | 'cover';
  mirror: boolean;
  audio: boolean;
  /** What is shown while nothing comes: the last picture, or none. */
  onlost: 'freeze' | 'clear';
  /** Null: transparent from a studio, opaque from a media server. */
  alpha: 'none' | 'stacked-1' | null;
  /** A CSS colour behind the picture; null for none. */
  chroma: string | null;
  /** Kilobits a second of a studio's picture, at most; null for no limit. */
  bitrate: number | null;
  /** What the studio calls this page. */
  label: string;
  stats: boolean;
  debug: boolean;
}

const DEFAULTS: Parameters = {
  room: null,
  view: null,
  whep: null,
  token: '',
  input: null,
  style: 'toon',
  region: 'person',
  strength: 1,
  line: 1,
  colour: 1,
  palette: 'none',
  detail: 'auto',
  ep: 'auto',
  quality: 'auto',
  fit: 'contain',
  mirror: false,
  audio: true,
  onlost: 'freeze',
  alpha: null,
  chroma: null,
  bitrate: null,
  label: '',
  stats: false,
  debug: false,
};

const EXPECTED: Record<keyof Parameters, string> = {
  room: 'the room of a link that the studio shows',
  view: 'the id of a link that the studio shows',
  whep: 'the address of a WHEP endpoint, as https://media.example.org/whep/endpoint/name',
  token: 'the token of the endpoint',
  input: 'camera or demo',
  style: 'none or the id of a style',
  region: REGIONS.join(', '),
  strength: 'a number from 0 to 1',
  line: `a number from 0 to ${MAX_DRAW_FACTORS.line}`,
  colour: `a number from 0 to ${MAX_DRAW_FACTORS.colour}`,
  palette: PALETTE_EXPECTED,
  detail: 'auto, fine or light',
  ep: 'auto, webgpu or wasm',
  quality: `auto or ${NET_SIDE_EXPECTED}`,
  fit: 'contain or cover',
  mirror: '1 or 0',
  audio: '1 or 0',
  onlost: 'freeze or clear',
  alpha: 'none or stacked-1',
  chroma: 'a CSS colour',
  bitrate: 'kilobits a second, 50 to 50000',
  label: 'a name of 40 characters at most',
  stats: '1 or 0',
  debug: '1 or 0',
};

// VDO.Ninja's way: the bare name of a switch turns it on.
const flag = v.pipe(
  v.picklist(['0', '1', '']),
  v.transform((value) => value !== '0'),
);

const upTo = (most: number) =>
  v.pipe(v.string(), v.nonEmpty(), v.toNumber(), v.minValue(0), v.maxValue(most));

function schemaFor(isColour: (value: string) => boolean) {
  return v.object({
    room: v.exactOptional(roomSchema),
    view: v.exactOptional(peerIdSchema),
    whep: v.exactOptional(v.pipe(v.string(), v.url(), v.regex(/^https?:/))),
    token: v.exactOptional(v.string()),
    input: v.exactOptional(v.picklist(['camera', 'demo'])),
    style: v.exactOptional(v.pipe(v.string(), v.regex(/^[\w-]+$/))),
    region: v.exactOptional(v.picklist(REGIONS)),
    strength: v.exactOptional(upTo(1)),
    line: v.exactOptional(upTo(MAX_DRAW_FACTORS.line)),
    colour: v.exactOptional(upTo(MAX_DRAW_FACTORS.colour)),
    palette: v.exactOptional(
      v.pipe(
        v.string(),
        v.check((text) => parsePalette(text) !== null),
      ),
    ),
    detail: v.exactOptional(v.picklist(DETAILS)),
    ep: v.exactOptional(v.picklist(['auto', 'webgpu', 'wasm'])),
    quality: v.exactOptional(
      v.union([v.literal('auto'), v.pipe(v.string(), v.digits(), v.toNumber(), v.check(isNetSide))]),
    ),
    fit: v.exactOptional(v.picklist(['contain', 'cover'])),
    mirror: v.exactOptional(flag),
    audio: v.exactOptional(flag),
    onlost: v.exactOptional(v.picklist(['freeze', 'clear'])),
    alpha: v.exactOptional(v.picklist(['none', 'stacked-1'])),
    chroma: v.exactOptional(
      v.pipe(
        v.string(),
        // A # would end the address, so it may be left out.
        v.transform((value) => (/^[\da-f]{3,8}$/i.test(value) ? `#${value}` : value)),
        v.check(isColour),
      ),
    ),
    bitrate: v.exactOptional(
      v.pipe(v.string(), v.digits(), v.toNumber(), v.minValue(50), v.maxValue(50_000)),
    ),
    label: v.exactOptional(nameSchema),
    stats: v.exactOptional(flag),
    debug: v.exactOptional(flag),
  });
}

/**
 * Reads the query of the address. Nothing throws: a wrong value keeps its default and adds a
 * sentence to `problems`.
 * @param isColour - whether a text is a CSS colour.
 */
export function readParameters(
  search: string,
  isColour: (value: string) => boolean,
): { parameters: Parameters; problems: string[] } {
  const query = new Map(new URLSearchParams(search));
  for (const name of ['room', 'view']) if (query.has(name)) query.set(name, findRoomName(query.get(name)!));
  const schema = schemaFor(isColour);
  const problems: string[] = [];
  for (const name of query.keys())
    if (!Object.hasOwn(EXPECTED, name)) problems.push(`${name.slice(0, 60)} means nothing here.`);
  if (!query.has('whep') && !query.has('input') && !(query.has('room') && query.has('view')))
    problems.push(
      `Nothing to show: take the link that the studio shows under OBS, or input=camera, or whep; whep takes ${EXPECTED.whep}.`,
    );
  for (const { path } of v.safeParse(schema, Object.fromEntries(query), { abortPipeEarly: true }).issues ??
    []) {
    const name = path![0].key as keyof Parameters;
    problems.push(`${name}=${query.get(name)!.slice(0, 60)}: ${name} takes ${EXPECTED[name]}.`);
    query.delete(name);
  }
  const read = v.parse(schema, Object.fromEntries(query));
  // Older links name the fine grade itself.
  const grade = splitFineId(read.style ?? DEFAULTS.style);
  return { parameters: { ...DEFAULTS, ...grade, ...read, style: grade.style }, problems };
}
