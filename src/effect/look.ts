/** The words of a look, as values. Without other code, so that any program can load them. */

/** Parts of a person that a matte net may tell apart; `face` is its skin with eyes and lips. */
export const BODY_PARTS = ['face', 'hair', 'clothes'] as const;
export type BodyPart = (typeof BODY_PARTS)[number];

/** Where a style can show. */
export const REGIONS = ['person', ...BODY_PARTS, 'background', 'everything'] as const;
export type Region = (typeof REGIONS)[number];

/** Words for what is behind the person; any other background is a colour or an image. */
export const BACKGROUND_WORDS = ['live', 'blur', 'transparent'] as const;
export type BackgroundWord = (typeof BACKGROUND_WORDS)[number];

/** Whether a background is one of {@link BACKGROUND_WORDS}. */
export function isBackgroundWord(background: string): background is BackgroundWord {
  return BACKGROUND_WORDS.some((word) => word === background);
}

/** Pixels that a net's short side may be asked to have. */
const NET_SIDE = { least: 32, most: 1080 } as const;

/** Whether a net's short side may have this many pixels. */
export function isNetSide(pixels: number): boolean {
  return Number.isInteger(pixels) && pixels >= NET_SIDE.least && pixels <= NET_SIDE.most;
}

/** What an error message says is allowed. */
export const NET_SIDE_EXPECTED = `a whole number of pixels from ${NET_SIDE.least} to ${NET_SIDE.most}`;

/** The largest factors that people can set on a recipe's values; the smallest is 0. */
export const MAX_DRAW_FACTORS = { line: 3, colour: 2 } as const;
export type DrawSetting = keyof typeof MAX_DRAW_FACTORS;
export const DRAW_SETTINGS = ['line', 'colour'] as const satisfies readonly DrawSetting[];

/** Whether a setting of a drawn style may be so large. */
export function isDrawFactor(setting: DrawSetting, factor: number): boolean {
  return factor >= 0 && factor <= MAX_DRAW_FACTORS[setting];
}

/** The most colours that a palette may have. */
export const MAX_COLOURS = 8;
/** Red, green and blue, sRGB, 0..1. */
export type Rgb = readonly [number, number, number];

/** What to say to people who give another palette. */
export const PALETTE_EXPECTED = `none or 1 to ${MAX_COLOURS} colours as aabbcc-ddeeff`;

/**
 * Reads a palette as links have it: six digits for each colour, with `-` between them.
 * @returns from dark to light; empty for `none`, and null for what is no palette.
 */
export function parsePalette(text: string): Rgb[] | null {
  if (text === 'none') return [];
  if (!/^[\da-f]{6}(-[\da-f]{6})*$/i.test(text)) return null;
  const channel = (hex: string, at: number) => parseInt(hex.slice(at, at + 2), 16) / 255;
  const colours = text
    .split('-')
    .map((hex): Rgb => [channel(hex, 0), channel(hex, 2), channel(hex, 4)])
    .sort((a, b) => lumaOf(a) - lumaOf(b));
  return colours.length > MAX_COLOURS ? null : colours;
}

function lumaOf([red, green, blue]: Rgb): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

/** Whether a style is fast enough for every machine, or only for strong ones. */
export const GRADES = ['live', 'fine'] as const;
export type Grade = (typeof GRADES)[number];

/** Which grade of a style is taken: auto chooses, fine takes the fine one, light the live one. */
export const DETAILS = ['auto', 'fine', 'light'] as const;
export type Detail = (typeof DETAILS)[number];

/** What is added to a style's id for the id of its fine grade. */
const FINE = '-fine';

/** The id of a style's fine grade in the manifest. */
export function fineIdOf(style: string): string {
  return style + FINE;
}

/** Takes the id of a fine grade apart, as older links have it. Other ids stay as they are. */
export function splitFineId(id: string): { style: string; detail?: 'fine' } {
  const isFine = id.length > FINE.length && id.endsWith(FINE);
  return isFine ? { style: id.slice(0, -FINE.length), detail: 'fine' } : { style: id };
}
