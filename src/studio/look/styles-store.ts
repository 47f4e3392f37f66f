import { computed, signal } from '@preact/signals';
import type { DrawSetting, StyleInfo } from '../../effect/index.ts';
import type { PageStore } from '../base/page-store.ts';
import type { PreferencesStore } from '../base/preferences-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import type { LookStore } from './look-store.ts';

/** What a first visit shows if the manifest has it, else the manifest's first style. */
export const DEFAULT_STYLE = 'toon';

const NONE = { id: 'none', title: 'No style' };
/** What the id of a style's fine version ends with. */
const FINE = '-fine';

/** A style as its recipe says. */
const OWN_SETTINGS = { line: 1, colour: 1 };

export interface StylesNeeds {
  look: LookStore;
  preferences: PreferencesStore;
  page: PageStore;
  /** The style that the link asks for. */
  askedByLink: string | undefined;
  /** Told if the link asks for a style that the manifest doesn't list. */
  onUnknownStyle: (style: string, ids: readonly string[]) => void;
}

/** The styles that a person can choose, and which one is on. */
export class StylesStore {
  /** Every style of the manifest, in its order. */
  readonly all = signal<readonly StyleInfo[]>([]);
  /** The tiles: first no style, then one for each style, whether or not it has a fine version. */
  readonly tiles = computed(() => [NONE, ...this.all.value.filter(({ id }) => this.tileOf(id) === id)]);
  readonly chosenTile = computed(() => {
    const { style } = this.needs.look.wanted.value;
    return style === null ? null : this.tileOf(style);
  });
  readonly loadingTile = computed(() => {
    const style = this.needs.look.loadingStyle.value;
    return style === null ? null : this.tileOf(style);
  });
  /** Whether any style is on. */
  readonly isOn = computed(() => this.chosenTile.value !== NONE.id);
  /** Whether the chosen style's fine version is on; null if it has none. */
  readonly fineDetail = computed(() => {
    const tile = this.chosenTile.value;
    if (tile === null || !this.has(tile + FINE)) return null;
    return { on: this.needs.look.wanted.value.style === tile + FINE };
  });

  /** What people may set of the chosen style. */
  readonly settings = computed(
    () => this.all.value.find(({ id }) => id === this.chosenTile.value)?.settings ?? [],
  );

  private readonly wantsFine = signal(false);
  /** What {@link toggle} turns on again. */
  private lastTile: string | null = null;

  constructor(private readonly needs: StylesNeeds) {
    const { askedByLink, preferences } = needs;
    this.wantsFine.value = askedByLink?.endsWith(FINE) ?? preferences.current.value.fine;
  }

  /** Takes over the styles of an effect. A wanted style that it doesn't have is replaced. */
  adopt(styles: readonly StyleInfo[]): void {
    this.all.value = styles;
    const ids = styles.map(({ id }) => id);
    const { look, askedByLink, onUnknownStyle } = this.needs;
    const { style } = look.wanted.value;
    if (style === 'none' || (style !== null && ids.includes(style))) return;
    // Only the link's mistake is reported. A remembered style may have been removed since.
    if (style !== null && style === askedByLink) onUnknownStyle(style, ids);
    const first = ids.includes(DEFAULT_STYLE) ? DEFAULT_STYLE : (ids[0] ?? NONE.id);
    look.apply({ style: first });
    this.recallSettings(first);
  }

  /** Turns a style on, in its fine version if that is wanted and can be used. */
  readonly choose = (tile: string): void => {
    const { page, look } = this.needs;
    const title = this.tiles.value.find(({ id }) => id === tile)?.title ?? tile;
    page.announce(tile === NONE.id ? 'No style' : `Style ${title}`);
    const fine = tile + FINE;
    const canFine = this.has(fine) && !look.styleFaults.value.has(fine);
    look.change({ style: this.wantsFine.value && canFine ? fine : tile });
    this.recallSettings(tile);
  };

  /** Chooses by number. Does nothing until the styles are known. */
  readonly chooseAt = (index: number): void => {
    const tile = this.all.value.length > 0 ? this.tiles.value[index] : undefined;
    if (tile) this.choose(tile.id);
  };

  /** Chooses the next or the previous style, and goes on at the other end. */
  readonly step = (by: 1 | -1): void => {
    const { length } = this.tiles.value;
    const at = this.tiles.value.findIndex(({ id }) => id === this.chosenTile.value);
    this.chooseAt((at + by + length) % length);
  };

  /** Turns the style off, or the last one on again. */
  readonly toggle = (): void => {
    const last = this.tiles.value.find(({ id }) => id === this.lastTile && id !== NONE.id);
    const next = this.isOn.value ? NONE : (last ?? this.tiles.value[1]);
    this.lastTile = this.chosenTile.value;
    if (next) this.choose(next.id);
  };

  /** Turns fine versions on or off, for this style and for those that are chosen later. */
  readonly toggleFine = (): void => {
    const { page, look, preferences } = this.needs;
    const tile = this.chosenTile.value;
    const detail = this.fineDetail.value;
    if (tile === null || detail === null) {
      page.announce('This style has no fine detail');
      return;
    }
    const on = !detail.on;
    this.wantsFine.value = on;
    preferences.update({ fine: on });
    page.announce(on ? 'Fine detail on' : 'Fine detail off');
    look.change({ style: on ? tile + FINE : tile });
  };

  /** Sets how the chosen style is drawn, and remembers it for this style. */
  readonly adjust = (changes: Partial<Record<DrawSetting, number>>): void => {
    const { look, preferences } = this.needs;
    look.apply(changes);
    const { line, colour } = look.wanted.value;
    const tile = this.chosenTile.value;
    if (tile === null) return;
    const drawing = { ...preferences.current.value.drawing, [tile]: { line, colour } };
    preferences.update({ drawing });
  };

  /** Back to the first style, without its fine version and with all styles as they are. */
  reset(): void {
    this.wantsFine.value = false;
    this.needs.preferences.update({ fine: false, drawing: {} });
    const first = this.tiles.value[1]?.id ?? NONE.id;
    this.needs.look.change({ style: first });
    this.recallSettings(first);
  }

  /** The tile of a style: a fine version has the tile of the live one. */
  tileOf(id: string): string {
    const live = id.endsWith(FINE) ? id.slice(0, -FINE.length) : id;
    return this.has(live) ? live : id;
  }

  private recallSettings(tile: string): void {
    const { look, preferences } = this.needs;
    look.apply(preferences.current.value.drawing[tile] ?? OWN_SETTINGS);
  }

  private has(id: string): boolean {
    return this.all.value.some((style) => style.id === id);
  }
}

export function createStylesStore(needs: StylesNeeds): StylesStore {
  return new StylesStore(needs);
}

export const [useStyles, provideStyles] = createStoreSlot<StylesStore>('styles');
