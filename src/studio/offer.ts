import { computed, signal } from '@preact/signals';
import type { StyleInfo } from '../effect/protocol.ts';
import { awaitedStyle, change, look, resetLook, styleFaults } from './look.ts';
import { address, announce, choices, choose } from './state.ts';

/** Every style of the manifest, in its order. */
export const styles = signal<readonly StyleInfo[]>([]);

const NONE = { id: 'none', title: 'Original' };
/** What a style's fine grade adds to its id. */
const FINE = '-fine';

function has(id: string): boolean {
  return styles.value.some((style) => style.id === id);
}

/** The id under which a style stands in the strip: a fine grade is shown by its live one. */
export function tileOf(id: string): string {
  const live = id.endsWith(FINE) ? id.slice(0, -FINE.length) : id;
  return has(live) ? live : id;
}

/** The strip's order: the live picture, then one tile for both grades of a style. */
export const offered = computed(() => [NONE, ...styles.value.filter(({ id }) => tileOf(id) === id)]);

export const chosenTile = computed(() => (look.value.style === null ? null : tileOf(look.value.style)));
export const awaitedTile = computed(() => (awaitedStyle.value === null ? null : tileOf(awaitedStyle.value)));

/** Whether fine grades are wanted. An address that names a style has said so for this visit, either way. */
const fineWanted = signal(address.parameters.style?.endsWith(FINE) ?? choices.value.fine);

/** Whether the chosen style has a fine grade, and whether that one is on; null without one. */
export const fineDetail = computed(() => {
  const tile = chosenTile.value;
  return tile !== null && has(tile + FINE) ? { on: look.value.style === tile + FINE } : null;
});

/** Puts a style on, in its fine grade where that is wanted and can be had. */
export function chooseStyle(tile: string, title: string): void {
  announce(tile === 'none' ? 'No style: the live picture' : `Style ${title}`);
  const fine = tile + FINE;
  change({ style: fineWanted.value && has(fine) && !styleFaults.value.has(fine) ? fine : tile });
}

/** Whether any style is on. */
export const effectOn = computed(() => chosenTile.value !== NONE.id);
/** What is put on again after the live picture. */
let former: string | null = null;

/** Takes the style off, or puts it on again. */
export function toggleEffect(): void {
  const next = effectOn.value
    ? NONE
    : (offered.value.find(({ id }) => id === former && id !== NONE.id) ?? offered.value[1]);
  former = chosenTile.value;
  if (next) chooseStyle(next.id, next.title);
}

/** Chooses by place in the strip; nothing until it is known which styles there are. */
export function chooseStyleAt(place: number): void {
  const style = styles.value.length > 0 ? offered.value[place] : undefined;
  if (style) chooseStyle(style.id, style.title);
}

/** One style on or back, round the ends. */
export function stepStyle(by: 1 | -1): void {
  const count = offered.value.length;
  const at = offered.value.findIndex(({ id }) => id === chosenTile.value);
  chooseStyleAt((at + by + count) % count);
}

/** Turns the chosen style's fine grade on or off, and that of every style chosen later. */
export function toggleFine(): void {
  const tile = chosenTile.value;
  const detail = fineDetail.value;
  if (tile === null || detail === null) {
    announce('This style has no fine detail');
    return;
  }
  fineWanted.value = !detail.on;
  choose({ fine: fineWanted.value });
  announce(fineWanted.value ? 'Fine detail on' : 'Fine detail off');
  change({ style: fineWanted.value ? tile + FINE : tile });
}

/** The look as on the first day. */
export async function resetAll(): Promise<void> {
  fineWanted.value = false;
  choose({ fine: false });
  await resetLook(offered.value[1]?.id ?? NONE.id);
}
