/** What was chosen for each site, as the browser keeps it. */
import { REGIONS, type Region } from '../../src/effect/look.ts';

/** What stays of a look from one visit of a site to the next. */
export interface SiteLook {
  style: string;
  region: Region;
  /** 0..1. */
  strength: number;
  /** `live`, `blur` or a CSS colour. */
  background: string;
}

/** What was chosen for one site. */
export interface SiteChoice {
  /** As in `https://meet.example`. */
  readonly origin: string;
  /** Whether pages of this site get the cartoon in place of the camera. */
  on: boolean;
  /** Whether the cartoon is shown, or the camera's own picture. */
  cartoon: boolean;
  look: SiteLook;
  /**
   * What the call shows when the effect fails: a still picture, or the camera. Chosen for all sites
   * at once.
   */
  onFailure: 'still' | 'camera';
}

export type SiteChanges = Partial<Omit<SiteChoice, 'origin'>>;

const FIRST_LOOK: SiteLook = { style: 'toon', region: 'person', strength: 1, background: 'live' };

const ON_FAILURE = 'onFailure';
const keyOf = (origin: string) => `site ${origin}`;

/** Whether pages of this origin may use a camera at all. */
export function mayUseCamera(origin: string): boolean {
  return origin.startsWith('https://') || /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(origin);
}

/** The match pattern of a site, for the browser's permissions and scripts. */
export function patternOf(origin: string): string {
  const { protocol, hostname } = new URL(origin);
  // A pattern has no port: it is for all of them.
  return `${protocol}//${hostname}/*`;
}

/** What was chosen for a site; off, where nothing was. */
export async function readSite(origin: string): Promise<SiteChoice> {
  const stored = await chrome.storage.local.get([keyOf(origin), ON_FAILURE]);
  return siteFrom(origin, stored[keyOf(origin)], stored[ON_FAILURE]);
}

let last: Promise<void> = Promise.resolve();

/**
 * Changes some of a site's settings. Changes are made one after the other, so that none undoes
 * another.
 */
export function changeSite(origin: string, changes: SiteChanges): Promise<void> {
  const change = async () => {
    const { onFailure, ...site } = { ...(await readSite(origin)), ...changes };
    await chrome.storage.local.set({ [keyOf(origin)]: site, [ON_FAILURE]: onFailure });
  };
  last = last.then(change, change);
  return last;
}

/** All sites for which something was chosen. */
export async function readSites(): Promise<SiteChoice[]> {
  const stored = await chrome.storage.local.get(null);
  return Object.entries(stored)
    .filter(([key]) => key.startsWith(keyOf('')))
    .map(([key, value]) => siteFrom(key.slice(keyOf('').length), value, stored[ON_FAILURE]));
}

/** Calls `listener` with what is chosen for a site now, after each change of it. */
export function onSiteChanged(origin: string, listener: (site: SiteChoice) => void): () => void {
  const heard = (changes: Readonly<Record<string, unknown>>) => {
    if (!(keyOf(origin) in changes) && !(ON_FAILURE in changes)) return;
    void readSite(origin).then(listener);
  };
  chrome.storage.local.onChanged.addListener(heard);
  return () => {
    chrome.storage.local.onChanged.removeListener(heard);
  };
}

/** Reads what was stored, perhaps by an older version. */
function siteFrom(origin: string, stored: unknown, onFailure: unknown): SiteChoice {
  const given = (stored ?? {}) as Partial<SiteChoice>;
  const look = { ...FIRST_LOOK, ...given.look };
  return {
    origin,
    on: given.on === true,
    cartoon: given.cartoon !== false,
    look: { ...look, region: REGIONS.includes(look.region) ? look.region : FIRST_LOOK.region },
    onFailure: onFailure === 'camera' ? 'camera' : 'still',
  };
}
