import * as v from 'valibot';
import { REGIONS } from '../effect/protocol.ts';
import { roomSchema } from '../call/link.ts';

/** Where the first frames come from. */
export type InputParameter = { kind: 'camera' } | { kind: 'demo' } | { kind: 'video'; url: string };

/** What the address asks for; `undefined` where it is silent. */
export interface Parameters {
  input: InputParameter | undefined;
  autostart: boolean | undefined;
  /** Its shape only: which ids exist is known with the manifest. */
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

export interface ParameterProblem {
  name: string;
  value: string;
  /** What the parameter takes, to end the sentence "... takes". */
  takes: string;
}

export interface ReadParameters {
  parameters: Parameters;
  problems: ParameterProblem[];
  /** Names that mean nothing here. */
  unknown: string[];
}

export interface ParameterContext {
  /** The page's own address. */
  base: string;
  isColour: (value: string) => boolean;
}

const TAKES: Record<keyof Parameters, string> = {
  input: 'camera, demo or the address of a video on this site',
  autostart: '1 or 0',
  style: 'none or the id of a style',
  region: REGIONS.join(', ').replace(/, (\w+)$/, ' or $1'),
  strength: 'a number from 0 to 1',
  background: 'live, blur, transparent, a CSS colour or the address of a picture on this site',
  ep: 'auto, webgpu or wasm',
  quality: 'auto or a whole number of pixels from 32 to 1080',
  stats: '1 or 0',
  room: 'the room of a link that somebody sent you',
};

/** A bare word is a slip of the pen, not a relative address. */
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

function schemasFor({ base, isColour }: ParameterContext) {
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

/** Reads the address's query. Wrong values are left out and told in `problems`; nothing throws. */
export function readParameters(search: string, context: ParameterContext): ReadParameters {
  const query = new URLSearchParams(search);
  const schemas = schemasFor(context);
  const problems: ParameterProblem[] = [];

  function read<T>(name: keyof Parameters, schema: v.GenericSchema<string, T>): T | undefined {
    const value = query.get(name);
    if (value === null) return undefined;
    const result = v.safeParse(schema, value);
    if (result.success) return result.output;
    problems.push({ name, value, takes: TAKES[name] });
    return undefined;
  }

  const parameters: Parameters = {
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
  const unknown = [...new Set(query.keys())].filter((name) => !Object.hasOwn(TAKES, name));
  return { parameters, problems, unknown };
}

/** Cuts what somebody else wrote, so that the sentence around it stays one. */
export function shorten(text: string, longest = 40): string {
  const letters = Array.from(text);
  return letters.length > longest ? `${letters.slice(0, longest - 1).join('')}…` : text;
}

/** The sentence a person reads about a wrong value. */
export function sayProblem({ name, value, takes }: ParameterProblem): string {
  return `The address says ${name}=${shorten(value)}, but ${name} takes ${takes}.`;
}

/** The same, for a style id that is well formed but that the manifest does not list. */
export function unknownStyle(value: string, ids: readonly string[]): ParameterProblem {
  return { name: 'style', value, takes: ['none', ...ids].join(', ').replace(/, ([^,]+)$/, ' or $1') };
}
