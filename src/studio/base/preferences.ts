import * as v from 'valibot';
import {
  DETAILS,
  MAX_DRAW_FACTORS,
  parsePalette,
  REGIONS,
  splitFineId,
  type DrawSetting,
} from '../../effect/look.ts';
import { nameSchema } from '../../call/link.ts';

const BACKGROUND_KINDS = ['live', 'blur', 'colour', 'image', 'transparent'] as const;
/** What is shown behind the person, as the settings offer it. */
export type BackgroundKind = (typeof BACKGROUND_KINDS)[number];

export const RESOLUTIONS = ['360p', '720p', '1080p'] as const;
export type Resolution = (typeof RESOLUTIONS)[number];

/**
 * Formats to choose before recording. A still image is not among them: it has a button of its own.
 */
export const CLIP_FORMATS = ['mp4', 'webm', 'webm-alpha', 'gif'] as const;
export type ClipFormat = (typeof CLIP_FORMATS)[number];

export const THEMES = ['system', 'light', 'dark'] as const;

const factor = (setting: DrawSetting) =>
  v.pipe(v.number(), v.minValue(0), v.maxValue(MAX_DRAW_FACTORS[setting]));

/** Every field has its own fallback, so one bad value loses one preference and not all of them. */
const Schema = v.object({
  version: v.literal(1),
  style: v.fallback(v.nullable(v.pipe(v.string(), v.nonEmpty())), null),
  /** Colours of a picture for drawn styles, as links have them. */
  palette: v.fallback(
    v.pipe(
      v.string(),
      v.check((text) => parsePalette(text) !== null),
    ),
    'none',
  ),
  detail: v.fallback(v.picklist(DETAILS), 'auto'),
  region: v.fallback(v.picklist(REGIONS), 'person'),
  strength: v.fallback(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 1),
  /** What was set of drawn styles, by their ids. */
  drawing: v.fallback(v.record(v.string(), v.object({ line: factor('line'), colour: factor('colour') })), {}),
  background: v.fallback(v.picklist(BACKGROUND_KINDS), 'live'),
  colour: v.fallback(v.pipe(v.string(), v.regex(/^#[\da-f]{6}$/)), '#2f6f5e'),
  cameraId: v.fallback(v.nullable(v.string()), null),
  resolution: v.fallback(v.picklist(RESOLUTIONS), '720p'),
  mirrorCamera: v.fallback(v.boolean(), true),
  mirrorOther: v.fallback(v.boolean(), false),
  /** Whether single keys do something. */
  shortcuts: v.fallback(v.boolean(), true),
  theme: v.fallback(v.picklist(THEMES), 'system'),
  /** Null until a person opens or closes it: until then the window's size decides. */
  panel: v.fallback(v.nullable(v.boolean()), null),
  stats: v.fallback(v.boolean(), false),
  welcomed: v.fallback(v.boolean(), false),
  lastSource: v.fallback(v.picklist(['camera', 'demo']), 'camera'),
  /** Whether the sound of films is heard. */
  filmSound: v.fallback(v.boolean(), true),
  /** Shown to the others in a call. */
  name: v.fallback(nameSchema, ''),
  microphoneId: v.fallback(v.nullable(v.string()), null),
  /** Null for the system's choice. */
  speakerId: v.fallback(v.nullable(v.string()), null),
  /** WHIP address of the media server. */
  broadcastUrl: v.fallback(v.string(), ''),
  broadcastKeepsToken: v.fallback(v.boolean(), false),
  /** Empty unless the person asked to remember it. */
  broadcastToken: v.fallback(v.string(), ''),
  broadcastSound: v.fallback(v.boolean(), true),
  broadcastSimulcast: v.fallback(v.boolean(), false),
  broadcastBitrate: v.fallback(v.picklist(['1', '2.5', '5']), '2.5'),
  /** Whether viewers who have the OBS link can connect. */
  obsOn: v.fallback(v.boolean(), false),
  /** The secret part of the OBS link; empty until the link was switched on once. */
  obsKey: v.fallback(v.pipe(v.string(), v.regex(/^([\w-]{22})?$/)), ''),
  /** Whether OBS gets the person alone, on a transparent background. */
  obsAlpha: v.fallback(v.boolean(), true),
  obsSound: v.fallback(v.boolean(), false),
  /** Null until a person chooses one: until then clips use the most widely playable format. */
  clipFormat: v.fallback(v.nullable(v.picklist(CLIP_FORMATS)), null),
  /** Whether clips have a constant frame rate, as some editors need it. */
  clipConstantRate: v.fallback(v.boolean(), false),
  /** Whether clips record the microphone. */
  clipSound: v.fallback(v.boolean(), true),
  /** Whether clips of a call record everyone's sound. */
  clipCallSound: v.fallback(v.boolean(), false),
});

/** What the page remembers of a person's settings. */
export type Preferences = v.InferOutput<typeof Schema>;

const KEY = 'portoon';

/** Names of preferences in earlier versions, and what they are called now. */
const RENAMED: readonly (readonly [before: string, now: keyof Preferences])[] = [
  ['backdrop', 'background'],
  ['deviceId', 'cameraId'],
  ['lastInput', 'lastSource'],
  ['filmHeard', 'filmSound'],
  ['broadcastRate', 'broadcastBitrate'],
  ['clipEvenRate', 'clipConstantRate'],
  ['clipCall', 'clipCallSound'],
];

/** What a first visit starts with. */
export function defaultPreferences(): Preferences {
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

/** Reads the stored preferences; damaged or missing storage gives the defaults. */
export function loadPreferences(storage: Pick<Storage, 'getItem'> | null): Preferences {
  try {
    const stored: unknown = JSON.parse(storage?.getItem(KEY) ?? 'null');
    const result = v.safeParse(Schema, renamed(stored));
    // An earlier version remembered the fine grade as a style of its own.
    const grade = result.success && result.output.style !== null ? splitFineId(result.output.style) : {};
    if (result.success) return { ...result.output, ...grade };
  } catch {
    // Damaged or denied: start from the defaults.
  }
  return defaultPreferences();
}

/** Gives values that an earlier version stored their present names. Storing drops the old ones. */
function renamed(stored: unknown): unknown {
  if (typeof stored !== 'object' || stored === null) return stored;
  const values = new Map<string, unknown>(Object.entries(stored));
  for (const [before, now] of RENAMED)
    if (values.has(before) && !values.has(now)) values.set(now, values.get(before));
  return Object.fromEntries(values);
}

/** Stores the preferences. Where storage is denied or full, the page works on without it. */
export function savePreferences(storage: Pick<Storage, 'setItem'> | null, preferences: Preferences): void {
  try {
    storage?.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // No need to tell anybody: the preference holds until the page closes.
  }
}
