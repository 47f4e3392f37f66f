import { computed, signal } from '@preact/signals';
import type { DrawSetting, StyleInfo } from '../../effect/index.ts';
import { DETAILS, splitFineId } from '../../effect/look.ts';
import type { PageStore } from '../base/page-store.ts';
import type { PreferencesStore } from '../base/preferences-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import type { LookStore } from './look-store.ts';

/** What a first visit shows if the manifest has it, else the manifest's first style. */
export const DEFAULT_STYLE = 'toon';

const NONE = { id: 'none', title: 'No style' };

/** A style as its recipe says. */
const OWN_SETTINGS = { line: 1, colour: 1 };

export interface StylesNeeds {
  look: LookStore;
  preferences: PreferencesStore;
  page: PageStore;
  /** The style that the link asks for. */
  askedByLink: string | undefined;
  /** Called if the link asks for a style that the manifest doesn't list. */
  onUnknownStyle: (style: string, ids: readonly string[]) => void;
}

/** The styles that a person can choose, and which one is on. */
export class StylesStore {
  /** Every style of the manifest, in its order. */
  readonly all = signal<readonly StyleInfo[]>([]);
  /** The tiles: first no style, then one for each style, with whichever grades it has. */
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
  /** What people may set of the chosen style. */
  readonly settings = computed(
    () => this.all.value.find(({ id }) => id === this.chosenTile.value)?.settings ?? [],
  );

  /** What {@link toggle} turns on again. */
  private lastTile: string | null = null;

  constructor(private readonly needs: StylesNeeds) {}

  /** Takes over the styles of an effect. A wanted style that it doesn't have is replaced. */
  adopt(styles: readonly StyleInfo[]): void {
    this.all.value = styles;
    const ids = styles.map(({ id }) => id);
    const { look, askedByLink, onUnknownStyle } = this.needs;
    const { style } = look.wanted.value;
    if (style === 'none' || (style !== null && ids.includes(style))) return;
    // Only the link's mistake is reported. A remembered style may have been removed since.
    if (style !== null && style === askedByLink)
      onUnknownStyle(
        style,
        this.tiles.value.map(({ id }) => id).filter((id) => id !== NONE.id),
      );
    const first = ids.includes(DEFAULT_STYLE) ? DEFAULT_STYLE : (ids[0] ?? NONE.id);
    look.apply({ style: first });
    this.recallSettings(first);
  }

  /** Turns a style on, drawn as it was set. */
  readonly choose = (tile: string): void => {
    const { page, look } = this.needs;
    const title = this.tiles.value.find(({ id }) => id === tile)?.title ?? tile;
    page.announce(tile === NONE.id ? 'No style' : `Style ${title}`);
    look.change({ style: tile });
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

  /** Goes to the next choice of detail, and from the last to the first. */
  readonly nextDetail = (): void => {
    const { page, look } = this.needs;
    const detail = DETAILS[(DETAILS.indexOf(look.wanted.value.detail) + 1) % DETAILS.length]!;
    page.announce(`Detail: ${detail}`);
    look.change({ detail });
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

  /** Back to the first style, with all styles as they are. */
  reset(): void {
    this.needs.preferences.update({ drawing: {} });
    const first = this.tiles.value[1]?.id ?? NONE.id;
    this.needs.look.change({ style: first });
    this.recallSettings(first);
  }

  /** The tile of a style: a fine grade that a script asks for has the tile of the live one. */
  tileOf(id: string): string {
    const { style } = splitFineId(id);
    return this.has(style) ? style : id;
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
