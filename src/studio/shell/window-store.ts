import { signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { ignoreRejection } from '../base/ignore-rejection.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import type { NoticesStore } from '../notices/notices-store.ts';

/** What the window shows besides the picture. */
export interface WindowStore {
  readonly helpOpen: Signal<boolean>;
  readonly controlsHidden: ReadonlySignal<boolean>;
  /** Leaves only the picture on the page, and says how to get the controls back. */
  hideControls: () => void;
  showControls: () => void;
  readonly fullScreen: ReadonlySignal<boolean>;
  /** False on phones that have no full screen. */
  readonly canFullScreen: boolean;
  toggleFullScreen: () => void;
}

export function createWindowStore(notices: NoticesStore): WindowStore {
  const controlsHidden = signal(false);
  const fullScreen = signal(false);
  const canFullScreen = document.fullscreenEnabled;
  document.addEventListener('fullscreenchange', () => {
    fullScreen.value = document.fullscreenElement !== null;
  });
  return {
    helpOpen: signal(false),
    controlsHidden,
    hideControls() {
      controlsHidden.value = true;
      notices.show({
        topic: 'hidden',
        tone: 'info',
        title: 'Controls hidden',
        text: 'Press H or touch the picture to show them again.',
      });
    },
    showControls() {
      controlsHidden.value = false;
      notices.retract('hidden');
    },
    fullScreen,
    canFullScreen,
    toggleFullScreen() {
      if (!canFullScreen) return;
      // A browser that refuses leaves the window as it is, which the person sees.
      ignoreRejection(
        document.fullscreenElement
          ? document.exitFullscreen()
          : document.documentElement.requestFullscreen({ navigationUI: 'hide' }),
      );
    },
  };
}

export const [useWindow, provideWindow] = createStoreSlot<WindowStore>('window');
