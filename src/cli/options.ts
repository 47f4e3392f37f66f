import { existsSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ExecutionProviderChoice, Quality } from '../effect/index.ts';
import {
  type Detail,
  DETAILS,
  isNetSide,
  MOST_OF_DRAWING,
  NET_SIDE_TAKES,
  PALETTE_TAKES,
  parsePalette,
  REGIONS,
  type Region,
} from '../effect/look.ts';
import type { FilmFormat } from '../record/convert-protocol.ts';

export const HELP = `Turns the people in films into cartoons and leaves the rest as it was.

  portoon convert FILM... [-o OUTPUT] [options]
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
      --ep auto|webgpu|wasm   what runs the nets. Default auto
  -y, --overwrite       replace files that are there
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

Every frame of the film is in the new one, at its own time; the sound goes over as it is where it can.
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
  /** In the effect's words, or the path of a picture. */
  readonly background: string;
  readonly quality: Quality;
  readonly matteSide: number | null;
  readonly matteOnly: boolean;
  readonly trim: { readonly from?: number; readonly to?: number };
  readonly ep: ExecutionProviderChoice;
  readonly overwrite: boolean;
}

/** The command is wrong; the message says how. */
export class UsageError extends Error {
  readonly code = 'ERR_PARAMETER';
  readonly wayOut = 'portoon convert --help tells more.';
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
    const fresh = `${basename(from, extname(from))}-${label}${extension}`;
    const to = folder === null ? values.output! : join(folder === '' ? dirname(from) : folder, fresh);
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
    line: numberIn('--line', values.line ?? '1', 0, MOST_OF_DRAWING.line),
    colour: numberIn('--colour', values.colour ?? '1', 0, MOST_OF_DRAWING.colour),
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
    ep: oneOf('--ep', values.ep ?? 'auto', ['auto', 'webgpu', 'wasm']),
    overwrite: values.overwrite === true,
  };
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
        ep: { type: 'string' },
        overwrite: { type: 'boolean', short: 'y' },
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
  const extension = extname(output).toLowerCase();
  if (extension === '.webm') return transparent ? 'webm-alpha' : 'webm';
  if (extension !== '.mp4')
    throw new UsageError(`The new film must be called something.mp4 or something.webm, not ${output}.`);
  if (transparent)
    throw new UsageError(
      `An MP4 cannot be transparent: call the new film ${output.replace(/mp4$/i, 'webm')}.`,
    );
  return 'mp4';
}

function oneOf<Value extends string>(option: string, value: string, values: readonly Value[]): Value {
  const found = values.find((known) => known === value);
  if (found === undefined) throw new UsageError(`${option} takes ${values.join(', ')}, not ${value}.`);
  return found;
}

function numberIn(option: string, value: string, least: number, most: number): number {
  const number = Number(value);
  if (value !== '' && number >= least && number <= most) return number;
  throw new UsageError(`${option} takes a number from ${least} to ${most}, not ${value}.`);
}

function palette(value: string): string {
  if (parsePalette(value)) return value;
  throw new UsageError(`--palette takes ${PALETTE_TAKES}, not ${value}.`);
}

function pixels(option: string, value: string, also = ''): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && isNetSide(number)) return number;
  throw new UsageError(`${option} takes ${also}${NET_SIDE_TAKES}, not ${value}.`);
}

function seconds(option: string, value: string): number {
  // Only the first part may be as large as it likes.
  if (!/^(\d+:([0-5]?\d:)?[0-5]?\d|\d+)(\.\d+)?$/.test(value))
    throw new UsageError(`${option} takes seconds or h:mm:ss, as 90, 90.5 or 1:30, not ${value}.`);
  return value.split(':').reduce((sum, part) => 60 * sum + Number(part), 0);
}
