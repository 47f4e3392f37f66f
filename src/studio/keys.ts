import { toggleBroadcastPanel } from './Broadcast.tsx';
import { startCall, toggleCamera, toggleMute } from './call.ts';
import { setBackdrop } from './look.ts';
import { hideInterface, showInterface } from './notices.ts';
import { chooseStyleAt, stepStyle, toggleFine } from './offer.ts';
import { nextRegion } from './Regions.tsx';
import { saveReplay, toggleRecording } from './recording.ts';
import { toggleMirror } from './sources.ts';
import {
  callStage,
  helpOpen,
  interfaceHidden,
  toggleComparing,
  toggleFullscreen,
  togglePanel,
  toggleStats,
} from './state.ts';

interface Shortcut {
  /** As `KeyboardEvent.key` says it, lower case. */
  keys: readonly string[];
  /** As the help shows it. */
  shown: readonly string[];
  does: string;
  run: (key: string) => void;
}

/** Every shortcut of the page; the help dialog lists them from here. */
export const SHORTCUTS: readonly Shortcut[] = [
  {
    keys: ['arrowleft', 'arrowright'],
    shown: ['←', '→'],
    does: 'Style before, next style',
    run: (key) => {
      stepStyle(key === 'arrowleft' ? -1 : 1);
    },
  },
  {
    keys: Array.from('0123456789'),
    shown: ['0', '…', '9'],
    does: 'Style by its place; 0 is the live picture',
    run: (key) => {
      chooseStyleAt(Number(key));
    },
  },
  { keys: ['d'], shown: ['D'], does: 'Fine detail', run: toggleFine },
  { keys: ['b'], shown: ['B'], does: 'Before and after', run: toggleComparing },
  { keys: ['r'], shown: ['R'], does: 'Record; stop recording', run: toggleRecording },
  {
    keys: ['e'],
    shown: ['E'],
    does: 'Save the last seconds, where they are kept',
    run: () => void saveReplay(),
  },
  { keys: ['g'], shown: ['G'], does: 'Next region', run: nextRegion },
  {
    keys: ['l'],
    shown: ['L'],
    does: 'Live background',
    run: () => {
      setBackdrop('live');
    },
  },
  { keys: ['c'], shown: ['C'], does: 'Call', run: startCall },
  {
    keys: ['m'],
    shown: ['M'],
    does: 'Mirror; in a call, microphone on or off',
    run: () => {
      if (callStage.value === 'none') toggleMirror();
      else toggleMute();
    },
  },
  {
    keys: ['v'],
    shown: ['V'],
    does: 'In a call, camera on or off',
    run: () => {
      if (callStage.value !== 'none') toggleCamera();
    },
  },
  { keys: ['o'], shown: ['O'], does: 'Broadcast', run: toggleBroadcastPanel },
  { keys: ['f'], shown: ['F'], does: 'Full screen', run: toggleFullscreen },
  {
    keys: ['p'],
    shown: ['P'],
    does: 'Settings',
    run: () => {
      togglePanel();
    },
  },
  {
    keys: ['s'],
    shown: ['S'],
    does: 'Read-out',
    run: () => {
      toggleStats();
    },
  },
  {
    keys: ['h'],
    shown: ['H'],
    does: 'Hide or show the controls',
    run: () => {
      if (interfaceHidden.value) showInterface();
      else hideInterface();
    },
  },
  {
    keys: ['?'],
    shown: ['?'],
    does: 'This help',
    run: () => {
      helpOpen.value = true;
    },
  },
];

/** Controls that want a key for themselves. */
function isTaken(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('select, textarea, [contenteditable]')) return true;
  const input = target.closest('input');
  if (!input) return false;
  if (input.type === 'radio' || input.type === 'range') return key.startsWith('arrow');
  return input.type !== 'checkbox';
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return;
  // A dialog keeps the keyboard to itself.
  if (document.querySelector('dialog[open]')) return;
  const key = event.key.toLowerCase();
  if (key === 'escape' && interfaceHidden.value) {
    showInterface();
    return;
  }
  const shortcut = SHORTCUTS.find(({ keys }) => keys.includes(key));
  if (!shortcut || isTaken(event.target, key)) return;
  if (event.repeat && !key.startsWith('arrow')) return;
  event.preventDefault();
  shortcut.run(key);
}

export function listenForKeys(): void {
  addEventListener('keydown', onKeyDown);
}
