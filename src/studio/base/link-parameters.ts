import * as v from 'valibot';
import { REGIONS } from '../../effect/index.ts';
import { roomSchema } from '../../call/link.ts';

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
  /** Parameters that Portoon does not know. */
  unknown: string[];
}

export interface LinkContext {
  /** The page's own URL. */
  base: string;
  isColour: (value: string) => boolean;
}

const EXPECTED: Record<keyof LinkParameters, string> = {
  input: 'camera, demo or the URL of a video on this site',
  autostart: '1 or 0',
  style: 'none or the id of a style',
  region: listWords(REGIONS),
  strength: 'from 0 to 1',
  background: 'live, blur, transparent, a CSS colour or the URL of an image on this site',
  ep: 'auto, webgpu or wasm',
  quality: 'auto or a whole number of pixels from 32 to 1080',
  stats: '1 or 0',
  room: 'the id of a call, as in an invite link',
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
    strength: v.pipe(filled, v.transform(Number), v.minValue(0), v.maxValue(1)),
    background: v.union([
      v.picklist(['live', 'blur', 'transparent']),
      v.pipe(filled, v.check(isColour)),
      address,
    ]),
    ep: v.picklist(['auto', 'webgpu', 'wasm']),
    quality: v.union([
      v.literal('auto'),
      v.pipe(filled, v.transform(Number), v.integer(), v.minValue(32), v.maxValue(1080)),
    ]),
    stats: flag,
    room: roomSchema,
  };
}

/**
 * Reads the link's query. Wrong values are left out and reported in `problems`; it never throws.
 */
export function readLink(search: string, context: LinkContext): ReadLink {
  const query = new URLSearchParams(search);
  const schemas = schemasFor(context);
  const problems: ParameterProblem[] = [];

  function read<T>(name: keyof LinkParameters, schema: v.GenericSchema<string, T>): T | undefined {
    const value = query.get(name);
    if (value === null) return undefined;
    const result = v.safeParse(schema, value);
    if (result.success) return result.output;
    problems.push({ name, value, expected: EXPECTED[name] });
    return undefined;
  }

  const parameters: LinkParameters = {
    input: read<InputParameter>('input', schemas.input),
    autostart: read('autostart', schemas.autostart),
    style: read('style', schemas.style),
    region: read('region', schemas.region),
    strength: read('strength', schemas.strength),
    background: read<string>('background', schemas.background),
    ep: read('ep', schemas.ep),
    quality: read<'auto' | number>('quality', schemas.quality),
    stats: read('stats', schemas.stats),
    room: read('room', schemas.room),
  };
  const unknown = [...new Set(query.keys())].filter((name) => !Object.hasOwn(EXPECTED, name));
  return { parameters, problems, unknown };
}

/** Shortens text from a link, so that a very long value cannot flood the notice that quotes it. */
export function shorten(text: string, longest = 40): string {
  const letters = Array.from(text);
  return letters.length > longest ? `${letters.slice(0, longest - 1).join('')}…` : text;
}

/** The sentence that tells a person about a wrong value. */
export function describeProblem({ name, value, expected }: ParameterProblem): string {
  if (name === 'room') return `“room=${shorten(value)}” is not a valid call link.`;
  return `“${name}=${shorten(value)}” was ignored: it must be ${expected}.`;
}

/** The problem with a style id that is well formed but that the manifest does not list. */
export function unknownStyleProblem(value: string, ids: readonly string[]): ParameterProblem {
  return { name: 'style', value, expected: listWords(['none', ...ids]) };
}
