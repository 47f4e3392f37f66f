import type { Redis } from 'ioredis';
import { Gauge, type Registry } from 'prom-client';

/** Where the queue of films keeps what waits and what is under way: see src/queue/jobs.ts. */
const KEYS = 'portoon-films';

const STATES = ['waiting', 'active', 'converting', 'failed'] as const;

/** How many jobs of a queue there are in each state. */
function countsOf(redis: Redis, queue: string): Promise<number[]> {
  return Promise.all([
    redis.llen(`${queue}:wait`),
    redis.llen(`${queue}:active`),
    redis.zcard(`${queue}:waiting-children`),
    redis.zcard(`${queue}:failed`),
  ]);
}

/** Adds the figures of the queue of films to `/metrics`; they are zero where nobody uses it. */
export function addQueueFigures(registry: Registry, redis: Redis): void {
  new Gauge({
    name: 'portoon_queue_jobs',
    help: 'Films and their segments in the queue, by state',
    labelNames: ['queue', 'state'],
    registers: [registry],
    async collect() {
      // Redis is away, as /healthz shows.
      const versions = await redis.smembers(`${KEYS}:versions`).catch(() => null);
      if (!versions) return;
      for (const queue of ['films', 'segments'] as const) {
        const counts = await Promise.all(
          versions.map((version) => countsOf(redis, `${KEYS}:${queue}-${version}`)),
        ).catch(() => null);
        if (!counts) return;
        for (const [index, state] of STATES.entries())
          this.set(
            { queue, state },
            counts.reduce((sum, of) => sum + of[index]!, 0),
          );
      }
    },
  });
}
