/** What a link to a call is made of. */
export { MAX_NAME, nameSchema, roomSchema } from '../server/signals.ts';

/** A room's name that nobody guesses: 128 bits, as base64url. */
export function newRoom(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
