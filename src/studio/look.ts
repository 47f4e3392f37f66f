import { signal } from '@preact/signals';
import type { Quality, Region } from '../effect/protocol.ts';
import type { Effect } from '../effect/effect.ts';
import { defaultChoices, type Backdrop } from './choices.ts';
import { toHex } from './colour.ts';
import { tellFault, retract, type Action } from './notices.ts';
import { forgetPicture, keepPicture, loadPicture } from './picture.ts';
import { address, announce, choices, choose } from './state.ts';

/** How the picture is to look, in the words that the effect takes. */
export interface Look {
  /** Null until the manifest says which styles there are. */
  style: string | null;
  region: Region;
  strength: number;
  background: string;
  quality: Quality;
}

const asked = address.parameters;
const remembered = choices.value;

/** The background as the page offers it; {@link Look.background} follows from it. */
export const backdrop = signal<Backdrop>(remembered.backdrop);
export const colour = signal(remembered.colour);
/** Address of the chosen picture, if there is one. */
export const picture = signal<string | null>(null);

if (asked.background !== undefined) {
  const { background } = asked;
  if (background === 'live' || background === 'blur' || background === 'transparent')
    backdrop.value = background;
  else {
    const hex = toHex(background);
    backdrop.value = hex === null ? 'image' : 'colour';
    if (hex === null) picture.value = background;
    else colour.value = hex;
  }
}

function backgroundNow(): string {
  switch (backdrop.value) {
    case 'colour':
      return colour.value;
    case 'image':
      return picture.value ?? 'live';
    default:
      return backdrop.value;
  }
}

/** What the controls show. The effect follows as fast as it can. */
export const look = signal<Look>({
  style: asked.style ?? remembered.style,
  region: asked.region ?? remembered.region,
  strength: asked.strength ?? remembered.strength,
  background: backgroundNow(),
  quality: asked.quality ?? 'auto',
});

/** The style that is being fetched, for its tile's spinner. */
export const awaitedStyle = signal<string | null>(null);

let effect: Effect | null = null;
let shown: Look = look.value;
const busy = new Set<keyof Look>();

/**
 * Hands over a new effect that was made with `initial`. Its style is asked for once more, because only `set` says
 * why a style did not come, and the background only now, so that a bad picture does not keep the effect away.
 */
export function setLookTarget(next: Effect | null, initial: Look): void {
  effect = next;
  shown = { ...initial, style: null, background: 'live' };
  for (const key of Object.keys(look.value) as (keyof Look)[]) void follow(key);
}

/** Brings one aspect of the effect up to date; while a change is under way only the newest wish waits behind it. */
async function follow(key: keyof Look): Promise<void> {
  if (busy.has(key)) return;
  busy.add(key);
  try {
    while (effect && look.value[key] !== shown[key]) {
      const asking = effect;
      const target = look.value;
      if (key === 'style') awaitedStyle.value = target.style;
      try {
        await asking.set({ [key]: target[key] });
        shown = { ...shown, [key]: target[key] };
        retract(`look:${key}`);
        remember(key);
      } catch (error) {
        // Its successor is asked instead.
        if (asking !== effect) continue;
        // The old look goes on, and so say the controls, unless the person has moved on.
        if (look.value[key] === target[key]) restore(key);
        tellFault(`look:${key}`, error, waysOut(key, target));
      }
    }
  } finally {
    busy.delete(key);
    if (key === 'style') awaitedStyle.value = null;
  }
}

function restore(key: keyof Look): void {
  // An effect whose very first style did not come has none.
  if (shown.style === null) shown = { ...shown, style: 'none' };
  look.value = { ...look.value, [key]: shown[key] };
  if (key === 'background') {
    const now = shown.background;
    if (now === 'live' || now === 'blur' || now === 'transparent') backdrop.value = now;
    else if (now === picture.value) backdrop.value = 'image';
    else if (now.startsWith('#')) {
      backdrop.value = 'colour';
      colour.value = now;
    } else {
      picture.value = now;
      backdrop.value = 'image';
    }
  }
}

function waysOut(key: keyof Look, target: Look): Action[] {
  if (key !== 'style') return [];
  return [
    {
      label: 'Try again',
      run: () => {
        change({ style: target.style });
      },
    },
  ];
}

function remember(key: keyof Look): void {
  if (key === 'style') choose({ style: shown.style });
  else if (key === 'region') choose({ region: shown.region });
  else if (key === 'strength') choose({ strength: shown.strength });
  else if (key === 'background') choose({ backdrop: backdrop.value, colour: colour.value });
}

/** Changes how the picture looks. */
export function change(patch: Partial<Look>): void {
  look.value = { ...look.value, ...patch };
  for (const key of Object.keys(patch) as (keyof Look)[]) void follow(key);
}

export function setBackdrop(next: Backdrop): void {
  backdrop.value = next;
  // An image without a picture waits for one to be chosen; the room behind stays live until then.
  change({ background: backgroundNow() });
}

export function setColour(next: string): void {
  colour.value = next;
  setBackdrop('colour');
}

/** Puts a picture behind the person and keeps it for the next visit. */
export async function setPicture(file: Blob): Promise<void> {
  const before = picture.value;
  picture.value = URL.createObjectURL(file);
  setBackdrop('image');
  if (before?.startsWith('blob:')) {
    // The effect may still be reading it.
    setTimeout(() => {
      URL.revokeObjectURL(before);
    }, 10_000);
  }
  announce('Background picture chosen');
  await keepPicture(file);
}

/** Brings back the picture of the last visit. */
export async function restorePicture(): Promise<void> {
  if (picture.value !== null) return;
  const kept = await loadPicture();
  if (!kept) return;
  picture.value = URL.createObjectURL(kept);
  if (backdrop.value === 'image') change({ background: backgroundNow() });
}

/** Everything about the picture as on the first day; the theme and the camera stay as chosen. */
export async function resetLook(firstStyle: string): Promise<void> {
  const first = defaultChoices();
  choose({ mirrorCamera: first.mirrorCamera, mirrorOther: first.mirrorOther });
  colour.value = first.colour;
  backdrop.value = first.backdrop;
  change({
    style: firstStyle,
    region: first.region,
    strength: first.strength,
    background: 'live',
    quality: 'auto',
  });
  if (picture.value?.startsWith('blob:')) URL.revokeObjectURL(picture.value);
  picture.value = null;
  announce('Settings reset');
  await forgetPicture();
}
