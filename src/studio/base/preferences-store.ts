import { signal, type ReadonlySignal } from '@preact/signals';
import { loadPreferences, savePreferences, type Preferences } from './preferences.ts';
import { createStoreSlot } from './store-slot.tsx';

/** What the page remembers of a person's settings, and the only way to change it. */
export interface PreferencesStore {
  readonly current: ReadonlySignal<Preferences>;
  update: (changes: Partial<Preferences>) => void;
}

/** @param storage - null where the browser denies it: then the preferences last for this visit. */
export function createPreferencesStore(
  storage: Pick<Storage, 'getItem' | 'setItem'> | null,
): PreferencesStore {
  const current = signal(loadPreferences(storage));
  return {
    current,
    update(changes) {
      current.value = { ...current.value, ...changes };
      // Only the changes are written over what is stored, so that another tab's changes survive.
      savePreferences(storage, { ...loadPreferences(storage), ...changes });
    },
  };
}

export const [usePreferences, providePreferences] = createStoreSlot<PreferencesStore>('preferences');
