import type { Effect } from '../../effect/index.ts';

declare global {
  interface Window {
    /** The page's effect, for automation. */
    portoon?: Effect;
  }
}
