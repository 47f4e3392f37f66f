import { computed, effect as watch, signal, type ReadonlySignal } from '@preact/signals';
import type { PreferencesStore } from '../base/preferences-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';

export const SETTINGS_ID = 'settings';
export const SETTINGS_BUTTON_ID = 'settings-button';

/** Whether the settings are open. */
export interface PanelStore {
  readonly isOpen: ReadonlySignal<boolean>;
  toggle: () => void;
  setOpen: (open: boolean) => void;
}

export interface PanelNeeds {
  preferences: PreferencesStore;
  /** Whether the window is too small for settings beside the picture. */
  isNarrow: ReadonlySignal<boolean>;
  /** Whether a call or its lobby is open. */
  isCalling: ReadonlySignal<boolean>;
}

/**
 * In small windows and in calls the settings start closed, because there is no space for them.
 * There they are not remembered either. Elsewhere the preference counts.
 */
export function createPanelStore({ preferences, isNarrow, isCalling }: PanelNeeds): PanelStore {
  const openForNow = signal(false);
  const isCramped = computed(() => isNarrow.value || isCalling.value);
  const isOpen = computed(() =>
    isCramped.value ? openForNow.value : (preferences.current.value.panel ?? true),
  );
  const setOpen = (open: boolean) => {
    if (isCramped.value) openForNow.value = open;
    else preferences.update({ panel: open });
  };
  watch(() => {
    if (isCalling.value) openForNow.value = false;
  });
  return {
    isOpen,
    setOpen,
    toggle() {
      setOpen(!isOpen.value);
    },
  };
}

export const [usePanel, providePanel] = createStoreSlot<PanelStore>('panel');
