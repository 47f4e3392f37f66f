/** The films in the queue, as those who ask for them see them. */
import type { Job } from 'bullmq';
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { ConvertResult } from '../record/convert-protocol.ts';
import { connectTo, openQueues, type FilmQueue, type SegmentQueue } from './connection.ts';
import { readFault } from './engine.ts';
import { ATTEMPTS, cancelKey, type FilmJob, type SegmentProgress } from './jobs.ts';
import { removeDrafts } from './places.ts';
import { removeScratch } from './scratch.ts';

/** Seconds that a finished film stays in the list. */
const KEPT = 24 * 3600;
/** Milliseconds in which workers let go of a film that is no longer wanted. */
const PATIENCE = 20_000;

/** A film in the queue. */
export interface FilmState {
  readonly id: string;
  readonly name: string;
  readonly output: string;
  readonly state: 'waiting' | 'converting' | 'done' | 'failed' | 'gone';
  /** Frames and seconds of the film that are converted, and how long it is; 0 until it is cut. */
  readonly frames: number;
  readonly seconds: number;
  readonly total: number;
  /** Frames a second of those who work on it now. */
  readonly rate: number;
  /** Seconds until it is done at that rate; null until that can be told. */
  readonly left: number | null;
  readonly result?: ConvertResult;
  readonly fault?: ReturnType<typeof readFault>;
}

/** The queue of films at a Redis. */
export class FilmsQueue {
  private constructor(
    private readonly connection: Redis,
    private readonly films: FilmQueue,
    private readonly segments: SegmentQueue,
    private readonly closeQueues: () => Promise<void>,
  ) {}

  /** @throws a sentence for people, where no Redis answers. */
  static async open(url: string): Promise<FilmsQueue> {
    const connection = await connectTo(url);
    const { films, segments, close } = await openQueues(connection);
    return new FilmsQueue(connection, films, segments, close);
  }

  /** A film's name in the queue. */
  static newId(): string {
    return randomBytes(6).toString('hex');
  }

  async add(id: string, film: FilmJob): Promise<void> {
    await this.films.add('film', film, {
      jobId: id,
      attempts: ATTEMPTS,
      backoff: { type: 'exponential', delay: 1000 },
      removeOnComplete: { age: KEPT },
      removeOnFail: { age: 7 * KEPT },
    });
  }

  /** How many workers there are, and how many segments wait and are under way. */
  async load(): Promise<{ workers: number; waiting: number; active: number }> {
    const [workers, waiting, active] = await Promise.all([
      this.segments.getWorkersCount(),
      this.segments.getWaitingCount(),
      this.segments.getActiveCount(),
    ]);
    return { workers, waiting, active };
  }

  /** How films stand; without ids all that are in the list. */
  async look(ids?: readonly string[]): Promise<FilmState[]> {
    const jobs = ids
      ? await Promise.all(ids.map(async (id) => [id, (await this.films.getJob(id)) ?? null] as const))
      : (await this.films.getJobs()).map((job) => [job.id!, job] as const);
    const active = await this.segments.getActive();
    return Promise.all(
      jobs.map(async ([id, job]) => {
        const now = active
          .filter((segment) => segment.data.parent === id)
          .map(({ progress }) => progress)
          .filter((progress): progress is SegmentProgress => typeof progress === 'object');
        return this.stateOf(id, job, now);
      }),
    );
  }

  private async stateOf(
    id: string,
    job: Job<FilmJob> | null,
    now: readonly SegmentProgress[],
  ): Promise<FilmState> {
    const none = { id, frames: 0, seconds: 0, total: 0, rate: 0, left: null };
    if (!job) return { ...none, name: '', output: '', state: 'gone' };
    const { name, output, plan } = job.data;
    const about = { id, name, output, total: plan?.seconds ?? 0 };
    const state = await job.getState();
    if (state === 'completed') {
      const result = job.returnvalue as ConvertResult;
      const { seconds, frames } = result;
      return {
        ...about,
        state: 'done',
        frames,
        seconds,
        total: about.total || seconds,
        rate: 0,
        left: 0,
        result,
      };
    }
    if (state === 'failed') return { ...none, ...about, state: 'failed', fault: readFault(job.failedReason) };
    const done = Object.values(await job.getChildrenValues<SegmentProgress>());
    const own =
      typeof job.progress === 'object' && done.length === 0 ? [job.progress as SegmentProgress] : [];
    const sum = (of: readonly SegmentProgress[], key: keyof SegmentProgress) =>
      of.reduce((all, each) => all + each[key], 0);
    const all = [...done, ...now, ...own];
    const [frames, seconds, rate] = [
      sum(all, 'frames'),
      Math.min(about.total, sum(all, 'seconds')),
      sum([...now, ...own], 'rate'),
    ];
    return {
      ...about,
      state: plan ? 'converting' : 'waiting',
      ...{ frames, seconds, rate },
      left: rate > 0 && seconds > 0 ? ((about.total - seconds) * (frames / seconds)) / rate : null,
    };
  }

  /**
   * Tries a failed film again; segments that are whole are kept.
   * @returns its new name in the queue; null where there is no such film that failed.
   */
  async retry(id: string): Promise<string | null> {
    const job = await this.films.getJob(id);
    if (!job || !(await job.isFailed())) return null;
    const fresh = FilmsQueue.newId();
    await this.add(fresh, { ...job.data, rounds: 0 });
    await job.remove({ removeChildren: true });
    return fresh;
  }

  /**
   * Takes a film out of the queue, whatever its state, and removes what was made of it but for an
   * output that is whole.
   * @returns whether there was such a film.
   */
  async remove(id: string): Promise<boolean> {
    const job = await this.films.getJob(id);
    if (!job) return false;
    await this.connection.set(cancelKey(id), '1', 'EX', KEPT);
    await job.removeUnprocessedChildren().catch(() => undefined);
    const until = Date.now() + PATIENCE;
    let { data } = job;
    for (;;) {
      try {
        // It may have been cut meanwhile.
        ({ data } = (await this.films.getJob(id)) ?? job);
        await job.remove({ removeChildren: true });
        break;
      } catch (error) {
        // A worker still holds a part of it, and lets go when it next looks.
        if (Date.now() > until) throw error;
        await wait(200);
      }
    }
    if (data.scratch !== null) await removeScratch(data.scratch, data.plan?.cuts.length ?? 0);
    await removeDrafts(data.output, id);
    return true;
  }

  async close(): Promise<void> {
    await this.closeQueues();
    this.connection.disconnect();
  }
}
