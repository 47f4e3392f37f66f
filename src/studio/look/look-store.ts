import { isBackgroundWord } from '../../effect/look.ts';
import { signal, type ReadonlySignal } from '@preact/signals';
import {
  type Detail,
  type Effect,
  type Fault,
  type LookOptions,
  type Quality,
  type Region,
  REGIONS,
} from '../../effect/index.ts';
import { faultOf, PortoonError } from '../../common/errors.ts';
import type { PageStore } from '../base/page-store.ts';
import type { PreferencesStore } from '../base/preferences-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import type { NoticesStore } from '../notices/notices-store.ts';
import type { LookDriver } from '../stage/effect-store.ts';

/** How the picture looks, in the terms of the effect's options. */
export interface LookState {
  /** Null until the manifest has loaded. */
  style: string | null;
  region: Region;
  strength: number;
  /** Factors on what a drawn style's recipe says. The styles' store remembers them. */
  line: number;
  colour: number;
  /** Colours of a drawn style, as links have them. */
  palette: string;
  detail: Detail;
  background: string;
  quality: Quality;
}

type LookKey = keyof LookState;

/** What the background store does about changes of {@link LookState.background}. */
export interface BackgroundSync {
  /** The effect shows this background: sets the controls to it. */
  showOnControls: (background: string) => void;
  /** The effect has taken a background that was asked for here. */
  onApplied: (applied: string, wanted: string) => Promise<void>;
  /** The effect could not take a background. */
  onRejected: (background: string, error: unknown) => void;
  /** Remembers the background for the next visit. */
  remember: (applied: string) => void;
}

export interface LookNeeds {
  preferences: PreferencesStore;
  notices: NoticesStore;
  page: PageStore;
  background: BackgroundSync;
  initial: LookState;
}

/**
 * Keeps the effect's look and the controls the same. A person changes {@link wanted}, and the
 * effect follows as fast as it can. If a script changes the effect, the controls follow the effect.
 */
export class LookStore implements LookDriver {
  /** What the controls show. */
  readonly wanted: ReadonlySignal<LookState>;
  /** The style that is loading. */
  readonly loadingStyle = signal<string | null>(null);
  /** Why styles can't be used, by their ids. */
  readonly styleFaults = signal<ReadonlyMap<string, Fault>>(new Map());
  /** Regions that the nets of this effect can't recognize. */
  readonly refusedRegions = signal<ReadonlySet<Region>>(new Set());

  private readonly look;
  private effect: Effect | null = null;
  /** What the effect says that it shows. */
  private applied: LookState;
  /** What is being asked of the current effect. A new effect gets a new set. */
  private busy = new Set<LookKey>();
  /**
   * What the person changed on this visit. Only that is remembered, not what the link asked for.
   */
  private readonly touched = new Set<LookKey>();

  constructor(private readonly needs: LookNeeds) {
    this.look = signal(needs.initial);
    this.wanted = this.look;
    this.applied = needs.initial;
  }

  /** Changes the look because a person wants it, and remembers it once the effect shows it. */
  readonly change = (changes: Partial<LookState>): void => {
    for (const key of keysOf(changes)) this.touched.add(key);
    this.apply(changes);
  };

  /** Changes the look without remembering it. */
  apply(changes: Partial<LookState>): void {
    this.look.value = { ...this.look.value, ...changes };
    for (const key of keysOf(changes)) void this.sync(key);
  }

  readonly setRegion = (region: Region): void => {
    this.needs.page.announce(`Style applied to: ${region}`);
    this.change({ region });
  };

  /** Goes to the next region that the effect can do, and from the last to the first. */
  readonly nextRegion = (): void => {
    const { region } = this.look.value;
    const refused = this.refusedRegions.value;
    const possible = REGIONS.filter((each) => each === region || !refused.has(each));
    this.setRegion(possible[(possible.indexOf(region) + 1) % possible.length]!);
  };

  /** Marks a style as one that can't be used, or takes the mark away. */
  readonly markStyle = (style: string, fault: Fault | null): void => {
    if (!fault && !this.styleFaults.value.has(style)) return;
    const faults = new Map(this.styleFaults.value);
    if (fault) faults.set(style, fault);
    else faults.delete(style);
    this.styleFaults.value = faults;
  };

  startOptions(): LookOptions {
    const { style, background, ...rest } = this.look.value;
    return {
      ...(style !== null && { style }),
      ...{ ...rest, background: firstBackground(background) },
    };
  }

  /**
   * Its style and region are asked for again, because only `set` says why one did not come. An
   * image is asked for only now, so that a bad one can't keep the effect from starting.
   */
  attach(effect: Effect, createdWith: LookOptions): void {
    const { strength = 1, line = 1, colour = 1, background = 'live' } = createdWith;
    const { palette = 'none', detail = 'auto', quality = 'auto' } = createdWith;
    this.reset(effect);
    const drawing = { strength, line, colour, palette, detail, quality };
    this.applied = { style: null, region: 'person', background, ...drawing };
    effect.on('look', (changed) => {
      if (effect === this.effect) this.onEffectChanged(changed);
    });
    for (const key of keysOf(this.look.value)) void this.sync(key);
  }

  detach(): void {
    this.reset(null);
  }

  private reset(effect: Effect | null): void {
    this.effect = effect;
    this.busy = new Set();
    this.loadingStyle.value = null;
    this.refusedRegions.value = new Set();
  }

  private onEffectChanged(changed: Partial<LookState>): void {
    this.applied = { ...this.applied, ...changed };
    for (const key of keysOf(changed)) {
      if (key === 'style') this.markStyle(this.applied.style ?? 'none', null);
      // A change that was asked for here is handled by `sync`.
      if (this.busy.has(key)) continue;
      this.touched.delete(key);
      this.showOnControls(key);
    }
  }

  /** Asks the effect for one part of the look until it shows what the controls show. */
  private async sync(key: LookKey): Promise<void> {
    const { effect, busy } = this;
    if (!effect || busy.has(key)) return;
    if (this.look.value[key] === this.applied[key]) {
      if (this.touched.has(key)) this.remember(key);
      return;
    }
    busy.add(key);
    try {
      // While one change is under way only the newest one waits behind it.
      while (this.look.value[key] !== this.applied[key] && busy === this.busy)
        await this.askFor(key, this.look.value, effect);
    } finally {
      busy.delete(key);
      if (key === 'style' && busy === this.busy) this.loadingStyle.value = null;
    }
  }

  private async askFor(key: LookKey, target: LookState, effect: Effect): Promise<void> {
    const { busy } = this;
    if (key === 'style') this.loadingStyle.value = target.style;
    try {
      await effect.set({ [key]: target[key] });
      // If the effect was replaced meanwhile, `attach` has asked the new one.
      if (busy === this.busy) this.onTaken(key, target);
    } catch (error) {
      if (busy === this.busy) this.onRejected(key, target, error);
    }
  }

  private onTaken(key: LookKey, target: LookState): void {
    this.needs.notices.retract(`look:${key}`);
    if (this.applied[key] === target[key]) {
      void this.settle(key);
      return;
    }
    // A script has asked for something else meanwhile. It wins, unless the person moved on.
    this.touched.delete(key);
    if (this.look.value[key] === target[key]) this.showOnControls(key);
  }

  private onRejected(key: LookKey, target: LookState, error: unknown): void {
    const { notices, background } = this.needs;
    if (key === 'background') background.onRejected(target.background, error);
    if (key === 'style' && target.style !== null && isModelError(error))
      this.markStyle(target.style, faultOf(error));
    if (error instanceof PortoonError && error.code === 'ERR_PARTS_MISSING')
      this.refusedRegions.value = new Set(this.refusedRegions.value).add(target.region);
    // The effect keeps its look, and so the controls go back, unless the person moved on.
    if (this.look.value[key] === target[key]) this.showOnControls(key);
    const retry = () => {
      this.change({ style: target.style });
    };
    const actions = key === 'style' ? [{ label: 'Try again', run: retry }] : [];
    notices.showError(`look:${key}`, error, actions);
  }

  /** The image is stored before the preferences say that there is one. */
  private async settle(key: LookKey): Promise<void> {
    if (key === 'background')
      await this.needs.background.onApplied(this.applied.background, this.look.value.background);
    if (this.touched.has(key)) this.remember(key);
  }

  private showOnControls(key: LookKey): void {
    // An effect whose first style did not load shows none.
    if (key === 'style' && this.applied.style === null) this.applied = { ...this.applied, style: 'none' };
    this.look.value = { ...this.look.value, [key]: this.applied[key] };
    if (key === 'background') this.needs.background.showOnControls(this.applied.background);
  }

  private remember(key: LookKey): void {
    const { preferences, background } = this.needs;
    const { style, region, strength, palette, detail } = this.applied;
    if (key === 'style') preferences.update({ style });
    else if (key === 'region') preferences.update({ region });
    else if (key === 'strength') preferences.update({ strength });
    else if (key === 'palette') preferences.update({ palette });
    else if (key === 'detail') preferences.update({ detail });
    else if (key === 'background') background.remember(this.applied.background);
  }
}

/** The background of an effect's first frames: until an image is there, the room is not shown. */
function firstBackground(wanted: string): string {
  const isPlain = isBackgroundWord(wanted) || wanted.startsWith('#');
  return isPlain ? wanted : 'blur';
}

function keysOf(changes: Partial<LookState>): LookKey[] {
  return Object.keys(changes) as LookKey[];
}

/** Whether an error is about one net and not about the effect as a whole. */
function isModelError(error: unknown): boolean {
  return error instanceof PortoonError && error.code.startsWith('ERR_MODEL_');
}

export function createLookStore(needs: LookNeeds): LookStore {
  return new LookStore(needs);
}

export const [useLook, provideLook] = createStoreSlot<LookStore>('look');
