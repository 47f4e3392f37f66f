/** Connections to Redis, and the queues. Packages load only when a queue is asked for. */
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { PREFIX, queueNames, VERSIONS, type FilmJob, type SegmentJob, type SegmentProgress } from './jobs.ts';

/** Milliseconds in which a Redis must answer at the start. */
const CONNECT_TIMEOUT_MS = 5000;

export type FilmQueue = Queue<FilmJob>;
export type SegmentQueue = Queue<SegmentJob, SegmentProgress>;

/** Why no queue can be reached, and what to do. */
class QueueUnreachable extends Error {
  constructor(
    message: string,
    readonly wayOut: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

function explain(url: string, why: string, cause: unknown): QueueUnreachable {
  const where = withoutPassword(url);
  if (/^(NOAUTH|WRONGPASS)/.test(why))
    return new QueueUnreachable(
      `The Redis at ${where} wants ${new URL(url).password === '' ? 'a password' : 'another password'}.`,
      `Give it with the address: redis://:PASSWORD@host:6379, as %40 what is @ in it, as %23 what is #.`,
      { cause },
    );
  return new QueueUnreachable(
    `No Redis answers at ${where}: ${why.replace(/\.$/, '')}.`,
    'Start Redis there, or correct --queue.',
    { cause },
  );
}

/** An address without its password. */
export function withoutPassword(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/**
 * Opens a connection, which from then on reconnects by itself.
 * @throws QueueUnreachable if no Redis answers.
 */
export async function connectTo(url: string): Promise<Redis> {
  const { Redis } = await import('ioredis');
  let stood = false;
  const line = new Redis(url, {
    // BullMQ requires this: commands wait while Redis is away.
    maxRetriesPerRequest: null,
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
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
    throw explain(url, message, error);
  }
  stood = true;
  return line;
}

/** The queues of one version. */
export interface Queues {
  readonly films: FilmQueue;
  readonly segments: SegmentQueue;
  close(): Promise<void>;
}

/** Lets everybody find the queues of a version. */
export async function enterVersion(connection: Redis, version: string): Promise<void> {
  await connection.sadd(VERSIONS, version);
}

/** Both queues of a version over one connection. */
export async function openQueues(connection: Redis, version: string): Promise<Queues> {
  const bullmq = await import('bullmq');
  const names = queueNames(version);
  const films: FilmQueue = new bullmq.Queue<FilmJob>(names.films, { connection, prefix: PREFIX });
  const segments: SegmentQueue = new bullmq.Queue<SegmentJob, SegmentProgress>(names.segments, {
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
