/** The films in the queue, as those who ask for them see them. */
import type { Job } from 'bullmq';
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { ConvertResult } from '../record/convert-protocol.ts';
import { connectTo, enterVersion, openQueues, type FilmQueue, type Queues } from './connection.ts';
import { readFault } from './convert-driver.ts';
import { ATTEMPTS, cancelKey, VERSIONS, type FilmJob, type SegmentProgress } from './jobs.ts';
import { removeTemporaryFiles } from './file-locations.ts';
import { removeScratch } from './scratch.ts';

/** Seconds that a finished film stays in the list. */
const KEPT = 24 * 3600;
/** Milliseconds in which workers must drop a film that was removed. */
const REMOVE_TIMEOUT_MS = 20_000;

/** A film in the queue. */
export interface FilmState {
  readonly id: string;
  /** Only workers of this version may convert it. */
  readonly version: string;
  readonly name: string;
  readonly output: string;
  readonly state: 'waiting' | 'converting' | 'done' | 'failed' | 'gone';
  /** Frames and seconds of the film that are converted, and how long it is; 0 until it is cut. */
  readonly frames: number;
  readonly seconds: number;
  readonly total: number;
  /** Frames a second of those who work on it now. */
  readonly rate: number;
  /** Seconds until it is done at that rate; null until that is known. */
  readonly left: number | null;
  readonly result?: ConvertResult;
  readonly fault?: ReturnType<typeof readFault>;
}

/** How much one version has to do, and who does it. */
export interface VersionLoad {
  readonly version: string;
  /** Workers, segments that wait, and segments under way. */
  readonly workers: number;
  readonly waiting: number;
  readonly active: number;
}

/** The queue of films at a Redis, with those of all versions. */
export class FilmsQueue {
  private readonly opened = new Map<string, Promise<Queues>>();

  private constructor(private readonly connection: Redis) {}

  /** @throws a sentence for people, where no Redis answers. */
  static async open(url: string): Promise<FilmsQueue> {
    return new FilmsQueue(await connectTo(url));
  }

  /** A film's name in the queue. BullMQ refuses names that are numbers, hence the letter. */
  static newId(): string {
    return `f${randomBytes(6).toString('hex')}`;
  }

  /** Adds a film, for workers of one version. */
  async add(id: string, film: FilmJob, version: string): Promise<void> {
    await enterVersion(this.connection, version);
    const { films } = await this.queuesOf(version);
    await films.add('film', film, {
      jobId: id,
      attempts: ATTEMPTS,
      backoff: { type: 'exponential', delay: 1000 },
      removeOnComplete: { age: KEPT },
      removeOnFail: { age: 7 * KEPT },
    });
  }

  /** What each version has to do; those without work and workers are left out. */
  async load(): Promise<VersionLoad[]> {
    const loads = await Promise.all(
      (await this.all()).map(async ([version, { segments }]) => {
        const [workers, waiting, active] = await Promise.all([
          segments.getWorkersCount(),
          segments.getWaitingCount(),
          segments.getActiveCount(),
        ]);
        return { version, workers, waiting, active };
      }),
    );
    return loads.filter(({ workers, waiting, active }) => workers + waiting + active > 0);
  }

  /** The states of films; without ids those of all in the list. */
  async states(ids?: readonly string[]): Promise<FilmState[]> {
    const states = await Promise.all(
      (await this.all()).map(async ([version, { films, segments }]) => {
        const jobs = ids ? await Promise.all(ids.map((id) => films.getJob(id))) : await films.getJobs();
        const there = jobs.filter((job) => job !== undefined);
        const active = there.length > 0 ? await segments.getActive() : [];
        return Promise.all(
          there.map((job) => {
            const now = active
              .filter((segment) => segment.data.parent === job.id)
              .map(({ progress }) => progress)
              .filter((progress): progress is SegmentProgress => typeof progress === 'object');
            return stateOf(job, version, now);
          }),
        );
      }),
    );
    const found = new Map(states.flat().map((state) => [state.id, state]));
    return ids ? ids.map((id) => found.get(id) ?? gone(id)) : [...found.values()];
  }

  /**
   * Tries a failed film again, by workers of the same version; segments that are whole are kept.
   * @returns its new name in the queue; null where there is no such film that failed.
   */
  async retry(id: string): Promise<string | null> {
    const found = await this.find(id);
    if (!found || !(await found.job.isFailed())) return null;
    const fresh = FilmsQueue.newId();
    await this.add(fresh, { ...found.job.data, rounds: 0 }, found.version);
    await found.job.remove({ removeChildren: true });
    return fresh;
  }

  /**
   * Removes a film from the queue, in any state, and its files except for a finished output.
   * @returns whether there was such a film.
   */
  async remove(id: string): Promise<boolean> {
    const found = await this.find(id);
    if (!found) return false;
    const { job, films } = found;
    await this.connection.set(cancelKey(id), '1', 'EX', KEPT);
    await job.removeUnprocessedChildren().catch(() => undefined);
    const until = Date.now() + REMOVE_TIMEOUT_MS;
    let { data } = job;
    for (;;) {
      try {
        // Its data may have changed meanwhile, because it was cut.
        ({ data } = (await films.getJob(id)) ?? job);
        await job.remove({ removeChildren: true });
        break;
      } catch (error) {
        // A worker still has a segment of it, and drops that at its next check.
        if (Date.now() > until) throw error;
        await wait(200);
      }
    }
    if (data.scratch !== null) await removeScratch(data.scratch, data.plan?.cuts.length ?? 0);
    await removeTemporaryFiles(data.output, id);
    return true;
  }

  async close(): Promise<void> {
    await Promise.all([...this.opened.values()].map(async (queues) => (await queues).close()));
    this.connection.disconnect();
  }

  private async find(id: string): Promise<{ job: Job<FilmJob>; version: string; films: FilmQueue } | null> {
    for (const [version, { films }] of await this.all()) {
      const job = await films.getJob(id);
      if (job) return { job, version, films };
    }
    return null;
  }

  /** The queues of all versions that there are by now. */
  private async all(): Promise<(readonly [version: string, queues: Queues])[]> {
    const versions = (await this.connection.smembers(VERSIONS)).sort();
    return Promise.all(versions.map(async (version) => [version, await this.queuesOf(version)] as const));
  }

  private queuesOf(version: string): Promise<Queues> {
    const queues = this.opened.get(version) ?? openQueues(this.connection, version);
    this.opened.set(version, queues);
    return queues;
  }
}

const NOTHING = { frames: 0, seconds: 0, total: 0, rate: 0, left: null };

function gone(id: string): FilmState {
  return { ...NOTHING, id, version: '', name: '', output: '', state: 'gone' };
}

async function stateOf(
  job: Job<FilmJob>,
  version: string,
  now: readonly SegmentProgress[],
): Promise<FilmState> {
  const { name, output, plan } = job.data;
  const about = { id: job.id!, version, name, output, total: plan?.seconds ?? 0 };
  // The state is read together with the result: a separate query could give a newer one.
  const result = job.returnvalue as ConvertResult | null;
  if (result) {
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
  if (job.finishedOn !== undefined)
    return { ...NOTHING, ...about, state: 'failed', fault: readFault(job.failedReason) };
  const done = Object.values(await job.getChildrenValues<SegmentProgress>());
  const own = typeof job.progress === 'object' && done.length === 0 ? [job.progress as SegmentProgress] : [];
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
