import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { Server } from 'socket.io';
import { addressOf, AddressLimits, OPEN_PER_ADDRESS, REFUSED_PER_ADDRESS } from '../http/limits.ts';
import { MemoryStore } from '../rooms/memory-store.ts';
import type { Metrics } from '../metrics.ts';
import { addQueueFigures } from './queue-figures.ts';
import { connectRedis } from '../rooms/cluster-connection.ts';
import { RequestError } from '../rooms/request-error.ts';
import { RelayLog } from './relay-log.ts';
import { Rooms } from '../rooms/rooms.ts';
import type { Settings } from '../settings.ts';
import { MAX_MESSAGE, SIGNALLING_PATH } from '../signals.ts';
import type { SignalServer, SignalSocket } from '../rooms/sockets.ts';
import { iceServers } from './turn.ts';
import { ClientConnection } from './client-connection.ts';

/**
 * Together below five seconds, the time after which a silent peer is reported lost. Milliseconds.
 */
const PING_INTERVAL = 1500;
const PING_TIMEOUT = 3000;
/** A WebSocket over which nothing is sent is closed after this. Milliseconds. */
const CONNECT_TIMEOUT = 4000;
/** How long the end of a connection may take once it was announced to the page. Milliseconds. */
const GOODBYE = 1000;

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
  if (shared) addQueueFigures(metrics.registry, shared.client);
  const addresses = new AddressLimits();
  const rawSockets = new Set<Duplex>();
  /** Sockets that became connections, or whose refusal was counted: their end is not counted. */
  const accounted = new WeakSet<Duplex>();
  /** Sockets over a limit, accepted only to send them the error. */
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
   * Counts a WebSocket against its address from its first byte to its last, even if it never sends
   * a message. Over the limit some are let in to send them the error.
   */
  const admit = (request: IncomingMessage): 'ERR_TOO_MANY' | undefined => {
    const account = addresses.of(addressOf(request, proxies));
    const rawSocket = request.socket;
    const welcome = account.open < OPEN_PER_ADDRESS && account.connections.tryConsume();
    if (!welcome) {
      if (account.refused >= REFUSED_PER_ADDRESS) return 'ERR_TOO_MANY';
      overLimit.add(rawSocket);
      metrics.rejected.inc({ code: 'ERR_TOO_MANY' });
    }
    const place = welcome ? 'open' : 'refused';
    account[place]++;
    metrics.connections.inc();
    rawSocket.once('close', () => {
      account[place]--;
      metrics.connections.dec();
    });
    return undefined;
  };

  const rooms = new Rooms(io, shared?.store ?? new MemoryStore(node), node);
  const clients = new Set<ClientConnection>();
  const relayLog = new RelayLog(metrics);
  http.on('upgrade', (request, rawSocket: Duplex) => {
    if (!isForSignalling(request)) return;
    rawSockets.add(rawSocket);
    rawSocket.once('close', () => {
      rawSockets.delete(rawSocket);
      if (!accounted.has(rawSocket)) metrics.rejected.inc({ code: 'ERR_PROTOCOL' });
    });
  });

  // Connections that sent something else first, or nothing for too long.
  const mute = new WeakSet<SignalSocket['conn']>();
  io.engine.on('connection', (rawSocket: SignalSocket['conn']) => {
    accounted.add(rawSocket.request.socket);
    mute.add(rawSocket);
    rawSocket.once('close', (reason: string, description: unknown) => {
      const ended = reason === 'forced close' && mute.has(rawSocket) && !closing;
      const code = ended ? 'ERR_PROTOCOL' : violation(reason, description);
      if (code) metrics.rejected.inc({ code });
      // One that does not answer the closing handshake would be waited for.
      setTimeout(() => rawSocket.request.socket.destroy(), GOODBYE).unref();
    });
  });

  io.use((socket, next) => {
    mute.delete(socket.conn);
    if (!overLimit.has(socket.request.socket)) {
      next();
      return;
    }
    const refusal = new RequestError('ERR_TOO_MANY');
    next(Object.assign(refusal, { data: refusal.error }));
  });

  io.on('connection', (socket) => {
    socket.on('error', (error: unknown) => {
      // An event of that name is an ordinary request. An error here is a packet that cannot be
      // read; the connection ends.
      if (error instanceof Error) metrics.rejected.inc({ code: 'ERR_PROTOCOL' });
    });
    const client = new ClientConnection(socket, rooms, metrics, {
      messages: addresses.of(addressOf(socket.request, proxies)).messages,
      ice: (user) => iceServers(turn, user),
      relayLog,
    });
    clients.add(client);
    void client.gone.then(() => clients.delete(client));
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
      await Promise.all([...clients].map(({ gone }) => gone));
      io.engine.close();
      // A page that has fallen silent does not say goodbye, and the server would wait for it.
      const impatience = setTimeout(() => {
        for (const rawSocket of rawSockets) rawSocket.destroy();
      }, GOODBYE);
      await Promise.all(
        [...rawSockets].map((rawSocket) => new Promise((resolve) => rawSocket.once('close', resolve))),
      );
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

/** How a connection that ended went against the protocol, if it did. */
function violation(reason: string, description: unknown): 'ERR_TOO_LARGE' | 'ERR_PROTOCOL' | undefined {
  if (reason === 'parse error') return 'ERR_PROTOCOL';
  if (reason !== 'transport error' || !(description instanceof Error)) return undefined;
  if (description.message.includes('Max payload size')) return 'ERR_TOO_LARGE';
  return description.message === 'write error' ? undefined : 'ERR_PROTOCOL';
}

/**
 * Another site's page must not use this server through its clients' browsers. Programs send no
 * origin.
 */
function isSameOrigin({ headers }: IncomingMessage): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
