/** A worker: takes films and segments from the queue until it is told to stop. */
import { UnrecoverableError, WaitingChildrenError, WaitingError, Worker, type Job } from 'bullmq';
import { explainWriteError, isWriteError } from '../common/write-error.ts';
import type { ConvertResult } from '../record/convert-protocol.ts';
import { connectTo, enterVersion, openQueues } from './connection.ts';
import { FaultError, type ConvertDriver } from './convert-driver.ts';
import { convertFilm } from './film-work.ts';
import {
  cancelKey,
  MAX_STALLS,
  PREFIX,
  queueNames,
  type FilmJob,
  type FileLocation,
  type SegmentJob,
  type SegmentProgress,
} from './jobs.ts';
import { withoutQuery } from './file-locations.ts';
import { convertSegment } from './segment-work.ts';

/** Milliseconds between two checks whether films are still wanted. */
const POLL_MS = 1000;
/** Another worker has been given the job, because this one was silent for too long. */
class LostJobError extends Error {}

/** Why a job is given up. */
const HANDED_BACK = 'handed back';
const CANCELLED = 'cancelled';

export interface FilmWorkerOptions {
  readonly url: string;
  /** The worker takes only films of this version. */
  readonly version: string;
  /** Segments at the same time. */
  readonly jobs: number;
  /** Milliseconds of silence after which others take a worker's jobs. */
  readonly stall: number;
  /** Called with each job that is done. */
  readonly onDone: (done: JobDone) => void;
}

/** Turns an error of the file system into a sentence with the location; others stay as they are. */
function inWords(error: unknown, place: FileLocation): Error {
  if (isWriteError(error)) return new FaultError(explainWriteError(error, withoutQuery(place)));
  return error instanceof Error ? error : new Error(String(error));
}

/** What became of a job. */
export interface JobDone {
  readonly kind: 'segment' | 'film';
  readonly outcome: 'done' | 'failed' | 'handed back' | 'cancelled';
  readonly name: string;
  /** Which of how many segments. */
  readonly index?: number;
  readonly count?: number;
  readonly frames: number;
  /** Seconds of work. */
  readonly took: number;
  readonly error?: Error;
}

export interface RunningWorker {
  /** Whether Redis answers. */
  readonly healthy: boolean;
  /** Jobs under way. */
  readonly active: number;
  /** Takes no more jobs, and resolves when those that it has are done. */
  finish(): Promise<void>;
  /** Hands back its jobs immediately. */
  handBack(): void;
}

/** @throws a sentence for people, where no Redis answers. */
export async function startQueueWorker(
  engine: ConvertDriver,
  options: FilmWorkerOptions,
): Promise<RunningWorker> {
  const connection = await connectTo(options.url);
  const queues = await openQueues(connection, options.version);
  const names = queueNames(options.version);
  await enterVersion(connection, options.version);
  let handingBack = false;
  /** Jobs under way, each with what aborts it. */
  const underWay = new Map<Job<FilmJob> | Job<SegmentJob>, AbortController>();
  const filmOf = (job: Job<FilmJob> | Job<SegmentJob>) => ('parent' in job.data ? job.data.parent : job.id!);
  const isCancelled = async (film: string) => (await connection.exists(cancelKey(film))) > 0;

  /** Runs a job so that it can be handed back, and reports what became of it. */
  async function hold<Result extends { frames: number }>(
    job: Job<FilmJob, Result> | Job<SegmentJob, Result>,
    token: string,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const began = performance.now();
    const aborter = new AbortController();
    underWay.set(job as Job<FilmJob>, aborter);
    const report = (outcome: JobDone['outcome'], frames = 0, error?: Error) => {
      const { name } = job.data;
      const place = 'index' in job.data ? { index: job.data.index, count: job.data.count } : {};
      options.onDone({
        ...{ kind: 'index' in job.data ? 'segment' : 'film', outcome, name, ...place, frames },
        took: (performance.now() - began) / 1000,
        ...(error ? { error } : {}),
      });
    };
    try {
      if (handingBack) aborter.abort(HANDED_BACK);
      else if (await isCancelled(filmOf(job as Job<FilmJob>))) aborter.abort(CANCELLED);
      aborter.signal.throwIfAborted();
      const result = await work(aborter.signal);
      report('done', result.frames);
      return result;
    } catch (error) {
      if (error instanceof WaitingChildrenError) throw error;
      if (error instanceof LostJobError) {
        report(HANDED_BACK);
        throw error;
      }
      if (aborter.signal.reason === HANDED_BACK) {
        report(HANDED_BACK);
        await job.moveToWait(token);
        throw new WaitingError();
      }
      if (aborter.signal.reason === CANCELLED) {
        report(CANCELLED);
        throw new UnrecoverableError(CANCELLED);
      }
      const failure = inWords(error, 'output' in job.data ? job.data.output : job.data.scratch);
      report('failed', 0, failure);
      throw failure;
    } finally {
      underWay.delete(job as Job<FilmJob>);
    }
  }

  const common = {
    connection,
    prefix: PREFIX,
    lockDuration: options.stall,
    stalledInterval: options.stall / 2,
    maxStalledCount: MAX_STALLS,
    // Milliseconds until it looks again for a Redis that went away.
    runRetryDelay: 1000,
  };
  const workers = [
    new Worker<SegmentJob, SegmentProgress>(
      names.segments,
      (job, token) => hold(job, token!, (signal) => convertSegment(job, engine, signal)),
      { ...common, concurrency: options.jobs },
    ),
    new Worker<FilmJob, ConvertResult>(
      names.films,
      (job, token) =>
        hold(job, token!, (signal) =>
          convertFilm({
            ...{ job, token: token!, engine, segments: queues.segments, signal },
            async throwIfLost() {
              if ((await job.extendLock(token!, options.stall)) !== 1) throw new LostJobError();
            },
          }),
        ),
      common,
    ),
  ];
  // Lost connections reconnect by themselves; a lost lock means that another worker has the job.
  for (const worker of workers) worker.on('error', () => undefined);
  const looking = setInterval(() => {
    for (const [job, aborter] of underWay)
      void isCancelled(filmOf(job)).then(
        (cancelled) => {
          if (cancelled) aborter.abort(CANCELLED);
        },
        () => undefined,
      );
  }, POLL_MS);
  await Promise.all(workers.map((worker) => worker.waitUntilReady()));

  return {
    get healthy() {
      return connection.status === 'ready';
    },
    get active() {
      return underWay.size;
    },
    async finish() {
      await Promise.all(workers.map((worker) => worker.close()));
      clearInterval(looking);
      await queues.close();
      connection.disconnect();
    },
    handBack() {
      handingBack = true;
      for (const aborter of underWay.values()) aborter.abort(HANDED_BACK);
    },
  };
}
