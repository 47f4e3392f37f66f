import { computed, type ReadonlySignal } from '@preact/signals';
import type { PageStore } from '../base/page-store.ts';
import type { PreferencesStore } from '../base/preferences-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import type { SourceStore } from './source-store.ts';

/** Whether the person sees the picture as in a mirror. Others never do. */
export interface MirrorStore {
  readonly mirrored: ReadonlySignal<boolean>;
  toggle: () => void;
}

export interface MirrorNeeds {
  preferences: PreferencesStore;
  page: PageStore;
  source: Pick<SourceStore, 'current'>;
}

/** Cameras that face the person have a preference of their own, apart from all other sources. */
export function createMirrorStore({ preferences, page, source }: MirrorNeeds): MirrorStore {
  const facesPerson = computed(() => {
    const { current } = source;
    // Before anything is open, the source of the last visit is expected.
    if (current.value === null) return preferences.current.value.lastSource === 'camera';
    return current.value.kind === 'camera' && current.value.track.getSettings().facingMode !== 'environment';
  });
  const mirrored = computed(() => {
    const { mirrorCamera, mirrorOther } = preferences.current.value;
    return facesPerson.value ? mirrorCamera : mirrorOther;
  });
  return {
    mirrored,
    toggle() {
      const next = !mirrored.value;
      preferences.update(facesPerson.value ? { mirrorCamera: next } : { mirrorOther: next });
      page.announce(next ? 'Mirrored' : 'Not mirrored');
    },
  };
}

export const [useMirror, provideMirror] = createStoreSlot<MirrorStore>('mirror');
