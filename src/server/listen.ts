import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that answers. */
export interface Listening {
  readonly port: number;
  /** With a slash at its end. */
  readonly url: string;
  /**
   * Takes no new connections, ends the idle ones, and resolves when the others are done or after
   * two seconds.
   */
  close(): Promise<void>;
}

/** What `PORT` may say. Throws a sentence for people. */
export function parsePort(value: string | undefined, fallback = 8080): number {
  if (value === undefined || value === '') return fallback;
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65535) return port;
  throw new Error(`PORT must be a whole number from 0 to 65535 (0 picks a free one), not "${value}".`);
}

/** Starts a server. @throws a sentence that says why the port cannot be used. */
export async function listen(server: Server, port: number, host?: string): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    const refused = (error: NodeJS.ErrnoException) => {
      reject(explain(error, port, host));
    };
    server.once('error', refused);
    server.listen({ port, ...(host ? { host } : {}) }, () => {
      server.removeListener('error', refused);
      resolve();
    });
  });
  surviveErrors(server);
  const { port: actual } = server.address() as AddressInfo;
  return {
    port: actual,
    url: `http://${bracketed(host ?? 'localhost')}:${actual}/`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      const impatience = setTimeout(() => {
        server.closeAllConnections();
      }, 2000);
      await closed;
      clearTimeout(impatience);
    },
  };
}

/** A connection that cannot be accepted, as without a free file handle, is no reason to end. */
function surviveErrors(server: Server): void {
  let loggedAt = -Infinity;
  server.on('error', (error) => {
    // It happens again with each connection; it is logged from time to time only.
    if (performance.now() - loggedAt < 10_000) return;
    loggedAt = performance.now();
    process.stderr.write(`A connection could not be accepted: ${error.message}\n`);
  });
}

/** An IPv6 address as an URL takes it. */
function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function explain(error: NodeJS.ErrnoException, port: number, host: string | undefined): Error {
  const options = { cause: error };
  switch (error.code) {
    case 'EADDRINUSE':
      return new Error(
        `Port ${port} is taken by another program. Stop that one, or choose another: PORT=${port === 65535 ? 8080 : port + 1} npm start`,
        options,
      );
    case 'EACCES':
      return new Error(
        `Port ${port} needs more rights than this user has. Choose one over 1023: PORT=8080 npm start`,
        options,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new Error(`HOST names no address of this machine: "${host ?? ''}".`, options);
    default:
      return error;
  }
}
