import { STATUS_CODES, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { networkOf, PENDING_PER_ADDRESS } from './limits.ts';
import type { Metrics } from '../metrics.ts';

/** How Node's errors of a request are answered; all others with 400. */
const STATUS: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  HPE_HEADER_OVERFLOW: 431,
};

/**
 * Counts TCP connections whose first request is not complete, and limits them by address. How long
 * they may take is set where the server is made.
 *
 * @param proxies behind proxies all connections have the same few addresses, and are not limited by
 *   them. A proxy passes on complete requests only.
 */
export function watchConnections(http: Server, metrics: Metrics, proxies: number): void {
  const pending = new Map<Socket, string>();
  const perAddress = new Map<string, number>();

  const settle = (socket: Socket) => {
    const address = pending.get(socket);
    if (address === undefined) return;
    pending.delete(socket);
    metrics.pending.dec();
    const left = perAddress.get(address)! - 1;
    if (left > 0) perAddress.set(address, left);
    else perAddress.delete(address);
  };

  http.on('connection', (socket) => {
    const address = networkOf(socket.remoteAddress ?? '');
    const count = perAddress.get(address) ?? 0;
    if (proxies === 0 && count >= PENDING_PER_ADDRESS) {
      metrics.rejected.inc({ code: 'ERR_TOO_MANY' });
      socket.destroy();
      return;
    }
    perAddress.set(address, count + 1);
    pending.set(socket, address);
    metrics.pending.inc();
    socket.once('close', () => {
      settle(socket);
    });
  });
  http.on('request', ({ socket }) => {
    settle(socket);
  });
  http.on('upgrade', ({ socket }) => {
    settle(socket);
  });

  http.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const timedOut = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
    if (timedOut) metrics.rejected.inc({ code: 'ERR_TIMEOUT' });
    else if (error.code?.startsWith('HPE_')) metrics.rejected.inc({ code: 'ERR_PROTOCOL' });
    // A browser that connects ahead of its requests would read an answer as that of its next one,
    // and one that is in the middle of a response as a part of that.
    if (!socket.writable || socket.bytesRead === 0 || socket.bytesWritten > 0) {
      socket.destroy();
      return;
    }
    const status = STATUS[error.code ?? ''] ?? 400;
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`);
    socket.destroySoon();
  });
}
