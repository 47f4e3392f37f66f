import { signal, type ReadonlySignal } from '@preact/signals';
import type { PageStore } from '../base/page-store.ts';
import type { PreferencesStore } from '../base/preferences-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';

/** Whether the effect's statistics are shown. */
export interface StatisticsStore {
  readonly shown: ReadonlySignal<boolean>;
  toggle: () => void;
}

export interface StatisticsNeeds {
  preferences: PreferencesStore;
  page: PageStore;
  /** What the link asks for. It wins over the preference for this visit. */
  askedByLink: boolean | undefined;
}

export function createStatisticsStore({ preferences, page, askedByLink }: StatisticsNeeds): StatisticsStore {
  const shown = signal(askedByLink ?? preferences.current.value.stats);
  return {
    shown,
    toggle() {
      shown.value = !shown.value;
      preferences.update({ stats: shown.value });
      page.announce(shown.value ? 'Statistics shown' : 'Statistics hidden');
    },
  };
}

export const [useStatistics, provideStatistics] = createStoreSlot<StatisticsStore>('statistics');
