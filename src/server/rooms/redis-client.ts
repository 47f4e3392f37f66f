import { Redis } from 'ioredis';

/** Milliseconds in which a Redis must answer. */
const CONNECT_TIMEOUT_MS = 3000;

/**
 * A connection to Redis, not yet open; once it was, it reconnects by itself.
 * @param whileAway - whether a request that is made while Redis is away is refused, or waits.
 */
export function makeClient(url: string, whileAway: 'refuse' | 'wait' = 'refuse'): Redis {
  let wasReady = false;
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableOfflineQueue: whileAway === 'wait',
    // How often what waits is tried again.
    maxRetriesPerRequest: whileAway === 'wait' ? null : 0,
    // The first try fails immediately; later ones go on until Redis is back.
    retryStrategy: (tries) => (wasReady ? Math.min(25 * 2 ** tries, 1000) : null),
  });
  client.on('ready', () => {
    wasReady = true;
  });
  return client;
}
