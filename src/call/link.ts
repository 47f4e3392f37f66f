/** What a link to a call is made of. */
import { ROOM_LENGTH } from '../server/signals.ts';

export { MAX_NAME, nameSchema, roomSchema } from '../server/signals.ts';

const KEY = 'portoon.host.';

/**
 * The word of a new room, which nobody guesses: made of a key of 128 bits that stays in this tab and marks whoever made
 * the room as its host, after a reload as well.
 */
export async function newRoom(): Promise<string> {
  const hostKey = base64url(crypto.getRandomValues(new Uint8Array(16)));
  // Without https there is no digest; there is no camera either, and the lobby says so.
  if (!('subtle' in crypto)) return hostKey;
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(hostKey));
  const room = base64url(new Uint8Array(digest)).slice(0, ROOM_LENGTH);
  try {
    sessionStorage.setItem(KEY + room, hostKey);
  } catch {
    // Storage may be forbidden. The first to come is the host then.
  }
  return room;
}

/** The key of a room that this tab made. */
export function hostKeyOf(room: string): string | undefined {
  try {
    return sessionStorage.getItem(KEY + room) ?? undefined;
  } catch {
    return undefined;
  }
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
