import { computed, type ReadonlySignal } from '@preact/signals';
import type { PageStore } from '../base/page-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import type { SourceRequest } from '../source/open-source.ts';
import type { SourceStore } from '../source/source-store.ts';
import type { EffectStore } from '../stage/effect-store.ts';

/** Turns the camera of a call off and on again. */
export interface CameraSwitchStore {
  /** A camera that is opening counts as on: changing the camera is no interruption. */
  readonly cameraOn: ReadonlySignal<boolean>;
  /** Whether the others get a picture. Without the effect nothing is sent. */
  readonly sendsPicture: ReadonlySignal<boolean>;
  /** "Off" closes the camera, so that its light goes out. */
  toggle: () => void;
  /** Forgets which source to turn on again. */
  forget: () => void;
}

export interface CameraSwitchNeeds {
  page: PageStore;
  source: SourceStore;
  effect: Pick<EffectStore, 'fatalFault'>;
}

export function createCameraSwitchStore({ page, source, effect }: CameraSwitchNeeds): CameraSwitchStore {
  let closed: SourceRequest | null = null;
  const cameraOn = computed(() => source.current.value !== null || source.status.value === 'opening');
  return {
    cameraOn,
    sendsPicture: computed(() => cameraOn.value && effect.fatalFault.value === null),
    toggle() {
      if (cameraOn.value) {
        closed = source.close();
        page.announce('Camera off');
        return;
      }
      void source.open(closed ?? { kind: 'camera' });
      closed = null;
    },
    forget() {
      closed = null;
    },
  };
}

export const [useCameraSwitch, provideCameraSwitch] = createStoreSlot<CameraSwitchStore>('camera switch');
