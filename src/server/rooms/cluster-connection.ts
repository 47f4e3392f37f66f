import { createAdapter } from '@socket.io/redis-adapter';
import type { Redis } from 'ioredis';
import { makeClient } from './redis-client.ts';
import { RedisStore } from './redis-store.ts';
import type { Rooms } from './rooms.ts';

/** How often a node reports that it is alive, and checks which others are. Milliseconds. */
const BEAT = 500;

/** What the nodes of one deployment share. */
export interface ClusterConnection {
  /** For socket.io: what is emitted on one node reaches the others' pages. */
  readonly adapter: ReturnType<typeof createAdapter>;
  readonly store: RedisStore;
  readonly client: Redis;
  readonly healthy: boolean;
  /** Starts to notice nodes that die, and whether this one was declared dead. */
  watch(rooms: Rooms): void;
  close(): Promise<void>;
}

/** @throws a sentence for people, where nothing answers at the address. */
export async function connectRedis(url: string, node: string): Promise<ClusterConnection> {
  const client = makeClient(url);
  // What is emitted waits until Redis is back.
  const publisher = makeClient(url, 'wait');
  const subscriber = makeClient(url, 'wait');
  const clients = [client, publisher, subscriber];
  for (const each of clients) {
    // The client reconnects by itself; /healthz shows its state.
    each.on('error', () => undefined);
  }
  try {
    await Promise.all(clients.map((each) => each.connect()));
  } catch (cause) {
    for (const each of clients) each.disconnect();
    throw new Error('No Redis answers at REDIS_URL. Start it, or unset REDIS_URL to run a single server.', {
      cause,
    });
  }
  // The adapter does not handle these promises, and an unhandled rejection would end the process.
  const publish = publisher.publish.bind(publisher);
  Object.assign(publisher, {
    publish: (channel: string, message: string | Buffer) => publish(channel, message).catch(() => 0),
  });

  const store = new RedisStore(client, node);
  await store.beat();
  store.wasForgotten();
  let closed = false;
  /** Whether messages of other nodes may have been missed since the last beat. */
  let missed = false;
  subscriber.on('ready', () => {
    missed = true;
  });
  let next: NodeJS.Timeout | undefined;
  let lastBeat: Promise<void> | undefined;

  return {
    adapter: createAdapter(publisher, subscriber),
    store,
    client,
    get healthy() {
      return clients.every(({ status }) => status === 'ready');
    },
    watch(rooms) {
      let known = new Set<string>();
      /** Kept until it worked: Redis may go away again in the middle of it. */
      let forgotten = false;
      const look = async () => {
        const living = await store.beat();
        forgotten ||= store.wasForgotten();
        if (forgotten || missed) rooms.recountSoon();
        missed = false;
        if (forgotten) await rooms.readmitAll();
        forgotten = false;
        if ([...known].some((other) => !living.has(other))) await rooms.settleAll();
        known = new Set(living);
        await rooms.announcePendingLeaves();
        await rooms.recount();
      };
      const beat = () => {
        lastBeat = look()
          // Redis is away, or a room is kept locked: the next beat tries again.
          .catch(() => undefined)
          .then(() => {
            if (!closed) next = setTimeout(beat, BEAT);
          });
      };
      beat();
    },
    async close() {
      closed = true;
      clearTimeout(next);
      await lastBeat;
      await store.leave().catch(() => undefined);
      for (const each of clients) each.disconnect();
    },
  };
}
