import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { Server } from 'socket.io';
import * as v from 'valibot';
import {
  addressOf,
  Addresses,
  Bucket,
  MESSAGES_PER_CONNECTION,
  OPEN_PER_ADDRESS,
  REFUSED_PER_ADDRESS,
} from './limits.ts';
import { MemoryStore } from './memory-store.ts';
import type { Metrics } from './metrics.ts';
import { connectRedis } from './redis.ts';
import { Refusal } from './refusal.ts';
import { RelayLog } from './relay-log.ts';
import { Rooms, type Checked, type Membership, type SignalServer, type SignalSocket } from './rooms.ts';
import type { Settings } from './settings.ts';
import { MAX_MESSAGE, requestSchemas, SIGNALLING_PATH, type IceAnswer, type RequestName } from './signals.ts';
import { iceServers } from './turn.ts';

/**
 * Together below five seconds, the time after which a silent peer is reported lost. Milliseconds.
 */
const PING_INTERVAL = 1500;
const PING_TIMEOUT = 3000;
/** A WebSocket over which nobody begins to talk is closed. Milliseconds. */
const CONNECT_TIMEOUT = 4000;
/** How long the end of a connection may take once it was announced to the page. Milliseconds. */
const GOODBYE = 1000;
/** A connection that joins no room is ended. Milliseconds. */
const IDLE = 30_000;

/** The rooms of a running server. */
export interface SignallingServer {
  /** Whether calls can be connected: false while Redis is away. */
  readonly healthy: boolean;
  /**
   * Tells all pages to reconnect, ends their connections, and resolves when the other nodes know
   * it.
   */
  close(): Promise<void>;
}

/**
 * Adds signalling to a server that does not listen yet.
 *
 * @throws a sentence for people, where `redisUrl` answers nothing.
 */
export async function attachSignalling(
  http: HttpServer,
  { redisUrl, turn, proxies }: Pick<Settings, 'redisUrl' | 'turn' | 'proxies'>,
  metrics: Metrics,
): Promise<SignallingServer> {
  const node = randomUUID();
  let closing = false;
  const shared = redisUrl === undefined ? undefined : await connectRedis(redisUrl, node);
  const addresses = new Addresses();
  const wires = new Set<Duplex>();
  /** Wires that became a connection, or were refused for a reason that is counted by itself. */
  const accounted = new WeakSet<Duplex>();
  /** Wires that are over a limit and will be told so. */
  const overLimit = new WeakSet<Duplex>();
  const requestListeners = http.listeners('request') as RequestListener[];
  const io: SignalServer = new Server(http, {
    path: SIGNALLING_PATH,
    transports: ['websocket'],
    serveClient: false,
    // Others that listen on this server (a development server's reloading) keep their sockets.
    destroyUpgrade: false,
    pingInterval: PING_INTERVAL,
    pingTimeout: PING_TIMEOUT,
    connectTimeout: CONNECT_TIMEOUT,
    // Room for what socket.io writes around a message.
    maxHttpBufferSize: MAX_MESSAGE + 4096,
    allowRequest(request, decide) {
      const code = isSameOrigin(request) ? admit(request) : 'ERR_ORIGIN';
      if (code) {
        accounted.add(request.socket);
        metrics.rejected.inc({ code });
      }
      decide(null, code === undefined);
    },
    ...(shared ? { adapter: shared.adapter } : {}),
  });
  // Engine.IO takes over plain requests at its path as well, and leaves some of them unanswered for
  // ever. Only upgrades are its business.
  http.removeAllListeners('request');
  for (const listener of requestListeners) http.on('request', listener);

  /**
   * Counts a WebSocket against its address from its first byte to its last, whether it ever says
   * something or not. Over the limit some are let in to be told so.
   */
  const admit = (request: IncomingMessage): 'ERR_TOO_MANY' | undefined => {
    const account = addresses.of(addressOf(request, proxies));
    const wire = request.socket;
    const welcome = account.open < OPEN_PER_ADDRESS && account.connections.take();
    if (!welcome) {
      if (account.refused >= REFUSED_PER_ADDRESS) return 'ERR_TOO_MANY';
      overLimit.add(wire);
      metrics.rejected.inc({ code: 'ERR_TOO_MANY' });
    }
    const place = welcome ? 'open' : 'refused';
    account[place]++;
    metrics.connections.inc();
    wire.once('close', () => {
      account[place]--;
      metrics.connections.dec();
    });
    return undefined;
  };

  const rooms = new Rooms(io, shared?.store ?? new MemoryStore(node), node);
  const visitors = new Set<Visitor>();
  const relayLog = new RelayLog(metrics);
  http.on('upgrade', (request, wire: Duplex) => {
    if (!isForSignalling(request)) return;
    wires.add(wire);
    wire.once('close', () => {
      wires.delete(wire);
      if (!accounted.has(wire)) metrics.rejected.inc({ code: 'ERR_PROTOCOL' });
    });
  });

  // What sent something else before it began to talk, or nothing for too long.
  const mute = new WeakSet<SignalSocket['conn']>();
  io.engine.on('connection', (wire: SignalSocket['conn']) => {
    accounted.add(wire.request.socket);
    mute.add(wire);
    wire.once('close', (reason: string, description: unknown) => {
      const ended = reason === 'forced close' && mute.has(wire) && !closing;
      const code = ended ? 'ERR_PROTOCOL' : violation(reason, description);
      if (code) metrics.rejected.inc({ code });
      // One that does not answer the closing handshake would be waited for.
      setTimeout(() => wire.request.socket.destroy(), GOODBYE).unref();
    });
  });

  io.use((socket, next) => {
    mute.delete(socket.conn);
    if (!overLimit.has(socket.request.socket)) {
      next();
      return;
    }
    const refusal = new Refusal('ERR_TOO_MANY');
    next(Object.assign(refusal, { data: refusal.error }));
  });

  io.on('connection', (socket) => {
    socket.on('error', (error: unknown) => {
      // An event of that name is an ordinary request. An error here is a packet that cannot be
      // read; the connection ends.
      if (error instanceof Error) metrics.rejected.inc({ code: 'ERR_PROTOCOL' });
    });
    const visitor = new Visitor(socket, rooms, metrics, {
      messages: addresses.of(addressOf(socket.request, proxies)).messages,
      ice: (user) => iceServers(turn, user),
      relayLog,
    });
    visitors.add(visitor);
    void visitor.gone.then(() => visitors.delete(visitor));
  });

  const housekeeping = setInterval(() => {
    addresses.forget();
  }, 10_000).unref();

  shared?.watch(rooms);

  return {
    get healthy() {
      return !closing && (shared?.healthy ?? true);
    },
    async close() {
      closing = true;
      clearInterval(housekeeping);
      io.local.emit('restarting', {});
      io.local.disconnectSockets(true);
      await Promise.all([...visitors].map(({ gone }) => gone));
      io.engine.close();
      // A page that has fallen silent does not say goodbye, and the server would wait for it.
      const impatience = setTimeout(() => {
        for (const wire of wires) wire.destroy();
      }, GOODBYE);
      await Promise.all([...wires].map((wire) => new Promise((resolve) => wire.once('close', resolve))));
      clearTimeout(impatience);
      rooms.close();
      await shared?.close();
    },
  };
}

/** Whether an upgrade is signalling's to answer. */
export function isForSignalling({ url }: IncomingMessage): boolean {
  return url?.startsWith(`${SIGNALLING_PATH}/`) ?? false;
}

/** One connection, and the membership that it holds. */
class Visitor {
  /** Resolves when the connection has ended and its membership is given up. */
  readonly gone: Promise<void>;
  readonly #socket: SignalSocket;
  readonly #rooms: Rooms;
  readonly #metrics: Metrics;
  readonly #own = new Bucket(MESSAGES_PER_CONNECTION);
  readonly #address: Bucket;
  readonly #ice: (user: string) => IceAnswer;
  readonly #relayLog: RelayLog;
  readonly #idle: NodeJS.Timeout;
  /** Requests are carried out one by one: a candidate must not overtake its offer. */
  #line: Promise<void> = Promise.resolve();
  #membership: Membership | undefined;

  constructor(
    socket: SignalSocket,
    rooms: Rooms,
    metrics: Metrics,
    { messages, ice, relayLog }: { messages: Bucket; ice: (user: string) => IceAnswer; relayLog: RelayLog },
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
    // All of them, so that a word nobody knows is counted too.
    socket.onAny((name: string, ...parts: unknown[]) => {
      this.#hear(name, parts);
    });
    this.gone = new Promise((resolve) => {
      socket.once('disconnect', () => {
        clearTimeout(this.#idle);
        void this.#inLine(() => this.#leave('lost')).then(resolve);
      });
    });
  }

  #hear(name: string, parts: unknown[]): void {
    const last = parts.at(-1);
    const answer = typeof last === 'function' ? (last as (answer: unknown) => void) : () => undefined;
    const refuse = (refusal: Refusal) => {
      this.#metrics.rejected.inc({ code: refusal.error.code });
      answer({ ok: false, error: refusal.error });
    };
    const cost = costOf(parts[0]);
    if (!this.#own.take(cost) || !this.#address.take(cost)) {
      refuse(new Refusal('ERR_TOO_MANY'));
      this.#socket.disconnect(true);
      return;
    }
    void this.#inLine(async () => {
      // What was still in line when the connection ended asks for nothing any more.
      if (!this.#socket.connected) return;
      try {
        await this.#carryOut(name, parts[0], (result) => {
          answer({ ok: true, ...result });
        });
        this.#metrics.messages.inc({ request: name });
      } catch (error) {
        refuse(error instanceof Refusal ? error : new Refusal('ERR_SIGNALLING', undefined, { cause: error }));
      }
    });
  }

  async #carryOut(name: string, message: unknown, answer: (result: object) => void): Promise<void> {
    if (name === 'join') {
      await this.#join(check('join', message), answer);
      return;
    }
    if (!Object.hasOwn(requestSchemas, name)) throw new Refusal('ERR_MESSAGE', 'unknown request');
    const request = check(name as Exclude<RequestName, 'join'>, message);
    const membership = this.#membership;
    if (!membership) throw new Refusal('ERR_NOT_JOINED');
    switch (name as Exclude<RequestName, 'join'>) {
      case 'signal':
        await this.#rooms.signal(membership, request as Checked<'signal'>);
        break;
      case 'state': {
        const { name: called, ...state } = request as Checked<'state'>;
        await this.#rooms.setState(membership, called, state);
        break;
      }
      case 'lock':
        await this.#rooms.lock(membership, (request as Checked<'lock'>).locked);
        break;
      case 'remove':
        await this.#rooms.remove(membership, (request as Checked<'remove'>).peer);
        break;
      case 'ice':
        answer(this.#ice(membership.id));
        return;
      case 'relay':
        this.#relayLog.hear((request as Checked<'relay'>).status);
        break;
      case 'leave':
        await this.#leave('left');
        break;
    }
    answer({});
  }

  async #join(request: Checked<'join'>, answer: (result: object) => void): Promise<void> {
    if (this.#membership) throw new Refusal('ERR_ALREADY_JOINED');
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

  #inLine(work: () => Promise<void>): Promise<void> {
    this.#line = this.#line.then(work);
    return this.#line;
  }
}

/** The message as its schema leaves it. */
function check<N extends RequestName>(name: N, message: unknown): Checked<N> {
  const { success, output, issues } = v.safeParse(requestSchemas[name], message, { abortEarly: true });
  if (success) return output;
  // Which part was wrong; never what it said.
  throw new Refusal('ERR_MESSAGE', v.getDotPath(issues[0]) ?? name);
}

/** A long offer counts for several messages. */
function costOf(message: unknown): number {
  const sdp = (message as { data?: { sdp?: unknown } } | null | undefined)?.data?.sdp;
  return typeof sdp === 'string' ? 1 + Math.floor(sdp.length / 8192) : 1;
}

/** How a connection that ended went against the protocol, if it did. */
function violation(reason: string, description: unknown): 'ERR_TOO_LARGE' | 'ERR_PROTOCOL' | undefined {
  if (reason === 'parse error') return 'ERR_PROTOCOL';
  if (reason !== 'transport error' || !(description instanceof Error)) return undefined;
  if (description.message.includes('Max payload size')) return 'ERR_TOO_LARGE';
  return description.message === 'write error' ? undefined : 'ERR_PROTOCOL';
}

/**
 * Another site's page must not use this server through its visitors' browsers. Programs send no
 * origin.
 */
function isSameOrigin({ headers }: IncomingMessage): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
