import type { BroadcastStatus } from './broadcast-store.ts';

/** Id of the broadcast panel, by which buttons open it. */
export const BROADCAST_ID = 'broadcast';

export const STATE_WORDS: Record<BroadcastStatus['state'], string> = {
  connecting: 'Connecting…',
  live: 'On air',
  reconnecting: 'Off air, trying again…',
};
