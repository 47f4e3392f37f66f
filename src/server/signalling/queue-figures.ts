import { Gauge, type Registry } from 'prom-client';
import type { RedisClient } from '../rooms/redis-client.ts';

/** Where the queue of films keeps what waits and what is under way: see src/queue/jobs.ts. */
const KEYS = 'portoon-films';

/** Adds the figures of the queue of films to `/metrics`; they are zero where nobody uses it. */
export function addQueueFigures(registry: Registry, redis: RedisClient): void {
  new Gauge({
    name: 'portoon_queue_jobs',
    help: 'Films and their segments in the queue, by state',
    labelNames: ['queue', 'state'],
    registers: [registry],
    async collect() {
      for (const queue of ['films', 'segments'] as const) {
        const key = (state: string) => `${KEYS}:${queue}:${state}`;
        const counts = await Promise.all([
          redis.lLen(key('wait')),
          redis.lLen(key('active')),
          redis.zCard(key('waiting-children')),
          redis.zCard(key('failed')),
        ]).catch(() => null);
        // Redis is away, as /healthz tells.
        if (!counts) return;
        for (const [index, state] of (['waiting', 'active', 'converting', 'failed'] as const).entries())
          this.set({ queue, state }, counts[index]!);
      }
    },
  });
}
