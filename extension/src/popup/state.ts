/** What the popup shows and changes: one site, its choice, and the picture. */
import { signal } from '@preact/signals';
import { FAULTS, type ShownFault } from '../faults.ts';
import type { PictureKind, ToFrame } from '../background-protocol.ts';
import type { StyleName } from '../protocol.ts';
import {
  changeSite,
  patternOf,
  readSite,
  mayUseCamera,
  type SiteChanges,
  type SiteChoice,
  type SiteLook,
} from '../sites.ts';
import { openPreview, type Preview } from './preview.ts';

export const site = signal<SiteChoice | null>(null);
/** Whether the tab shows no site, as with the browser's own pages. */
export const noSite = signal(false);
export const picture = signal<MediaStream | null>(null);
export const shown = signal<PictureKind>('starting');
export const styles = signal<readonly StyleName[]>([]);
export const fault = signal<ShownFault | null>(null);
/** Whether the page was open before the site was switched on, and must be reloaded. */
export const mustReload = signal(false);
export const shortcut = signal('');

let tabId: number | undefined;
let preview: Preview | null = null;

/** Reads the tab and what was chosen for its site, and opens the preview. */
export async function start(): Promise<void> {
  const asked = new URLSearchParams(location.search).get('tab');
  const [active] = await chrome.tabs.query({ active: true, currentWindow: true });
  const tab = asked === null ? active : await chrome.tabs.get(Number(asked));
  tabId = tab?.id;
  const origin = tab?.url === undefined ? '' : new URL(tab.url).origin;
  if (!mayUseCamera(origin)) {
    noSite.value = true;
    return;
  }
  const [command] = await chrome.commands.getAll();
  shortcut.value = command?.shortcut ?? '';
  const stored = await readSite(origin);
  // The popup may have closed before the person refused; a permission can also be removed later.
  const isAllowed = await chrome.permissions.contains({ origins: [patternOf(origin)] });
  site.value = stored;
  if (stored.on && !isAllowed) await changeSiteChoice({ on: false });
  else if (stored.on) mustReload.value = !(await runsInTab());
  await refreshPreview();
}

/** Whether the page was loaded after the site was switched on. */
async function runsInTab(): Promise<boolean> {
  if (tabId === undefined) return true;
  const ask: ToFrame = { type: 'tell' };
  return chrome.tabs.sendMessage(tabId, ask, { frameId: 0 }).then(
    () => true,
    () => false,
  );
}

/** Opens the preview, or opens it again. */
export async function refreshPreview(): Promise<void> {
  const choice = site.value;
  if (!choice) return;
  preview?.close();
  fault.value = null;
  shown.value = 'starting';
  preview = await openPreview(choice, {
    onShown: (message) => {
      shown.value = message.shown;
      fault.value = message.fault;
      if (message.styles.length > 0) styles.value = message.styles;
    },
    onRefused: (why) => {
      fault.value = why;
    },
    onEnded: () => {
      picture.value = null;
    },
  });
  try {
    picture.value = new MediaStream([await preview.track]);
  } catch {
    fault.value ??= FAULTS.link;
  }
}

/** Changes and remembers; the call and the preview follow. */
export async function changeSiteChoice(changes: SiteChanges): Promise<void> {
  if (!site.value) return;
  site.value = { ...site.value, ...changes };
  await changeSite(site.value.origin, changes);
}

export async function changeLook(changes: Partial<SiteLook>): Promise<void> {
  if (site.value) await changeSiteChoice({ look: { ...site.value.look, ...changes } });
}

/** Switches the site on or off. Must be called from a click: the browser asks the person. */
export async function switchSite(on: boolean): Promise<void> {
  if (!site.value) return;
  const origins = [patternOf(site.value.origin)];
  // Remembered first: some systems close the popup while the browser asks.
  const remembered = changeSiteChoice({ on });
  const allowed = on ? await chrome.permissions.request({ origins }) : true;
  await remembered;
  if (!allowed) await changeSiteChoice({ on: false });
  mustReload.value = allowed;
}

export async function reload(): Promise<void> {
  if (tabId !== undefined) await chrome.tabs.reload(tabId);
  mustReload.value = false;
}
