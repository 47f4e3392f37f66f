import type { WindowStore } from './window-store.ts';

export interface Shortcut {
  /** As `KeyboardEvent.key` names them, in lower case. */
  keys: readonly string[];
  /** As the help shows them. */
  shown: readonly string[];
  does: string;
  run: (key: string) => void;
}

/** Runs shortcuts from now on, and shows hidden controls when Escape is pressed. */
export function listenForShortcuts(
  shortcuts: readonly Shortcut[],
  { controlsHidden, showControls }: Pick<WindowStore, 'controlsHidden' | 'showControls'>,
): void {
  addEventListener('keydown', (event) => {
    const { ctrlKey, metaKey, altKey, defaultPrevented, isComposing } = event;
    if (ctrlKey || metaKey || altKey || defaultPrevented || isComposing) return;
    // A dialog keeps the keyboard to itself.
    if (document.querySelector('dialog[open]')) return;
    const name = event.key.toLowerCase();
    if (name === 'escape' && controlsHidden.value) {
      showControls();
      return;
    }
    const shortcut = shortcuts.find(({ keys }) => keys.includes(name));
    if (!shortcut || isUsedByControl(event.target, name)) return;
    // Only arrows repeat while they are held down.
    if (event.repeat && !name.startsWith('arrow')) return;
    event.preventDefault();
    shortcut.run(name);
  });
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
