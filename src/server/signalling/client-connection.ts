import * as v from 'valibot';
import { TokenBucket, MESSAGES_PER_CONNECTION } from '../http/limits.ts';
import type { Metrics } from '../metrics.ts';
import { RequestError } from '../rooms/request-error.ts';
import type { RelayLog } from './relay-log.ts';
import type { Membership, Rooms } from '../rooms/rooms.ts';
import { requestSchemas, type IceAnswer, type RequestName } from '../signals.ts';
import type { ValidatedRequest, SignalSocket } from '../rooms/sockets.ts';

/** A connection that joins no room is ended. Milliseconds. */
const IDLE = 30_000;

/** One connection, and the membership that it holds. */
export class ClientConnection {
  /** Resolves when the connection has ended and its membership is given up. */
  readonly gone: Promise<void>;
  readonly #socket: SignalSocket;
  readonly #rooms: Rooms;
  readonly #metrics: Metrics;
  readonly #own = new TokenBucket(MESSAGES_PER_CONNECTION);
  readonly #address: TokenBucket;
  readonly #ice: (user: string) => IceAnswer;
  readonly #relayLog: RelayLog;
  readonly #idle: NodeJS.Timeout;
  /** Requests are carried out one after the other: a candidate must not overtake its offer. */
  #queue: Promise<void> = Promise.resolve();
  #membership: Membership | undefined;

  constructor(
    socket: SignalSocket,
    rooms: Rooms,
    metrics: Metrics,
    {
      messages,
      ice,
      relayLog,
    }: { messages: TokenBucket; ice: (user: string) => IceAnswer; relayLog: RelayLog },
  ) {
    this.#socket = socket;
    this.#rooms = rooms;
    this.#metrics = metrics;
    this.#address = messages;
    this.#ice = ice;
    this.#relayLog = relayLog;
    this.#idle = setTimeout(() => {
      socket.disconnect(true);
    }, IDLE).unref();
    // All events, so that an unknown one is counted too.
    socket.onAny((name: string, ...parts: unknown[]) => {
      this.#receive(name, parts);
    });
    this.gone = new Promise((resolve) => {
      socket.once('disconnect', () => {
        clearTimeout(this.#idle);
        void this.#enqueue(() => this.#leave('lost')).then(resolve);
      });
    });
  }

  #receive(name: string, parts: unknown[]): void {
    const last = parts.at(-1);
    const answer = typeof last === 'function' ? (last as (answer: unknown) => void) : () => undefined;
    const refuse = (refusal: RequestError) => {
      this.#metrics.rejected.inc({ code: refusal.error.code });
      answer({ ok: false, error: refusal.error });
    };
    const cost = costOf(parts[0]);
    if (!this.#own.tryConsume(cost) || !this.#address.tryConsume(cost)) {
      refuse(new RequestError('ERR_TOO_MANY'));
      this.#socket.disconnect(true);
      return;
    }
    void this.#enqueue(async () => {
      // Requests that were still queued when the connection ended are dropped.
      if (!this.#socket.connected) return;
      try {
        await this.#carryOut(name, parts[0], (result) => {
          answer({ ok: true, ...result });
        });
        this.#metrics.messages.inc({ request: name });
      } catch (error) {
        refuse(
          error instanceof RequestError
            ? error
            : new RequestError('ERR_SIGNALLING', undefined, { cause: error }),
        );
      }
    });
  }

  async #carryOut(name: string, message: unknown, answer: (result: object) => void): Promise<void> {
    if (name === 'join') {
      await this.#join(check('join', message), answer);
      return;
    }
    if (!Object.hasOwn(requestSchemas, name)) throw new RequestError('ERR_MESSAGE', 'unknown request');
    const request = check(name as Exclude<RequestName, 'join'>, message);
    const membership = this.#membership;
    if (!membership) throw new RequestError('ERR_NOT_JOINED');
    switch (name as Exclude<RequestName, 'join'>) {
      case 'signal':
        await this.#rooms.signal(membership, request as ValidatedRequest<'signal'>);
        break;
      case 'state': {
        const { name: called, ...state } = request as ValidatedRequest<'state'>;
        await this.#rooms.setState(membership, called, state);
        break;
      }
      case 'lock':
        await this.#rooms.lock(membership, (request as ValidatedRequest<'lock'>).locked);
        break;
      case 'remove':
        await this.#rooms.remove(membership, (request as ValidatedRequest<'remove'>).peer);
        break;
      case 'ice':
        answer(this.#ice(membership.id));
        return;
      case 'relay':
        this.#relayLog.hear((request as ValidatedRequest<'relay'>).status);
        break;
      case 'leave':
        await this.#leave('left');
        break;
    }
    answer({});
  }

  async #join(request: ValidatedRequest<'join'>, answer: (result: object) => void): Promise<void> {
    if (this.#membership) throw new RequestError('ERR_ALREADY_JOINED');
    const membership = await this.#rooms.join(this.#socket, request, (result) => {
      answer({ ...result, ...this.#ice(result.self) });
    });
    this.#membership = membership;
    clearTimeout(this.#idle);
    this.#metrics.peers.inc({ kind: membership.member.kind });
    this.#metrics.rooms.set(this.#rooms.size);
  }

  async #leave(reason: 'left' | 'lost'): Promise<void> {
    const membership = this.#membership;
    if (!membership) return;
    this.#membership = undefined;
    this.#metrics.peers.dec({ kind: membership.member.kind });
    this.#metrics.left.inc({ reason });
    await this.#rooms.leave(membership, reason);
    this.#metrics.rooms.set(this.#rooms.size);
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(work);
    return this.#queue;
  }
}

/** The message as its schema leaves it. */
function check<N extends RequestName>(name: N, message: unknown): ValidatedRequest<N> {
  const { success, output, issues } = v.safeParse(requestSchemas[name], message, { abortEarly: true });
  if (success) return output;
  // Which part was wrong; never what it said.
  throw new RequestError('ERR_MESSAGE', v.getDotPath(issues[0]) ?? name);
}

/** A long offer counts for several messages. */
function costOf(message: unknown): number {
  const sdp = (message as { data?: { sdp?: unknown } } | null | undefined)?.data?.sdp;
  return typeof sdp === 'string' ? 1 + Math.floor(sdp.length / 8192) : 1;
}
