const KEY = 'portoon-saved-clips';

/**
 * Names of clips that were saved and are still in the browser. The next visit need not offer them.
 */
export interface SavedClipNames {
  load: () => Set<string>;
  store: (names: Iterable<string>) => void;
}

/** @param storage - null where the browser denies it. Then clips are offered once more. */
export function createSavedClipNames(storage: Pick<Storage, 'getItem' | 'setItem'> | null): SavedClipNames {
  return {
    load() {
      try {
        const names: unknown = JSON.parse(storage?.getItem(KEY) ?? '[]');
        return new Set(Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []);
      } catch {
        return new Set();
      }
    },
    store(names) {
      try {
        storage?.setItem(KEY, JSON.stringify([...names]));
      } catch {
        // Full: the clip is offered once more.
      }
    },
  };
}
