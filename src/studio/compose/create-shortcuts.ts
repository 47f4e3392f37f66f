import { BROADCAST_ID } from '../broadcast/broadcast-labels.ts';
import type { Shortcut } from '../shell/shortcut.ts';
import type { Studio } from './studio.ts';

/** Every shortcut of the page. The help lists them from here. */
export function createShortcuts(studio: Studio): readonly Shortcut[] {
  return [...lookShortcuts(studio), ...recordingShortcuts(studio), ...windowShortcuts(studio)];
}

/** A shortcut of one key. */
function key(name: string, does: string, run: () => void): Shortcut {
  return { keys: [name], shown: [name.toUpperCase()], does, run };
}

function lookShortcuts({ styles, look, background, compare }: Studio): Shortcut[] {
  return [
    {
      keys: ['arrowleft', 'arrowright'],
      shown: ['←', '→'],
      does: 'Previous style, next style',
      run: (name) => {
        styles.step(name === 'arrowleft' ? -1 : 1);
      },
    },
    {
      keys: Array.from('0123456789'),
      shown: ['0', '…', '9'],
      does: 'Choose a style by number; 0 is no style',
      run: (name) => {
        styles.chooseAt(Number(name));
      },
    },
    key('d', 'Detail: auto, fine, light', styles.nextDetail),
    key('b', 'Before and after', compare.toggle),
    key('g', 'Next region', look.nextRegion),
    key('l', 'Live background', () => {
      background.choose('live');
    }),
  ];
}

function recordingShortcuts(studio: Studio): Shortcut[] {
  const { recording, replay, call, mirror, microphone, cameraSwitch } = studio;
  return [
    key('r', 'Start or stop recording', recording.toggle),
    key('e', 'Save the instant replay', () => void replay.save()),
    key('c', 'Start a call', () => void call.invite()),
    key('m', 'Mirror; in a call, microphone on or off', () => {
      if (call.isOpen.value) microphone.toggle();
      else mirror.toggle();
    }),
    key('v', 'In a call, camera on or off', () => {
      if (call.isOpen.value) cameraSwitch.toggle();
    }),
    key('o', 'Broadcast', () => document.getElementById(BROADCAST_ID)?.togglePopover()),
  ];
}

function windowShortcuts({ windowStore, panel, statistics }: Studio): Shortcut[] {
  return [
    key('f', 'Full screen', windowStore.toggleFullScreen),
    key('p', 'Settings', panel.toggle),
    key('s', 'Statistics', statistics.toggle),
    key('h', 'Hide or show the controls', () => {
      if (windowStore.controlsHidden.value) windowStore.showControls();
      else windowStore.hideControls();
    }),
    key('?', 'This help', () => {
      windowStore.helpOpen.value = true;
    }),
  ];
}
