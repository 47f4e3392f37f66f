/**
 * Who may enter a room, who is its host, and what the others are told. Pure functions: nothing
 * waits or emits.
 */
import { RequestError, VIEWERS_FULL } from './request-error.ts';
import { GRACE_MS, MAX_PERSONS, MAX_VIEWERS, type PresentMember, type ServerToClient } from '../signals.ts';
import type { StoredMember, StoredRoom } from './store.ts';

type EventOf<E extends keyof ServerToClient> = [event: E, message: Parameters<ServerToClient[E]>[0]];
/** An event that is sent to the members of a room. */
export type RoomEvent = EventOf<'joined'> | EventOf<'left'> | EventOf<'host'>;

/** A member as the others see it. */
export function peerOf({ id, name, kind, state }: StoredMember, room: StoredRoom): PresentMember {
  return { id, name, kind, host: room.host === id, state };
}

/**
 * Whether the membership still belongs to this connection. A peer that came back on another one has
 * taken it along.
 */
export function isCurrentConnection(room: StoredRoom, { id, connection }: StoredMember): boolean {
  return room.members.some((other) => other.id === id && other.connection === connection);
}

/** How somebody joins. */
export interface JoinContext {
  /** Whether they say that they were in this room before. */
  readonly returns: boolean;
  /** Who else was in the room when it was locked, as they remember it. */
  readonly lockedWith?: readonly string[] | undefined;
}

/**
 * Starts a room that nobody is in or expected back in: unlocked, and for a while with no host but
 * its owner.
 */
export function resetIfEmpty(room: StoredRoom): void {
  if (room.members.length > 0 || room.away.length > 0) return;
  delete room.host;
  room.locked = false;
  room.removed = [];
  // This server may have just restarted, and the room's owner may still be coming back.
  room.hostUntil = Date.now() + GRACE_MS;
}

/**
 * Lets someone in, or back in. The caller then finds the host with {@link chooseHost}.
 *
 * @returns their connection until now, if they had one, and who came in while the server had
 *   forgotten the lock: these are to be removed.
 * @throws RequestError where the room is full or locked, or the host removed them.
 */
export function addMember(
  room: StoredRoom,
  member: StoredMember,
  { returns, lockedWith }: JoinContext,
): { replaced: string | undefined; intruders: StoredMember[] } {
  const { id, kind, owner } = member;
  resetIfEmpty(room);
  const awaitsOwner = room.host === undefined && (room.hostUntil ?? 0) > Date.now();
  const relocks = awaitsOwner && returns && lockedWith !== undefined;
  if (relocks) room.locked = true;
  // The owner alone knows for certain who was there.
  const intruders =
    relocks && owner ? room.members.filter((other) => other.id !== id && !lockedWith.includes(other.id)) : [];
  if (relocks && owner) expect(room, lockedWith);

  const before = room.members.findIndex((other) => other.id === id);
  const wasThere = before >= 0 || room.away.some((other) => other.id === id) || (awaitsOwner && returns);
  if (room.removed.includes(id)) throw new RequestError('ERR_REMOVED');
  if (room.locked && !wasThere && !owner) throw new RequestError('ERR_ROOM_LOCKED');
  const most = kind === 'person' ? MAX_PERSONS : MAX_VIEWERS;
  const others = room.members.filter(
    (other) => other.id !== id && other.kind === kind && !intruders.includes(other),
  );
  if (others.length >= most)
    throw new RequestError('ERR_ROOM_FULL', undefined, kind === 'view' ? { words: VIEWERS_FULL } : {});

  const replaced = room.members[before]?.connection;
  if (before >= 0) room.members[before] = member;
  // If the owner does not come, the host is one of those who were there.
  else if (awaitsOwner && returns) room.members.unshift(member);
  else room.members.push(member);
  room.away = room.away.filter((other) => other.id !== id);
  return { replaced, intruders };
}

/** Takes someone out. After `lost` they can rejoin a locked room for a while, and stay host. */
export function removeMember(
  room: StoredRoom,
  id: string,
  reason: 'left' | 'lost' | 'removed',
): EventOf<'left'> {
  room.members = room.members.filter((member) => member.id !== id);
  if (reason === 'lost') room.away.push({ id, until: Date.now() + GRACE_MS });
  if (room.host === id) {
    if (reason === 'lost') room.hostUntil = Date.now() + GRACE_MS;
    else delete room.host;
  }
  return ['left', { id, reason }];
}

/** Removes the members whose server node has died, as lost. */
export function dropDeadNodes(room: StoredRoom, living: ReadonlySet<string>): EventOf<'left'>[] {
  const now = Date.now();
  room.away = room.away.filter(({ until }) => until > now);
  const dead = room.members.filter(({ node }) => !living.has(node));
  return dead.map(({ id }) => removeMember(room, id, 'lost'));
}

/**
 * Chooses the host: the owner if present, else the current host, even one lost a moment ago, else
 * the person who has been there longest.
 */
export function chooseHost(room: StoredRoom): EventOf<'host'>[] {
  const persons = room.members.filter(({ kind }) => kind === 'person');
  const owners = persons.filter(({ owner }) => owner);
  const candidates = owners.length > 0 ? owners : persons;
  if (candidates.some(({ id }) => id === room.host)) {
    delete room.hostUntil;
    return [];
  }
  if (owners.length === 0 && (room.hostUntil ?? 0) > Date.now()) return [];
  delete room.hostUntil;
  delete room.host;
  const next = candidates[0];
  if (!next) return [];
  room.host = next.id;
  return [['host', { id: next.id }]];
}

function expect(room: StoredRoom, ids: readonly string[]): void {
  const until = Date.now() + GRACE_MS;
  for (const id of ids)
    if (![...room.members, ...room.away].some((known) => known.id === id)) room.away.push({ id, until });
}
