import { PortoonError } from '../../common/errors.ts';
import {
  type ResolvedBackground,
  type Detail,
  type ResolvedLook,
  type Quality,
  type Region,
} from '../protocol.ts';
import {
  DETAILS,
  DRAW_SETTINGS,
  isDrawFactor,
  isBackgroundWord,
  isNetSide,
  MAX_DRAW_FACTORS,
  NET_SIDE_EXPECTED,
  PALETTE_EXPECTED,
  parsePalette,
  REGIONS,
} from '../look.ts';
import { wrongOption } from './wrong-option.ts';

/** Longest side of a background image, in pixels; larger ones are scaled down. */
const LARGEST_PICTURE = 2048;
/** Words that CSS accepts for a colour and that have no meaning here. */
const CSS_WIDE = /^(inherit|initial|unset|revert|revert-layer|currentcolor)$/i;

/** A look as callers give it. All options are optional; those left out stay as they are. */
export interface LookOptions {
  /** A style's id, or `none`. */
  style?: string;
  /**
   * Where the style shows: `person`, a part of them (`face`, `hair`, `clothes`), `background` or
   * `everything`.
   */
  region?: Region;
  /** 0 (the live picture) .. 1 (the style alone). */
  strength?: number;
  /**
   * Factor on the width of the lines, 0 (none) .. 3; 1 is the style's own. For drawn styles only:
   * `StyleInfo.settings` says which follow it.
   */
  line?: number;
  /** Factor on the strength of colour, 0 (grey) .. 2; 1 is the style's own. As `line`. */
  colour?: number;
  /**
   * Colours that a drawn style takes in place of its own, 1 to 8 as in `aabbcc-ddeeff`, or `none`.
   * A style without the setting `colour` stays as it is.
   */
  palette?: string;
  /**
   * How fine the style is drawn: `fine` and `light` take its fine or its live grade; `auto` takes
   * the fine one for films and on graphics processors. A style without a fine grade is drawn with
   * its live one.
   */
  detail?: Detail;
  /** `live`, `blur`, `transparent`, a CSS colour, or the URL of a same-origin or blob: image. */
  background?: string;
  /** Short side of the style net's input in pixels, 32..1080; or `auto`, which keeps the rate. */
  quality?: Quality;
}

/**
 * Checks the options of a look, and loads the background image that they name.
 * @returns only what the options name.
 * @throws PortoonError `ERR_PARAMETER` naming the option, what it was and what it takes.
 * @throws PortoonError `ERR_IMAGE_UNREADABLE` if the background image does not load.
 */
export async function readLook(options: LookOptions): Promise<Partial<ResolvedLook>> {
  const look: Partial<ResolvedLook> = {};
  const { style, region, strength, palette, detail, background, quality } = options;
  if (style !== undefined) {
    if (typeof style !== 'string' || style === '')
      throw wrongOption('style', style, 'the id of a style, or "none"');
    look.style = style;
  }
  if (region !== undefined) {
    if (!REGIONS.includes(region)) throw wrongOption('region', region, `one of ${REGIONS.join(', ')}`);
    look.region = region;
  }
  if (strength !== undefined) {
    if (typeof strength !== 'number' || !(strength >= 0 && strength <= 1))
      throw wrongOption('strength', strength, 'a number from 0 to 1');
    look.strength = strength;
  }
  for (const setting of DRAW_SETTINGS) {
    const factor = options[setting];
    if (factor === undefined) continue;
    if (typeof factor !== 'number' || !isDrawFactor(setting, factor))
      throw wrongOption(setting, factor, `a number from 0 to ${MAX_DRAW_FACTORS[setting]}`);
    look[setting] = factor;
  }
  if (palette !== undefined) {
    const colours = typeof palette === 'string' ? parsePalette(palette) : null;
    if (!colours) throw wrongOption('palette', palette, PALETTE_EXPECTED);
    look.palette = colours;
  }
  if (detail !== undefined) {
    if (!DETAILS.includes(detail)) throw wrongOption('detail', detail, `one of ${DETAILS.join(', ')}`);
    look.detail = detail;
  }
  if (quality !== undefined) {
    if (quality !== 'auto' && !isNetSide(quality))
      throw wrongOption('quality', quality, `"auto" or ${NET_SIDE_EXPECTED}`);
    look.quality = quality;
  }
  if (background !== undefined) {
    if (typeof background !== 'string' || background === '')
      throw wrongOption(
        'background',
        background,
        'live, blur, transparent, a CSS colour or the URL of an image',
      );
    look.background = await readBackground(background);
  }
  return look;
}

async function readBackground(background: string): Promise<ResolvedBackground> {
  if (isBackgroundWord(background)) return { kind: background };
  if (CSS.supports('color', background) && !CSS_WIDE.test(background))
    return { kind: 'colour', rgb: parseColour(background) };
  const url = URL.canParse(background, location.href) ? new URL(background, location.href) : null;
  const ours = url !== null && (url.protocol === 'blob:' || url.origin === location.origin);
  if (!url || !ours)
    throw wrongOption(
      'background',
      background,
      'live, blur, transparent, a CSS colour or the URL of a same-origin image',
    );
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return { kind: 'image', bitmap: await readPicture(await response.blob()) };
  } catch (cause) {
    throw new PortoonError(
      'ERR_IMAGE_UNREADABLE',
      `The background ${url.protocol === 'blob:' ? 'picture' : `"${background}"`} cannot be read as an image.`,
      'Choose a JPEG, PNG, WebP or AVIF picture, a colour, blur or live.',
      { cause },
    );
  }
}

/** Reads an image and scales it down to what every GPU can take and a canvas can show. */
async function readPicture(blob: Blob): Promise<ImageBitmap> {
  const bitmap = await createImageBitmap(blob);
  const shrink = LARGEST_PICTURE / Math.max(bitmap.width, bitmap.height);
  if (shrink >= 1) return bitmap;
  try {
    return await createImageBitmap(bitmap, {
      resizeWidth: Math.max(1, Math.round(bitmap.width * shrink)),
      resizeHeight: Math.max(1, Math.round(bitmap.height * shrink)),
      resizeQuality: 'high',
    });
  } finally {
    bitmap.close();
  }
}

/** Lets the browser parse a CSS colour: it paints one pixel, which is read back as 0..1. */
function parseColour(css: string): [number, number, number] {
  const context = new OffscreenCanvas(1, 1).getContext('2d');
  if (!context) return [0, 0, 0];
  context.fillStyle = css;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return [red! / 255, green! / 255, blue! / 255];
}
