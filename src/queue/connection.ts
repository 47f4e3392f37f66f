/** Connections to Redis, and the queues. Packages load only when a queue is asked for. */
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { FILMS, PREFIX, SEGMENTS, type FilmJob, type SegmentJob, type SegmentProgress } from './jobs.ts';

/** Milliseconds in which a Redis must answer at the start. */
const PATIENCE = 5000;

export type FilmQueue = Queue<FilmJob>;
export type SegmentQueue = Queue<SegmentJob, SegmentProgress>;

/** Why no queue can be reached, and what to do. */
class QueueUnreachable extends Error {
  readonly wayOut = 'Start Redis there, or correct --queue.';
}

/** An address without its password. */
export function withoutPassword(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/**
 * A line that comes back by itself once it stood.
 * @throws QueueUnreachable where no Redis answers.
 */
export async function connectTo(url: string): Promise<Redis> {
  const { Redis } = await import('ioredis');
  let stood = false;
  const line = new Redis(url, {
    // The engine wants it so: what is said while Redis is away waits.
    maxRetriesPerRequest: null,
    lazyConnect: true,
    connectTimeout: PATIENCE,
    retryStrategy: (tries) => (stood ? Math.min(100 * 2 ** tries, 2000) : null),
  });
  let cause: unknown;
  // Every failed attempt emits an error; the client reconnects by itself.
  line.on('error', (error) => (cause = error));
  try {
    await line.connect();
    await line.ping();
  } catch (error) {
    line.disconnect();
    const { message } = (cause ?? error) as Error;
    throw new QueueUnreachable(`No Redis answers at ${withoutPassword(url)}: ${message}.`, { cause: error });
  }
  stood = true;
  return line;
}

/** Both queues over one line. */
export async function openQueues(
  connection: Redis,
): Promise<{ films: FilmQueue; segments: SegmentQueue; close: () => Promise<void> }> {
  const bullmq = await import('bullmq');
  const films: FilmQueue = new bullmq.Queue<FilmJob>(FILMS, { connection, prefix: PREFIX });
  const segments: SegmentQueue = new bullmq.Queue<SegmentJob, SegmentProgress>(SEGMENTS, {
    connection,
    prefix: PREFIX,
  });
  for (const queue of [films, segments]) queue.on('error', () => undefined);
  return {
    films,
    segments,
    async close() {
      await Promise.all([films.close(), segments.close()]);
    },
  };
}
