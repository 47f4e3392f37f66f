import { createContext, type ComponentChildren } from 'preact';
import { useContext } from 'preact/hooks';

/** A store with the key under which components find it. */
export type StoreEntry = readonly [key: symbol, store: object];

const Stores = createContext<ReadonlyMap<symbol, object>>(new Map());

/**
 * Makes the pair by which one store reaches the components: a hook that reads it, and a function
 * that prepares it for {@link StoreProvider}. Each store has a slot of its own, so that a feature
 * can read another one's store without knowing how the page is composed.
 */
export function createStoreSlot<Store extends object>(
  name: string,
): readonly [use: () => Store, provide: (store: Store) => StoreEntry] {
  const key = Symbol(name);
  return [
    () => {
      const store = useContext(Stores).get(key);
      if (!store) throw new Error(`The ${name} store was not provided.`);
      // Only `provide` below knows the key, and it takes nothing but this store.
      return store as Store;
    },
    (store) => [key, store],
  ];
}

/** Hands the stores to all components beneath. */
export function StoreProvider({
  stores,
  children,
}: {
  stores: ReadonlyMap<symbol, object>;
  children: ComponentChildren;
}) {
  return <Stores.Provider value={stores}>{children}</Stores.Provider>;
}
