import type { Request } from '../../server/signals.ts';

/** What a page says of itself, to the server and over the connections to the others. */
export type Presence = Request<'state'>;

/**
 * The number of the next state of this page.
 *
 * A state travels by the server and directly, so an older one may arrive last. Counting starts at
 * the time: a page that returns with its id after a reload must not count from one again.
 */
export function nextRevision(before = 0): number {
  return Math.max(Date.now(), before + 1);
}
