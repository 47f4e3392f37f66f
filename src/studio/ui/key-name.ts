import { usePreferences } from '../base/preferences-store.ts';

/** The name of a control's key, unless the person has switched such keys off. */
export function useKeyName(name: string | undefined): string | undefined {
  return usePreferences().current.value.shortcuts ? name : undefined;
}
