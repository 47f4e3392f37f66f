import { existsSync, statSync } from 'node:fs';
import { basename, dirname, extname } from 'node:path';
import { parseArgs } from 'node:util';
import type { ExecutionProviderChoice, Quality } from '../effect/index.ts';
import {
  type Detail,
  DETAILS,
  isNetSide,
  MAX_DRAW_FACTORS,
  NET_SIDE_EXPECTED,
  PALETTE_EXPECTED,
  parsePalette,
  REGIONS,
  type Region,
} from '../effect/look.ts';
import { childLocation, isAddress } from '../queue/file-locations.ts';
import type { FilmFormat } from '../record/convert-protocol.ts';

export const HELP = `Turns the people in films into cartoons and leaves the rest as it was.

  portoon convert FILM... [-o OUTPUT] [options]
  portoon start [--open]      serves the studio on this machine
  portoon worker --queue URL  converts films of a queue, beside any number of others
  portoon queue --queue URL   lists the films of a queue; retries and removes them
  portoon copy-assets DIR     copies the library's nets, runtime and workers for your own page

  -o, --output PATH     the new film, .mp4 or .webm; for several films a folder.
                        Default: beside each film, as NAME-STYLE.mp4
  -s, --style ID        toon, comic, manga, pencil, watercolour, udnie, great-wave,
                        scream, forms or none. Default toon
  -r, --region WHERE    person, face, hair, clothes, background or everything. Default person
      --strength N      0 (the film as it is) to 1 (the style alone). Default 1
      --line N          width of a drawn style's lines: 0 (none) to 3. Default 1, the style's own
      --colour N        strength of a drawn style's colour: 0 (grey) to 2. Default 1
      --palette LIST    colours that a drawn style takes, as 22304a-c8553d-f4d58d. Default none
      --detail auto|fine|light   auto and fine take a style's fine grade, light its live
                        one, which is faster. Default auto
  -b, --background HOW  live, blur, transparent (a WebM), a colour (#336699, tomato)
                        or a picture. Default live
  -q, --quality N       pixels of the style's short side, 32 to 1080; fewer are faster.
                        Default auto: as fine as the film, at most 384
      --matte-size N    pixels of the matte's short side, 32 to 1080. Default 224 for a
                        wide film, about as many pixels for any other
      --matte-only      write the matte itself, as grey
      --from TIME       begin here: seconds, or h:mm:ss
      --to TIME         end before this
      --fps N           a constant rate of N frames a second, as editors like it: 1 to 240.
                        Default: every frame at its own time
      --ep auto|webgpu|wasm   what runs the nets. Default auto
  -y, --overwrite       replace files that are there
      --queue URL       has workers of a queue convert it: redis://host:6379
      --segment SECONDS of a film that a worker takes at a time. Default 10; 0 does not cut it
      --run-up SECONDS  that each segment begins early, so that its start is as in one piece. Default 1
      --scratch PLACE   a folder, or http(s) address, of the segments. Default: beside the new film
      --json            a line of JSON for all that happens, on standard output
  -h, --help            this
      --version         which Portoon this is

Examples
  portoon convert holiday.mp4 -o cartoon.mp4
  portoon convert talk.mkv -o talk.webm --style udnie --region everything
  portoon convert *.mov -o cartoons/ --style comic --quality 192
  portoon convert me.mp4 -o me.webm --background transparent
  portoon convert me.mp4 -o matte.mp4 --style none --matte-only
  portoon convert long.mp4 -o short.mp4 --from 1:30 --to 2:00
  portoon convert /films/*.mp4 -o /films/drawn/ --queue redis://films.local:6379

Every frame of the film is in the new one, at its own time; the sound goes over as AAC in an MP4, Opus in a WebM.
Exit codes: 0 all films are converted, 1 one is not, 2 the command is wrong, 3 no browser, 130 interrupted.
`;

/** What the command asks for. */
export interface Command {
  readonly films: readonly { readonly from: string; readonly to: string; readonly format: FilmFormat }[];
  readonly style: string;
  readonly region: Region;
  readonly strength: number;
  readonly line: number;
  readonly colour: number;
  readonly palette: string;
  readonly detail: Detail;
  /** A value of the effect's option, or the path of a picture. */
  readonly background: string;
  readonly quality: Quality;
  readonly matteSide: number | null;
  readonly matteOnly: boolean;
  readonly trim: { readonly from?: number; readonly to?: number };
  /** Null: every frame keeps its own time. */
  readonly frameRate: number | null;
  readonly ep: ExecutionProviderChoice;
  readonly overwrite: boolean;
  /** Null where this machine converts it. */
  readonly queue: QueueOptions | null;
}

/** Where and how workers of a queue convert films. */
export interface QueueOptions {
  readonly url: string;
  /** Seconds; 0 for films in one piece. */
  readonly segment: number;
  readonly runUp: number;
  /** Null: beside each new film. */
  readonly scratch: string | null;
}

/** The command is wrong; the message says how. */
export class UsageError extends Error {
  readonly code = 'ERR_PARAMETER';
  readonly wayOut = 'portoon --help tells more.';
}

/**
 * Reads what follows `portoon convert`.
 * @returns null where help is asked for.
 * @throws UsageError
 */
export function readCommand(args: readonly string[]): Command | null {
  const { values, positionals } = parse(args);
  if (values.help) return null;
  if (positionals.length === 0) throw new UsageError('Name a film to convert.');
  const style = values.style ?? 'toon';
  const background = values.background ?? 'live';
  const transparent = background === 'transparent' && values['matte-only'] !== true;
  const label = values['matte-only'] === true ? 'matte' : style;
  const folder = outputFolder(positionals, values.output);
  const films = positionals.map((from) => {
    const extension = transparent ? '.webm' : '.mp4';
    const name = isAddress(from) ? decodeURIComponent(new URL(from).pathname) : from;
    const fresh = `${basename(name, extname(name))}-${label}${extension}`;
    if (isAddress(from) && values.queue === undefined)
      throw new UsageError(
        `${from} is an address: workers of a queue read those (--queue), else name a file.`,
      );
    if (isAddress(from) && folder === '')
      throw new UsageError(`${from} is an address: say where the new film goes, with -o PATH.`);
    const to =
      folder === null ? values.output! : childLocation(folder === '' ? dirname(from) : folder, fresh);
    return { from, to, format: formatOf(to, transparent) };
  });
  const taken = new Set<string>();
  for (const { to } of films) {
    if (taken.has(to)) throw new UsageError(`Two films would become ${to}: convert them one by one.`);
    taken.add(to);
  }
  const trim = {
    ...(values.from === undefined ? {} : { from: seconds('--from', values.from) }),
    ...(values.to === undefined ? {} : { to: seconds('--to', values.to) }),
  };
  if ((trim.from ?? 0) >= (trim.to ?? Infinity)) throw new UsageError('--to must be after --from.');
  return {
    films,
    style,
    region: oneOf('--region', values.region ?? 'person', REGIONS),
    strength: numberIn('--strength', values.strength ?? '1', 0, 1),
    line: numberIn('--line', values.line ?? '1', 0, MAX_DRAW_FACTORS.line),
    colour: numberIn('--colour', values.colour ?? '1', 0, MAX_DRAW_FACTORS.colour),
    palette: palette(values.palette ?? 'none'),
    detail: oneOf('--detail', values.detail ?? 'auto', DETAILS),
    background,
    quality:
      values.quality === undefined || values.quality === 'auto'
        ? 'auto'
        : pixels('--quality', values.quality, 'auto, or '),
    matteSide: values['matte-size'] === undefined ? null : pixels('--matte-size', values['matte-size']),
    matteOnly: values['matte-only'] === true,
    trim,
    frameRate: values.fps === undefined ? null : numberIn('--fps', values.fps, 1, 240),
    ep: oneOf('--ep', values.ep ?? 'auto', ['auto', 'webgpu', 'wasm']),
    overwrite: values.overwrite === true,
    queue: queueOptions(values),
  };
}

function queueOptions(values: ReturnType<typeof parse>['values']): QueueOptions | null {
  const { queue } = values;
  if (queue === undefined) {
    const alone = (['segment', 'run-up', 'scratch'] as const).find((name) => values[name] !== undefined);
    if (alone) throw new UsageError(`--${alone} is for films that a queue converts: add --queue.`);
    return null;
  }
  return {
    url: redisUrl(queue),
    segment: numberIn('--segment', values.segment ?? '10', 0, 3600),
    runUp: numberIn('--run-up', values['run-up'] ?? '1', 0, 60),
    scratch: values.scratch ?? null,
  };
}

/** @throws UsageError unless it is the address of a Redis. */
export function redisUrl(value: string | undefined): string {
  if (value !== undefined && /^rediss?:\/\//.test(value) && URL.canParse(value)) return value;
  // A text that is no address may hold a password, and is not repeated then.
  const given =
    value === undefined
      ? ''
      : value.includes('@')
        ? ': a password has %40 for @, %23 for #'
        : `, not ${value}`;
  throw new UsageError(`--queue takes the address of a Redis, as redis://host:6379${given}.`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        output: { type: 'string', short: 'o' },
        style: { type: 'string', short: 's' },
        region: { type: 'string', short: 'r' },
        strength: { type: 'string' },
        line: { type: 'string' },
        colour: { type: 'string' },
        palette: { type: 'string' },
        detail: { type: 'string' },
        background: { type: 'string', short: 'b' },
        quality: { type: 'string', short: 'q' },
        'matte-size': { type: 'string' },
        'matte-only': { type: 'boolean' },
        from: { type: 'string' },
        to: { type: 'string' },
        fps: { type: 'string' },
        ep: { type: 'string' },
        overwrite: { type: 'boolean', short: 'y' },
        queue: { type: 'string' },
        segment: { type: 'string' },
        'run-up': { type: 'string' },
        scratch: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    // Node's own sentence; what follows it is about quoting.
    throw new UsageError(error instanceof Error ? error.message.replace(/\. To specify.*/, '.') : '');
  }
}

/** The folder of the new films. Empty: beside each film. Null: the output is a single file. */
function outputFolder(films: readonly string[], output: string | undefined): string | null {
  if (output === undefined) return '';
  const isFolder = /[/\\]$/.test(output) || (existsSync(output) && statSync(output).isDirectory());
  if (isFolder) return output;
  if (films.length > 1) throw new UsageError(`Several films need a folder: -o ${output}/`);
  return null;
}

function formatOf(output: string, transparent: boolean): FilmFormat {
  const extension = extname(isAddress(output) ? new URL(output).pathname : output).toLowerCase();
  if (extension === '.webm') return transparent ? 'webm-alpha' : 'webm';
  if (extension !== '.mp4')
    throw new UsageError(`The new film must be called something.mp4 or something.webm, not ${output}.`);
  if (transparent)
    throw new UsageError(
      `An MP4 cannot be transparent: call the new film ${output.replace(/mp4$/i, 'webm')}.`,
    );
  return 'mp4';
}

/** An empty value comes from a variable that a script has not set. */
function wrongValue(option: string, takes: string, value: string): UsageError {
  return new UsageError(
    value === '' ? `${option} needs ${takes}.` : `${option} takes ${takes}, not ${value}.`,
  );
}

function oneOf<Value extends string>(option: string, value: string, values: readonly Value[]): Value {
  const found = values.find((known) => known === value);
  if (found === undefined) throw wrongValue(option, values.join(', '), value);
  return found;
}

export function numberIn(option: string, value: string, least: number, most: number): number {
  const number = Number(value);
  if (value !== '' && number >= least && number <= most) return number;
  throw wrongValue(option, `a number from ${least} to ${most}`, value);
}

function palette(value: string): string {
  if (parsePalette(value)) return value;
  throw wrongValue('--palette', PALETTE_EXPECTED, value);
}

function pixels(option: string, value: string, also = ''): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && isNetSide(number)) return number;
  throw wrongValue(option, also + NET_SIDE_EXPECTED, value);
}

function seconds(option: string, value: string): number {
  // Only the first number may be larger than 59.
  if (!/^(\d+:([0-5]?\d:)?[0-5]?\d|\d+)(\.\d+)?$/.test(value))
    throw wrongValue(option, 'seconds or h:mm:ss, as 90, 90.5 or 1:30', value);
  return value.split(':').reduce((sum, part) => 60 * sum + Number(part), 0);
}
