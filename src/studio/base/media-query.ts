import { signal, type ReadonlySignal } from '@preact/signals';

/** Whether a media query matches, as a signal that follows the window. */
export function watchMediaQuery(query: MediaQueryList): ReadonlySignal<boolean> {
  const matches = signal(query.matches);
  query.addEventListener('change', () => {
    matches.value = query.matches;
  });
  return matches;
}
