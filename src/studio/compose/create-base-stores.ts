import { createPageStore } from '../base/page-store.ts';
import type { PreferencesStore } from '../base/preferences-store.ts';
import { createNoticesStore } from '../notices/notices-store.ts';

/** What all other stores build on. */
export type BaseStores = ReturnType<typeof createBaseStores>;

export function createBaseStores(preferences: PreferencesStore) {
  return { preferences, page: createPageStore(), notices: createNoticesStore() };
}
