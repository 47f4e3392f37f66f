/** The parts of a link to a call. */
import * as v from 'valibot';
import { peerIdSchema, ROOM_LENGTH, roomSchema } from '../server/signals.ts';
import type { Identity } from './session/room-session.ts';

export { MAX_NAME, MAX_VIEWERS, nameSchema, peerIdSchema, roomSchema } from '../server/signals.ts';

const KEY = 'portoon.host.';
const IDENTITY = 'portoon.seat.';
const identitySchema = v.pipe(
  v.string(),
  v.parseJson(),
  // A secret has the form of a room's name.
  v.object({ id: peerIdSchema, secret: roomSchema }),
);

/**
 * The name of a new room, which nobody can guess. It is the digest of a 128-bit key that stays in
 * this tab. The key marks its owner as the host, also after a reload.
 */
export async function newRoom(): Promise<string> {
  const hostKey = newSecret();
  // Without https the browser has no digest. It has no camera either, which the lobby explains.
  if (!('subtle' in crypto)) return hostKey;
  const room = await digest(hostKey);
  try {
    sessionStorage.setItem(KEY + room, hostKey);
  } catch {
    // Storage may be forbidden. The first to come is the host then.
  }
  return room;
}

/**
 * Finds a room's name or an id in text that was pasted, mailed or chatted: without spaces and
 * signs around it, without letters that nobody sees, and joined again where a line ended in it.
 * @returns what was found; else the text as it was.
 */
export function findRoomName(text: string): string {
  const visible = text.replace(/(?!\s)[\p{Default_Ignorable_Code_Point}\p{Cc}]/gu, '');
  const find = (from: string) => /(?<![\w-])[\w-]{22,64}(?![\w-])/.exec(from)?.[0];
  return find(visible) ?? find(visible.replace(/\s/g, '')) ?? text;
}

/** The key of a room that this tab made. */
export function hostKeyOf(room: string): string | undefined {
  try {
    return sessionStorage.getItem(KEY + room) ?? undefined;
  } catch {
    return undefined;
  }
}

/**
 * Keeps this tab's identity in a room, also across a reload.
 * @param identity - null removes it.
 */
export function keepIdentity(room: string, identity: Identity | null): void {
  try {
    if (identity) sessionStorage.setItem(IDENTITY + room, JSON.stringify(identity));
    else sessionStorage.removeItem(IDENTITY + room);
  } catch {
    // Storage may be forbidden. After a reload this page joins as somebody new then.
  }
}

/** The identity that this tab has in a room, or had before a reload. */
export function identityOf(room: string): Identity | undefined {
  try {
    const kept = v.safeParse(identitySchema, sessionStorage.getItem(IDENTITY + room));
    return kept.success ? kept.output : undefined;
  } catch {
    return undefined;
  }
}

/** 128 random bits. */
export function newSecret(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(16)));
}

/** Where a page that sends to viewers is found. */
export interface ViewAddress {
  readonly room: string;
  readonly hostKey: string;
  readonly identity: Identity;
}

/**
 * The room and the identity that belong to a key. They never change, so a link that names them
 * stays valid as long as the key is kept. Works on https and localhost only.
 */
export async function viewAddress(hostKey: string): Promise<ViewAddress> {
  const secret = await digest(`view of ${hostKey}`);
  return { room: await digest(hostKey), hostKey, identity: { id: await digest(secret), secret } };
}

/** The same digest as the server's (`src/server/rooms/keys.ts`). */
async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return base64url(new Uint8Array(hash)).slice(0, ROOM_LENGTH);
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
