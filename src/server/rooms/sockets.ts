import type { Server, Socket } from 'socket.io';
import type { InferOutput } from 'valibot';
import type { RoomEvent } from './room-rules.ts';
import type { ClientToServer, RequestName, requestSchemas, ServerToClient } from '../signals.ts';

type NoEvents = Record<string, never>;
export type SignalServer = Server<ClientToServer, ServerToClient, NoEvents>;
export type SignalSocket = Socket<ClientToServer, ServerToClient, NoEvents>;
/** A request as the schema leaves it. */
export type ValidatedRequest<N extends RequestName> = InferOutput<(typeof requestSchemas)[N]>;

/** Ends the connection of somebody who was removed, and tells them why. */
export function removeConnection(io: SignalServer, connection: string): void {
  io.to(connection).emit('removed', {});
  io.in(connection).disconnectSockets(true);
}

/**
 * Sends a room's events to its pages; nobody gets their own `joined`.
 *
 * @param about the member whom the events are about, who gets none of them.
 */
export function emitToRoom(
  io: SignalServer,
  room: string,
  events: readonly RoomEvent[],
  about?: string,
): void {
  const others = about === undefined ? io.to(room) : io.to(room).except(peerChannel(room, about));
  // One by one: the compiler does not see that event and message belong together.
  for (const [event, message] of events) {
    if (event === 'joined') others.except(peerChannel(room, message.peer.id)).emit(event, message);
    else if (event === 'left') others.emit(event, message);
    else others.emit(event, message);
  }
}

/**
 * The socket.io room of one peer alone. Someone who knows only ids of another room cannot name it.
 */
export function peerChannel(room: string, id: string): string {
  return `${room}:${id}`;
}
