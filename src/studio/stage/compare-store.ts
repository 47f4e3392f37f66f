import { signal, type ReadonlySignal } from '@preact/signals';
import type { PageStore } from '../base/page-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';

/** The comparison of before and after, with a divider between the two. */
export interface CompareStore {
  readonly on: ReadonlySignal<boolean>;
  /** Where the divider is, as a share of the picture's visible width. */
  readonly dividerAt: ReadonlySignal<number>;
  toggle: () => void;
  moveDivider: (share: number) => void;
}

export function createCompareStore({ page }: { page: PageStore }): CompareStore {
  const on = signal(false);
  const dividerAt = signal(0.5);
  return {
    on,
    dividerAt,
    toggle() {
      on.value = !on.value;
      page.announce(on.value ? 'Before and after shown' : 'Before and after hidden');
    },
    moveDivider(share) {
      dividerAt.value = Math.min(1, Math.max(0, share));
    },
  };
}

export const [useCompare, provideCompare] = createStoreSlot<CompareStore>('compare');
