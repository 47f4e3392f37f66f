import type { PreferencesStore } from '../base/preferences-store.ts';
import { SETTINGS_BUTTON_ID, SETTINGS_ID, type PanelStore } from './panel-store.ts';
import type { WindowStore } from './window-store.ts';

export interface Shortcut {
  /** As `KeyboardEvent.key` names them, in lower case. */
  keys: readonly string[];
  /** As the help shows them. */
  shown: readonly string[];
  does: string;
  run: (key: string) => void;
}

export interface ShortcutNeeds {
  preferences: PreferencesStore;
  windowStore: Pick<WindowStore, 'controlsHidden' | 'showControls'>;
  panel: Pick<PanelStore, 'setOpen'>;
}

/**
 * Runs shortcuts from now on. Escape shows hidden controls, or else closes the settings. Those of a
 * single character can be switched off: speech input types them by mistake.
 */
export function listenForShortcuts(shortcuts: readonly Shortcut[], needs: ShortcutNeeds): void {
  const { preferences, windowStore, panel } = needs;
  addEventListener('keydown', (event) => {
    const { ctrlKey, metaKey, altKey, defaultPrevented, isComposing } = event;
    if (ctrlKey || metaKey || altKey || defaultPrevented || isComposing) return;
    // A dialog keeps the keyboard to itself.
    if (document.querySelector('dialog[open]')) return;
    const name = event.key.toLowerCase();
    if (name === 'escape') {
      if (windowStore.controlsHidden.value) windowStore.showControls();
      else if (!document.querySelector(':popover-open')) closeSettings(panel);
      return;
    }
    if (name.length === 1 && !preferences.current.value.shortcuts) return;
    const shortcut = shortcuts.find(({ keys }) => keys.includes(name));
    if (!shortcut || isUsedByControl(event.target, name)) return;
    // Only arrows repeat while they are held down.
    if (event.repeat && !name.startsWith('arrow')) return;
    event.preventDefault();
    shortcut.run(name);
  });
}

/**
 * Closes the settings if they are on the page. A focus in them goes to the button that opens them.
 */
export function closeSettings({ setOpen }: Pick<PanelStore, 'setOpen'>): void {
  const settings = document.getElementById(SETTINGS_ID);
  if (!settings) return;
  const hadFocus = settings.contains(document.activeElement);
  setOpen(false);
  if (hadFocus) document.getElementById(SETTINGS_BUTTON_ID)?.focus();
}

/** Whether the control that has the focus uses a key itself. */
function isUsedByControl(target: EventTarget | null, name: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('select, textarea, [contenteditable]')) return true;
  const input = target.closest('input');
  if (!input) return false;
  if (input.type === 'radio' || input.type === 'range') return name.startsWith('arrow');
  return input.type !== 'checkbox';
}
