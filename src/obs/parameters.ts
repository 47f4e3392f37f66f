import * as v from 'valibot';

/** What the address of the OBS page asks for. */
export interface Parameters {
  /** Address of a WHEP endpoint; null where none is given. */
  whep: string | null;
  /** Bearer token for it; empty for none. */
  token: string;
  fit: 'contain' | 'cover';
  mirror: boolean;
  audio: boolean;
  /** What stands while nothing comes: the last picture, or none. */
  onlost: 'freeze' | 'clear';
  alpha: 'none' | 'stacked-1';
  /** A CSS colour behind the picture; null for none. */
  chroma: string | null;
  stats: boolean;
  debug: boolean;
}

const DEFAULTS: Parameters = {
  whep: null,
  token: '',
  fit: 'contain',
  mirror: false,
  audio: true,
  onlost: 'freeze',
  alpha: 'none',
  chroma: null,
  stats: false,
  debug: false,
};

const TAKES: Record<keyof Parameters, string> = {
  whep: 'the address of a WHEP endpoint, as https://media.example.org/whep/endpoint/name',
  token: 'the token of the endpoint',
  fit: 'contain or cover',
  mirror: '1 or 0',
  audio: '1 or 0',
  onlost: 'freeze or clear',
  alpha: 'none or stacked-1',
  chroma: 'a CSS colour',
  stats: '1 or 0',
  debug: '1 or 0',
};

// VDO.Ninja's way: the bare name of a switch turns it on.
const flag = v.pipe(
  v.picklist(['0', '1', '']),
  v.transform((value) => value !== '0'),
);

function schemaFor(isColour: (value: string) => boolean) {
  return v.object({
    whep: v.exactOptional(v.pipe(v.string(), v.url(), v.regex(/^https?:/))),
    token: v.exactOptional(v.string()),
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
    stats: v.exactOptional(flag),
    debug: v.exactOptional(flag),
  });
}

/**
 * Reads the address's query. Nothing throws: a wrong value leaves its default, and a sentence in `problems`.
 * @param isColour - whether a text is a CSS colour.
 */
export function readParameters(
  search: string,
  isColour: (value: string) => boolean,
): { parameters: Parameters; problems: string[] } {
  const query = new Map(new URLSearchParams(search));
  const schema = schemaFor(isColour);
  const problems: string[] = [];
  for (const name of query.keys())
    if (!Object.hasOwn(TAKES, name)) problems.push(`${name.slice(0, 60)} means nothing here.`);
  if (!query.has('whep')) problems.push(`Nothing to show: whep takes ${TAKES.whep}.`);
  for (const { path } of v.safeParse(schema, Object.fromEntries(query), { abortPipeEarly: true }).issues ??
    []) {
    const name = path![0].key as keyof Parameters;
    problems.push(`${name}=${query.get(name)!.slice(0, 60)}: ${name} takes ${TAKES[name]}.`);
    query.delete(name);
  }
  return { parameters: { ...DEFAULTS, ...v.parse(schema, Object.fromEntries(query)) }, problems };
}
