import { io, type Socket } from 'socket.io-client';
import { PortoonError } from '../../common/errors.ts';
import {
  SIGNALLING_PATH,
  type Answer,
  type ClientToServer,
  type Request,
  type RequestName,
  type ServerToClient,
  type SignalError,
} from '../../server/signals.ts';

/** How long the server may take to answer. */
const ANSWER_MS = 10_000;
const RETRY_MS = 700;
/** Pause after the server refused a connection because it had too many. */
const CROWDED_MS = 2000;

/**
 * The page's connection to the signalling server. Once it was open, it reopens by itself after
 * every break. The only file that knows socket.io-client.
 */
export class Signalling {
  private readonly socket: Socket<ServerToClient, ClientToServer> = io({
    // Beside the page, which may lie below a path.
    path: new URL(`.${SIGNALLING_PATH}`, new URL(import.meta.env.BASE_URL, document.baseURI)).pathname,
    transports: ['websocket'],
    reconnectionDelayMax: 2000,
    autoConnect: false,
  });
  private closed = false;

  get connected(): boolean {
    return this.socket.connected;
  }

  /**
   * Connects.
   * @throws PortoonError `ERR_SIGNALLING` after ten seconds, or at once with the server's reason
   *   for a refusal.
   */
  connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(unreachable());
      }, ANSWER_MS);
      const { socket } = this;
      socket.once('connect', () => {
        clearTimeout(timer);
        resolve();
      });
      socket.on('connect_error', (error: Error & { data?: SignalError }) => {
        // Refused by the server, and so not tried again; an unreachable server is.
        if (!socket.active && error.data) reject(asError(error.data));
      });
      // Connects only when there are listeners, because earlier messages would be lost.
      socket.connect();
    });
  }

  /**
   * Keeps the connection open from now on.
   * @param back - it is open again, and the server does not know this page yet.
   */
  keep({ back, away }: { back: () => void; away: () => void }): void {
    const { socket } = this;
    socket.on('connect', back);
    socket.on('disconnect', (reason) => {
      away();
      // socket.io does not reconnect after the server has disconnected it.
      if (reason === 'io server disconnect') this.again();
    });
    socket.on('connect_error', () => {
      // The client does not reconnect by itself after a refusal: too many pages came back at the
      // same time.
      if (!socket.active) this.again(CROWDED_MS * (1 + Math.random()));
    });
  }

  /** Listens to what the server sends unasked. */
  on<Name extends keyof ServerToClient>(name: Name, hear: ServerToClient[Name]): void {
    // The types of socket.io cannot follow a name that is not known yet.
    (this.socket as { on(name: string, hear: ServerToClient[Name]): unknown }).on(name, hear);
  }

  /**
   * Sends a request and waits for its answer.
   * @throws PortoonError with the server's own code, or `ERR_SIGNALLING` when it does not answer.
   */
  async ask<Name extends RequestName>(
    name: Name,
    request: Request<Name>,
  ): Promise<Answer<Name> & { ok: true }> {
    const socket = this.socket.timeout(ANSWER_MS) as unknown as {
      emitWithAck(name: RequestName, request: unknown): Promise<Answer<Name>>;
    };
    let answer;
    try {
      answer = await socket.emitWithAck(name, request);
    } catch (cause) {
      throw unreachable({ cause });
    }
    if (answer.ok) return answer;
    throw asError(answer.error);
  }

  /** Disconnects, and connects again after `wait` milliseconds. */
  again(wait = RETRY_MS): void {
    this.socket.disconnect();
    setTimeout(() => {
      if (!this.closed) this.socket.connect();
    }, wait);
  }

  /** Tries now to reconnect: the network has changed. */
  retryNow(): void {
    if (this.connected || this.closed) return;
    this.socket.disconnect().connect();
  }

  /**
   * Safe to call twice.
   * @param leaving - whether the server is told that this page leaves the room.
   */
  close(leaving = true): void {
    if (this.closed) return;
    this.closed = true;
    if (!leaving) {
      this.socket.disconnect();
      return;
    }
    if (this.connected) this.socket.emit('leave', {}, () => undefined);
    // After the message that we leave has been sent.
    setTimeout(() => this.socket.disconnect(), 100);
  }
}

function asError({ code, message, wayOut }: SignalError): PortoonError {
  return new PortoonError(code, message, wayOut);
}

function unreachable(options?: ErrorOptions): PortoonError {
  return new PortoonError(
    'ERR_SIGNALLING',
    'The server that brings people together does not answer.',
    'Check the connection and try again.',
    options,
  );
}
