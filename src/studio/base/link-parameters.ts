import * as v from 'valibot';
import {
  type Detail,
  DETAILS,
  isNetSide,
  BACKGROUND_WORDS,
  MAX_DRAW_FACTORS,
  NET_SIDE_EXPECTED,
  PALETTE_EXPECTED,
  parsePalette,
  REGIONS,
  splitFineId,
} from '../../effect/look.ts';
import { findRoomName, roomSchema } from '../../call/link.ts';
import { cleanParameterName, isTracker, stripPunctuation, stripInvisible } from './link-cleanup.ts';

/** Where the first frames come from. */
type InputParameter = { kind: 'camera' } | { kind: 'demo' } | { kind: 'video'; url: string };

/** What the page's link asks for; `undefined` where it says nothing. */
export interface LinkParameters {
  input: InputParameter | undefined;
  autostart: boolean | undefined;
  /** Checked for its form only: which styles exist is not known before the manifest has loaded. */
  style: string | undefined;
  region: (typeof REGIONS)[number] | undefined;
  strength: number | undefined;
  line: number | undefined;
  colour: number | undefined;
  palette: string | undefined;
  detail: Detail | undefined;
  /** `live`, `blur`, `transparent`, a CSS colour, or an absolute same-origin address. */
  background: string | undefined;
  ep: 'auto' | 'webgpu' | 'wasm' | undefined;
  quality: 'auto' | number | undefined;
  stats: boolean | undefined;
  room: string | undefined;
}

/** A parameter whose value is ignored. */
export interface ParameterProblem {
  name: string;
  value: string;
  /** What the value has to be, to end the sentence "it must be ...". */
  expected: string;
}

/** Everything that was read from a link. */
export interface ReadLink {
  parameters: LinkParameters;
  problems: ParameterProblem[];
  /** Parameters that neither Portoon nor {@link isTracker} knows. */
  unknown: string[];
  /** Whether the link was to lead to a call, and its room can't be read any more. */
  roomDamaged: boolean;
}

export interface LinkContext {
  /** The page's own URL. */
  base: string;
  isColour: (value: string) => boolean;
}

const EXPECTED: Record<Exclude<keyof LinkParameters, 'room'>, string> = {
  input: 'camera, demo or the URL of a video on this site',
  autostart: '1 or 0',
  style: 'none or the id of a style',
  region: listWords(REGIONS),
  strength: 'from 0 to 1',
  line: `from 0 to ${MAX_DRAW_FACTORS.line}`,
  colour: `from 0 to ${MAX_DRAW_FACTORS.colour}`,
  palette: PALETTE_EXPECTED,
  detail: listWords(DETAILS),
  background: `${BACKGROUND_WORDS.join(', ')}, a CSS colour or the URL of an image on this site`,
  ep: 'auto, webgpu or wasm',
  quality: `auto or ${NET_SIDE_EXPECTED}`,
  stats: '1 or 0',
};

/** As in "a, b or c". */
function listWords(words: readonly string[]): string {
  return words.join(', ').replace(/, ([^,]+)$/, ' or $1');
}

/** A single word without a dot or slash is a typo and not a relative URL. */
function sameOriginUrl(value: string, base: string): string | null {
  if (!/[./]/.test(value)) return null;
  const url = URL.canParse(value, base) ? new URL(value, base) : null;
  return url?.origin === new URL(base).origin ? url.href : null;
}

const flag = v.pipe(
  v.picklist(['0', '1']),
  v.transform((value) => value === '1'),
);
const filled = v.pipe(v.string(), v.trim(), v.nonEmpty());
const upTo = (most: number) => v.pipe(filled, v.transform(Number), v.minValue(0), v.maxValue(most));

function schemasFor({ base, isColour }: LinkContext) {
  const address = v.pipe(
    filled,
    v.transform((value) => sameOriginUrl(value, base)),
    v.string(),
  );
  return {
    input: v.union([
      v.pipe(
        v.picklist(['camera', 'demo']),
        v.transform((kind) => ({ kind })),
      ),
      v.pipe(
        address,
        v.transform((url) => ({ kind: 'video' as const, url })),
      ),
    ]),
    autostart: flag,
    style: v.pipe(filled, v.regex(/^[\w-]+$/)),
    region: v.picklist(REGIONS),
    strength: upTo(1),
    line: upTo(MAX_DRAW_FACTORS.line),
    colour: upTo(MAX_DRAW_FACTORS.colour),
    palette: v.pipe(
      v.string(),
      v.check((text) => parsePalette(text) !== null),
    ),
    detail: v.picklist(DETAILS),
    background: v.union([v.picklist(BACKGROUND_WORDS), v.pipe(filled, v.check(isColour)), address]),
    ep: v.picklist(['auto', 'webgpu', 'wasm']),
    quality: v.union([v.literal('auto'), v.pipe(filled, v.transform(Number), v.check(isNetSide))]),
    stats: flag,
  };
}

/** What is left of the name where a link was cut off within it. */
const CUT_NAMES = ['r', 'ro', 'roo'];

/** The values of a link's query by their clean names. The first of several counts. */
function readQuery(search: string): { values: Map<string, string>; written: Map<string, string> } {
  const values = new Map<string, string>();
  const written = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(search)) {
    const clean = cleanParameterName(name);
    if (values.has(clean)) continue;
    values.set(clean, value);
    written.set(clean, name);
  }
  return { values, written };
}

/**
 * Reads the room that a link leads to.
 * @returns null where the link leads to none, or to one that can't be read any more: `damaged`.
 */
export function readRoom(search: string): { room: string | null; damaged: boolean } {
  const { values } = readQuery(search);
  const value = values.get('room');
  if (value === undefined) return { room: null, damaged: CUT_NAMES.some((cut) => values.get(cut) === '') };
  const { success, output } = v.safeParse(roomSchema, findRoomName(value));
  return success ? { room: output, damaged: false } : { room: null, damaged: true };
}

/**
 * Reads the link's query. Wrong values are left out and reported in `problems`; it never throws.
 * What others have added to the link is ignored: punctuation, and parameters of trackers.
 */
export function readLink(search: string, context: LinkContext): ReadLink {
  const { values, written } = readQuery(search);
  const { room, damaged } = readRoom(search);
  const schemas = schemasFor(context);
  const problems: ParameterProblem[] = [];

  function read<T>(name: keyof typeof EXPECTED, schema: v.GenericSchema<string, T>): T | undefined {
    const value = values.get(name);
    if (value === undefined) return undefined;
    const seen = stripInvisible(value);
    for (const attempt of [seen, stripPunctuation(seen)]) {
      const result = v.safeParse(schema, attempt);
      if (result.success) return result.output;
    }
    problems.push({ name, value, expected: EXPECTED[name] });
    return undefined;
  }

  const style = read('style', schemas.style);
  // Older links name the fine grade itself.
  const named: Partial<ReturnType<typeof splitFineId>> = style === undefined ? {} : splitFineId(style);
  const parameters: LinkParameters = {
    input: read<InputParameter>('input', schemas.input),
    autostart: read('autostart', schemas.autostart),
    style: named.style,
    region: read('region', schemas.region),
    strength: read('strength', schemas.strength),
    line: read('line', schemas.line),
    colour: read('colour', schemas.colour),
    palette: read('palette', schemas.palette),
    detail: read('detail', schemas.detail) ?? named.detail,
    background: read<string>('background', schemas.background),
    ep: read('ep', schemas.ep),
    quality: read<'auto' | number>('quality', schemas.quality),
    stats: read('stats', schemas.stats),
    room: room ?? undefined,
  };
  const unknown = [...written]
    .filter(([name]) => !Object.hasOwn(parameters, name) && !isTracker(name))
    .filter(([name]) => !(damaged && CUT_NAMES.includes(name)))
    .map(([, name]) => name);
  return { parameters, problems, unknown, roomDamaged: damaged };
}

/** Shortens text from a link, so that a very long value cannot flood the notice that quotes it. */
export function shorten(text: string, longest = 40): string {
  const letters = Array.from(text);
  return letters.length > longest ? `${letters.slice(0, longest - 1).join('')}…` : text;
}

/** The sentence for a person about a wrong value. */
export function describeProblem({ name, value, expected }: ParameterProblem): string {
  return `“${name}=${shorten(value)}” was ignored: it must be ${expected}.`;
}

/** The problem with a style id that is well formed but that the manifest does not list. */
export function unknownStyleProblem(value: string, ids: readonly string[]): ParameterProblem {
  return { name: 'style', value, expected: listWords(['none', ...ids]) };
}
