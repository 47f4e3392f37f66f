import { createClient } from 'redis';

export type RedisClient = ReturnType<typeof makeClient>;

/** A line to Redis, not yet open; once it was, it comes back by itself. */
export function makeClient(url: string) {
  let wasReady = false;
  const client = createClient({
    url,
    // A request is refused while Redis is away, and does not wait.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: 3000,
      // The first try tells at once; later ones go on until Redis is back.
      reconnectStrategy: (retries, cause) => (wasReady ? Math.min(50 * 2 ** retries, 1000) : cause),
    },
  });
  client.on('ready', () => {
    wasReady = true;
  });
  return client;
}
