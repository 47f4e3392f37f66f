import { signal, type Signal } from '@preact/signals';
import { createStoreSlot } from './store-slot.tsx';

/** What other programs read from `<html data-state>`. */
type PageState = 'loading' | 'ready' | 'running' | 'error';

/** The page's state, and what a screen reader says next. */
export interface PageStore {
  readonly state: Signal<PageState>;
  readonly announcement: Signal<string>;
  /** Tells screen readers about a change that others can see. */
  announce: (text: string) => void;
}

export function createPageStore(): PageStore {
  const announcement = signal('');
  return {
    state: signal<PageState>('loading'),
    announcement,
    announce(text) {
      announcement.value = text;
    },
  };
}

export const [usePage, providePage] = createStoreSlot<PageStore>('page');
