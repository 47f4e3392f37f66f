import * as v from 'valibot';
import { REGIONS } from '../effect/protocol.ts';
import { nameSchema } from '../call/link.ts';

export const BACKDROPS = ['live', 'blur', 'colour', 'image', 'transparent'] as const;
/** What stands behind the person, as the page offers it. */
export type Backdrop = (typeof BACKDROPS)[number];

export const RESOLUTIONS = ['360p', '720p', '1080p'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/** The formats of clips that one chooses beforehand; a still is taken, not chosen. */
export const CLIP_FORMATS = ['mp4', 'webm', 'webm-alpha', 'gif'] as const;
export type ClipFormat = (typeof CLIP_FORMATS)[number];

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** Every field falls back on its own, so one bad value costs one choice and not all of them. */
const Schema = v.object({
  version: v.literal(1),
  style: v.fallback(v.nullable(v.pipe(v.string(), v.nonEmpty())), null),
  /** Whether the fine grade of a style is taken where it has one. */
  fine: v.fallback(v.boolean(), false),
  region: v.fallback(v.picklist(REGIONS), 'person'),
  strength: v.fallback(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 1),
  backdrop: v.fallback(v.picklist(BACKDROPS), 'live'),
  colour: v.fallback(v.pipe(v.string(), v.regex(/^#[\da-f]{6}$/)), '#2f6f5e'),
  deviceId: v.fallback(v.nullable(v.string()), null),
  resolution: v.fallback(v.picklist(RESOLUTIONS), '720p'),
  mirrorCamera: v.fallback(v.boolean(), true),
  mirrorOther: v.fallback(v.boolean(), false),
  theme: v.fallback(v.picklist(THEMES), 'system'),
  /** Null until touched: then the window's size decides. */
  panel: v.fallback(v.nullable(v.boolean()), null),
  stats: v.fallback(v.boolean(), false),
  welcomed: v.fallback(v.boolean(), false),
  lastInput: v.fallback(v.picklist(['camera', 'demo']), 'camera'),
  /** What others call this person in a call. */
  name: v.fallback(nameSchema, ''),
  microphoneId: v.fallback(v.nullable(v.string()), null),
  /** Where a broadcast goes. */
  broadcastUrl: v.fallback(v.string(), ''),
  broadcastKeepsToken: v.fallback(v.boolean(), false),
  /** Empty unless the person wants it kept. */
  broadcastToken: v.fallback(v.string(), ''),
  broadcastSound: v.fallback(v.boolean(), true),
  broadcastSimulcast: v.fallback(v.boolean(), false),
  broadcastRate: v.fallback(v.picklist(['1', '2.5', '5']), '2.5'),
  /** Whether pages that have the OBS link are answered. */
  obsOn: v.fallback(v.boolean(), false),
  /** What the link is made of; empty until it was switched on once. */
  obsKey: v.fallback(v.pipe(v.string(), v.regex(/^([\w-]{22})?$/)), ''),
  /** Whether the link shows the person alone. */
  obsAlpha: v.fallback(v.boolean(), true),
  obsSound: v.fallback(v.boolean(), false),
  /** The format of clips; null until one is chosen: then the one that plays in most places. */
  clipFormat: v.fallback(v.nullable(v.picklist(CLIP_FORMATS)), null),
  /** Whether clips have the microphone's sound. */
  clipSound: v.fallback(v.boolean(), true),
  /** Whether clips of a call have everybody's sound. */
  clipCall: v.fallback(v.boolean(), false),
});

/** What the page remembers of a person's settings. */
export type Choices = v.InferOutput<typeof Schema>;

const KEY = 'portoon';

/** What a first visit starts with. */
export function defaultChoices(): Choices {
  return { version: 1, ...v.getFallbacks(v.omit(Schema, ['version'])) };
}

/** The page's storage, or null where the browser denies it. */
export function openStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

/** Reads what was kept; damaged or missing storage reads as the defaults. */
export function loadChoices(storage: Pick<Storage, 'getItem'> | null): Choices {
  try {
    const kept: unknown = JSON.parse(storage?.getItem(KEY) ?? 'null');
    const result = v.safeParse(Schema, kept);
    if (result.success) return result.output;
  } catch {
    // Damaged or denied: start afresh.
  }
  return defaultChoices();
}

/** Keeps the choices; where that is denied or full, the page goes on without memory. */
export function saveChoices(storage: Pick<Storage, 'setItem'> | null, choices: Choices): void {
  try {
    storage?.setItem(KEY, JSON.stringify(choices));
  } catch {
    // Nothing to tell: the choice holds until the page closes.
  }
}
