import { computed, effect, signal } from '@preact/signals';
import { loadChoices, openStorage, saveChoices, type Choices } from './choices.ts';
import { toHex } from './colour.ts';
import { readParameters } from './parameters.ts';

/** What the address asked for. It wins over what was remembered, for this visit only. */
export const address = readParameters(location.search, {
  base: location.href,
  isColour: (value) => toHex(value) !== null,
});

const storage = openStorage();

/** What the page remembers. Change it with {@link choose}. */
export const choices = signal<Choices>(loadChoices(storage));

/** Changes remembered choices. Only what changed is written, so that another tab's choices stay. */
export function choose(patch: Partial<Choices>): void {
  choices.value = { ...choices.value, ...patch };
  saveChoices(storage, { ...loadChoices(storage), ...patch });
}

/** The promise that other programs read from `<html data-state>`. */
export type PageState = 'loading' | 'ready' | 'running' | 'error';
export const pageState = signal<PageState>('loading');

effect(() => {
  document.documentElement.dataset.state = pageState.value;
});

effect(() => {
  const { theme } = choices.value;
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
});

/** What a screen reader hears next, politely. */
export const announcement = signal('');

export function announce(text: string): void {
  announcement.value = text;
}

/** Windows too small to keep the settings open beside the picture. */
const narrow = matchMedia('(max-width: 1099px), (max-height: 560px)');
/** Windows where the settings are a sheet from below. */
const phone = matchMedia('(max-width: 700px) and (orientation: portrait)');

function follow(query: MediaQueryList) {
  const matches = signal(query.matches);
  query.addEventListener('change', () => {
    matches.value = query.matches;
  });
  return matches;
}

const isNarrow = follow(narrow);
export const isPhone = follow(phone);

/** Where in a call this page is. */
export type CallStage = 'none' | 'lobby' | 'joining' | 'in';
export const callStage = signal<CallStage>(address.parameters.room === undefined ? 'none' : 'lobby');
const calling = computed(() => callStage.value !== 'none');

/** Small windows and calls start with the settings closed, whatever was remembered: there is no room to spare. */
const cramped = computed(() => isNarrow.value || calling.value);
const openHere = signal<boolean | null>(null);
effect(() => {
  if (calling.value) openHere.value = null;
});
export const panelOpen = computed(() =>
  cramped.value ? (openHere.value ?? false) : (choices.value.panel ?? true),
);

export function togglePanel(open = !panelOpen.value): void {
  if (cramped.value) openHere.value = open;
  else choose({ panel: open });
}

export const statsShown = signal(address.parameters.stats ?? choices.value.stats);

export function toggleStats(shown = !statsShown.value): void {
  statsShown.value = shown;
  choose({ stats: shown });
  announce(shown ? 'Read-out shown' : 'Read-out hidden');
}

export const helpOpen = signal(false);
export const interfaceHidden = signal(false);
/** Phones that know no full screen get no button for it. */
export const canFullscreen = document.fullscreenEnabled;
export const comparing = signal(false);
/** Where the divider stands, as a share of the picture's visible width. */
export const dividerAt = signal(0.5);

export function toggleComparing(): void {
  comparing.value = !comparing.value;
  announce(comparing.value ? 'Before and after shown' : 'Before and after hidden');
}

export function toggleFullscreen(): void {
  if (!canFullscreen) return;
  const change = document.fullscreenElement
    ? document.exitFullscreen()
    : document.documentElement.requestFullscreen({ navigationUI: 'hide' });
  // A browser that refuses leaves the window as it is; nothing to tell.
  change.catch(() => undefined);
}

export const fullscreen = signal(false);
document.addEventListener('fullscreenchange', () => {
  fullscreen.value = document.fullscreenElement !== null;
});
