/** What links say of a look. */
import { isBackgroundWord } from '../../effect/look.ts';
import { defaultPreferences } from '../base/preferences.ts';
import type { LookState } from '../look/look-store.ts';
import { DEFAULT_STYLE } from '../look/styles-store.ts';

/** A look as links can carry it: the quality is a matter of the machine. */
export type SharedLook = Readonly<Omit<LookState, 'quality'>>;

/** What a first visit shows, and the OBS page where its address says nothing. */
function firstLook(): SharedLook {
  const { region, strength, palette, detail } = defaultPreferences();
  return { style: DEFAULT_STYLE, region, strength, line: 1, colour: 1, palette, detail, background: 'live' };
}

/** Parameters in the order in which links have them. */
const NAMES = [
  'style',
  'region',
  'strength',
  'line',
  'colour',
  'palette',
  'detail',
  'background',
] as const satisfies readonly (keyof SharedLook)[];

/** The link to the studio with all of a look: what its reader has chosen does not matter. */
export function lookLink(look: SharedLook): string {
  return linkTo('.', parametersOf(look));
}

/**
 * What a call's link adds, so that people who join by it begin with the sender's look: only what
 * differs from a first visit. Begins with `&` unless it is empty.
 */
export function lookOfCall(look: SharedLook): string {
  const query = differencesOf(look).toString();
  return query === '' ? '' : `&${query}`;
}

/** The link to the OBS page that draws a camera of its own in this look, over nothing. */
export function obsCameraLink(look: SharedLook): string {
  const query = differencesOf(look);
  query.delete('background');
  return linkTo('obs.html', new URLSearchParams([['input', 'camera'], ...query]));
}

function linkTo(page: string, query: URLSearchParams): string {
  const link = new URL(page, document.baseURI);
  link.search = query.toString();
  return link.href;
}

function differencesOf(look: SharedLook): URLSearchParams {
  const first = Object.fromEntries(parametersOf(firstLook()));
  return new URLSearchParams([...parametersOf(look)].filter(([name, value]) => first[name] !== value));
}

function parametersOf(look: SharedLook): URLSearchParams {
  const query = new URLSearchParams();
  for (const name of NAMES) {
    const value = look[name];
    if (value === null || (name === 'background' && isPicture(look.background))) continue;
    query.set(name, typeof value === 'number' ? String(Number(value.toFixed(3))) : value);
  }
  return query;
}

/** Whether a background is a picture, which stays where it is. */
function isPicture(background: string): boolean {
  return !isBackgroundWord(background) && !background.startsWith('#');
}
