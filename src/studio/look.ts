import { signal } from '@preact/signals';
import type { Fault, Quality, Region } from '../effect/protocol.ts';
import type { Effect } from '../effect/effect.ts';
import { PortoonError } from '../effect/errors.ts';
import { defaultChoices, type Backdrop } from './choices.ts';
import { toHex } from './colour.ts';
import { asFault, tellFault, retract, type Action } from './notices.ts';
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

/** Brings the controls to a background in the effect's words. */
function showBackground(background: string): void {
  if (background === 'live' || background === 'blur' || background === 'transparent') {
    backdrop.value = background;
    return;
  }
  const hex = toHex(background);
  backdrop.value = hex === null ? 'image' : 'colour';
  if (hex === null) picture.value = background;
  else colour.value = hex;
}

if (asked.background !== undefined) showBackground(asked.background);

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

/** Why a style could not be had, until it can. */
export const styleFaults = signal<ReadonlyMap<string, Fault>>(new Map());

/** Marks a style as one that cannot be had, or no longer. */
export function markStyle(style: string, fault: Fault | null): void {
  if (!fault && !styleFaults.value.has(style)) return;
  const faults = new Map(styleFaults.value);
  if (fault) faults.set(style, fault);
  else faults.delete(style);
  styleFaults.value = faults;
}

/** Regions that this effect's nets cannot tell apart. */
export const refusedRegions = signal<ReadonlySet<Region>>(new Set());

let effect: Effect | null = null;
/** What the effect itself says that it shows. */
let shown: Look = look.value;
/** What is being asked of the current effect; a new effect has a new one. */
let busy = new Set<keyof Look>();
/** What a person changed on this visit. Only that is remembered, not what the address asked for. */
const touched = new Set<keyof Look>();

/**
 * Hands over a new effect that was made with `initial`. Its style and region are asked for once more, because only
 * `set` says why one did not come, and the background only now, so that a bad picture does not keep the effect away.
 */
export function setLookTarget(next: Effect | null, initial: Look): void {
  effect = next;
  busy = new Set();
  awaitedStyle.value = null;
  refusedRegions.value = new Set();
  shown = { ...initial, style: null, region: 'person', background: 'live' };
  if (!next) return;
  next.on('look', (changed) => {
    if (next === effect) heed(changed);
  });
  for (const key of Object.keys(look.value) as (keyof Look)[]) void follow(key);
}

/** The effect shows something else than before. Where it was a script that asked, the controls go along. */
function heed(changed: Partial<Look>): void {
  shown = { ...shown, ...changed };
  for (const key of Object.keys(changed) as (keyof Look)[]) {
    if (key === 'style') markStyle(shown.style ?? 'none', null);
    // What is being asked for here is settled by who asks.
    if (busy.has(key)) continue;
    touched.delete(key);
    showOnControls(key);
  }
}

/** Brings one aspect of the effect up to date; while a change is under way only the newest wish waits behind it. */
async function follow(key: keyof Look): Promise<void> {
  const asking = effect;
  const mine = busy;
  if (!asking || mine.has(key)) return;
  if (look.value[key] === shown[key]) {
    if (touched.has(key)) remember(key);
    return;
  }
  mine.add(key);
  try {
    while (look.value[key] !== shown[key]) {
      const target = look.value;
      if (key === 'style') awaitedStyle.value = target.style;
      try {
        await asking.set({ [key]: target[key] });
        // The successor is told by a call of its own.
        if (mine !== busy) return;
        retract(`look:${key}`);
        // A script that asked after us has its way, unless the person has moved on.
        if (shown[key] !== target[key]) {
          touched.delete(key);
          if (look.value[key] === target[key]) showOnControls(key);
        } else void settle(key);
      } catch (error) {
        if (mine !== busy) return;
        if (key === 'background') dropPicture(target.background, error);
        if (key === 'style' && target.style !== null && isNetsFault(error))
          markStyle(target.style, asFault(error));
        if (error instanceof PortoonError && error.code === 'ERR_PARTS_MISSING')
          refusedRegions.value = new Set(refusedRegions.value).add(target.region);
        // The old look goes on, and so say the controls, unless the person has moved on.
        if (look.value[key] === target[key]) showOnControls(key);
        tellFault(`look:${key}`, error, waysOut(key, target));
      }
    }
  } finally {
    mine.delete(key);
    if (key === 'style' && mine === busy) awaitedStyle.value = null;
  }
}

/** What is left to do when the effect shows what was asked for. A picture is kept before it is said that there is one. */
async function settle(key: keyof Look): Promise<void> {
  if (key === 'background') await settlePicture();
  if (touched.has(key)) remember(key);
}

/** Whether an error lies with one net, and not with the effect as a whole. */
function isNetsFault(error: unknown): boolean {
  return error instanceof PortoonError && error.code.startsWith('ERR_MODEL_');
}

function showOnControls(key: keyof Look): void {
  // An effect whose very first style did not come has none.
  if (key === 'style' && shown.style === null) shown = { ...shown, style: 'none' };
  look.value = { ...look.value, [key]: shown[key] };
  if (key === 'background') showBackground(shown.background);
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
  else if (key === 'background') {
    // A picture that the effect has not taken, or one from the address, is none to come back to.
    if (backdrop.value === 'image' && !blobUrls.has(shown.background)) return;
    choose({ backdrop: backdrop.value });
    if (backdrop.value === 'colour') choose({ colour: colour.value });
  }
}

/** Changes how the picture looks, because a person wants it so. */
export function change(patch: Partial<Look>): void {
  for (const key of Object.keys(patch) as (keyof Look)[]) touched.add(key);
  apply(patch);
}

function apply(patch: Partial<Look>): void {
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

/** Counts the pictures that were chosen; the newest wins however long each takes to decode. */
let picks = 0;
/** A chosen picture that the effect has not taken yet, and the address of the one before it. */
let candidate: { url: string; file: Blob; before: string | null } | null = null;
const blobUrls = new Set<string>();

function urlOf(file: Blob): string {
  const url = URL.createObjectURL(file);
  blobUrls.add(url);
  return url;
}

async function isPicture(file: Blob): Promise<boolean> {
  try {
    (await createImageBitmap(file)).close();
    return true;
  } catch (cause) {
    tellFault(
      'look:background',
      new PortoonError(
        'ERR_IMAGE_UNREADABLE',
        'The background picture cannot be read as an image.',
        'Choose a JPEG, PNG, WebP or AVIF picture, a colour, blur or live.',
        { cause },
      ),
    );
    return false;
  }
}

/** Puts a picture behind the person and keeps it for the next visit. One that cannot be read changes nothing. */
export async function setPicture(file: Blob): Promise<void> {
  const pick = ++picks;
  if (!(await isPicture(file)) || pick !== picks) return;
  const url = urlOf(file);
  candidate = { url, file, before: candidate ? candidate.before : picture.value };
  picture.value = url;
  setBackdrop('image');
  announce('Background picture chosen');
}

/** The effect shows the newest background: keeps its picture, and lets go of those that nothing needs any more. */
async function settlePicture(): Promise<void> {
  const taken = candidate?.url === shown.background ? candidate : null;
  if (taken) candidate = null;
  const needed = [shown.background, look.value.background, picture.value, candidate?.before];
  for (const url of blobUrls) {
    if (needed.includes(url)) continue;
    URL.revokeObjectURL(url);
    blobUrls.delete(url);
  }
  if (taken) await keepPicture(taken.file);
}

/** The effect cannot read the picture at `url`: it is offered no longer. */
function dropPicture(url: string, error: unknown): void {
  if (!(error instanceof PortoonError) || error.code !== 'ERR_IMAGE_UNREADABLE') return;
  if (url === candidate?.url) {
    picture.value = candidate.before;
    candidate = null;
  } else if (url === picture.value) {
    picture.value = null;
    if (blobUrls.has(url)) void forgetPicture();
  }
}

/** Brings back the picture of the last visit. */
export async function restorePicture(): Promise<void> {
  if (picture.value !== null) return;
  const kept = await loadPicture();
  if (!kept) return;
  if (!(await isPicture(kept))) {
    await forgetPicture();
    return;
  }
  // Meanwhile another may have been chosen.
  if (picks > 0) return;
  picture.value = urlOf(kept);
  if (backdrop.value === 'image') apply({ background: backgroundNow() });
}

/** Everything about the picture as on the first day; the theme and the camera stay as chosen. */
export async function resetLook(firstStyle: string): Promise<void> {
  const first = defaultChoices();
  choose({ mirrorCamera: first.mirrorCamera, mirrorOther: first.mirrorOther, colour: first.colour });
  colour.value = first.colour;
  backdrop.value = first.backdrop;
  change({
    style: firstStyle,
    region: first.region,
    strength: first.strength,
    background: 'live',
    quality: 'auto',
  });
  picks++;
  candidate = null;
  picture.value = null;
  announce('Settings reset');
  await forgetPicture();
}
