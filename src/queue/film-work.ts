import { UnrecoverableError, WaitingChildrenError, type Job } from 'bullmq';
import { rm } from 'node:fs/promises';
import type { ConvertResult } from '../record/convert-protocol.ts';
import type { SegmentQueue } from './connection.ts';
import { FaultError, type ConvertDriver } from './convert-driver.ts';
import { ATTEMPTS, segmentId, type FilmJob, type FilmPlan, type SegmentJob } from './jobs.ts';
import {
  childLocation,
  temporaryPathFor,
  isAddress,
  isThere,
  makeFolder,
  publish,
  removeTemporaryFiles,
  versionTag,
} from './file-locations.ts';
import { offerAll, rateOf, sameFilm, versionTagOf } from './segment-work.ts';
import { isSegmentIntact, readSegmentRecord, removeScratch, type SegmentRecord } from './scratch.ts';

/** How many times segments that do not match their records are converted again. */
const MAX_ROUNDS = 3;
/** Milliseconds before a second try. */
const BACKOFF = 1000;

interface FilmWork {
  readonly job: Job<FilmJob, ConvertResult>;
  readonly token: string;
  readonly engine: ConvertDriver;
  readonly segments: SegmentQueue;
  readonly signal: AbortSignal;
  /** Rejects if another worker has been given the film, as after a silence of this one. */
  readonly throwIfLost: () => Promise<void>;
}

/**
 * A film's own job: cuts it, hands out its segments, and once those are there joins them. It is
 * taken up again whenever a worker is lost, and goes on with what it finds.
 * @throws WaitingChildrenError while segments are converted.
 */
export async function convertFilm(work: FilmWork): Promise<ConvertResult> {
  const { job } = work;
  const { written, output } = job.data;
  if (written && (written.stamp === null || written.stamp === (await versionTag(output).catch(() => ''))))
    return finish(work, written.result);
  await throwIfSegmentFailed(job);
  const { plan } = job.data;
  if (!plan) await cut(work);
  else await sameFilm(job.data.film, job.data.name, plan.stamp);
  const { scratch } = job.data;
  if (scratch === null) return finish(work, await convertWhole(work));
  const records = await wholeSegments(work, scratch, job.data.plan!);
  return finish(work, await join(work, scratch, records));
}

/** A segment that failed too often fails its film, and no other. */
async function throwIfSegmentFailed(job: FilmWork['job']): Promise<void> {
  const [reason] = Object.values(await job.getIgnoredChildrenFailures());
  if (reason === undefined) return;
  await job.removeUnprocessedChildren();
  throw new UnrecoverableError(reason);
}

async function cut({ job, engine, signal }: FilmWork): Promise<void> {
  const { film, name, trim, segment } = job.data;
  const stamp = await versionTagOf(film, name);
  const address = engine.offer(film);
  try {
    const { info, cuts, seconds } = await engine.cuts({ film: address, name, trim }, segment, {
      signal,
      onProgress: () => undefined,
    });
    await job.updateData({ ...job.data, plan: { info, stamp, cuts, seconds } });
  } catch (error) {
    // A file that is not a film will not be one at the second try either.
    if (error instanceof FaultError && /^ERR_(VIDEO_UNREADABLE|PARAMETER)$/.test(error.fault.code))
      throw new UnrecoverableError(error.message);
    throw error;
  } finally {
    engine.withdraw(address);
  }
}

/** The records of all segments. Waits until all of them are there and intact. */
async function wholeSegments(work: FilmWork, scratch: string, plan: FilmPlan): Promise<SegmentRecord[]> {
  const { job, token } = work;
  for (;;) {
    const records: SegmentRecord[] = [];
    const missing: number[] = [];
    for (const index of plan.cuts.keys()) {
      const record = await readSegmentRecord(scratch, index);
      if (record && (await isSegmentIntact(scratch, record))) records.push(record);
      else {
        missing.push(index);
        if (record?.file) await rm(childLocation(scratch, record.file), { force: true });
      }
    }
    if (missing.length === 0) return records;
    const { processed = 0, unprocessed = 0 } = await job.getDependenciesCount();
    // While segments are under way, none are handed out again: another worker had this job before.
    if (unprocessed === 0) {
      const round = (job.data.rounds ?? 0) + (processed > 0 ? 1 : 0);
      if (round > MAX_ROUNDS)
        throw new UnrecoverableError(
          `segments vanish from ${scratch}, or are not what was written: is it a folder that all machines share?`,
        );
      await job.updateData({ ...job.data, rounds: round });
      await handOut(work, plan, missing, round);
    }
    if (await job.moveToWaitingChildren(token)) throw new WaitingChildrenError();
  }
}

async function handOut(
  { job, segments, throwIfLost }: FilmWork,
  plan: FilmPlan,
  indices: readonly number[],
  round: number,
): Promise<void> {
  const { film, name, format, trim, how, runUp, scratch } = job.data;
  const parent = { id: job.id!, queue: job.queueQualifiedName };
  // Otherwise a folder would stay behind that another worker has removed with the finished film.
  await throwIfLost();
  await makeFolder(scratch!);
  await segments.addBulk(
    indices.map((index) => {
      const data: SegmentJob = {
        ...{ film, name, format, trim, how, runUp, ...rateOf(job.data) },
        parent: job.id!,
        scratch: scratch!,
        stamp: plan.stamp,
        index,
        count: plan.cuts.length,
        from: plan.cuts[index]!,
        to: plan.cuts[index + 1] ?? null,
      };
      return {
        name: 'segment',
        data,
        opts: {
          jobId: segmentId(job.id!, index, round),
          parent,
          attempts: ATTEMPTS,
          backoff: { type: 'exponential', delay: BACKOFF },
          continueParentOnFailure: true,
          removeOnComplete: true,
        },
      };
    }),
  );
}

/** A film that is not cut: one worker converts it from its beginning to its end. */
function convertWhole(work: FilmWork): Promise<ConvertResult> {
  const { job, engine, signal } = work;
  const { film, name, format, trim, how } = job.data;
  return writeOutput(work, async (url) => {
    const offered = offerAll(engine, film, how);
    try {
      return await engine.convert(
        { film: offered.film, name, format, trim, ...rateOf(job.data), to: { kind: 'upload', url } },
        offered.how,
        { signal, onProgress: tellQueue(job) },
      );
    } catch (error) {
      throw offered.named(error);
    } finally {
      offered.withdraw();
    }
  });
}

function join(work: FilmWork, scratch: string, records: readonly SegmentRecord[]): Promise<ConvertResult> {
  const { job, engine, signal } = work;
  const { film, name, format, trim } = job.data;
  return writeOutput(work, async (url) => {
    const addresses = [film, ...records.map(({ file }) => childLocation(scratch, file ?? 'none'))].map(
      (place) => engine.offer(place),
    );
    try {
      return await engine.join(
        {
          film: addresses[0]!,
          name,
          format,
          trim,
          ...rateOf(job.data),
          to: { kind: 'upload', url },
          segments: records.map(({ result }, index) => ({ film: addresses[index + 1]!, result })),
        },
        { signal, onProgress: tellQueue(job) },
      );
    } finally {
      for (const address of addresses) engine.withdraw(address);
    }
  });
}

/** Has the output written beside its place, and moves it there when it is complete. */
async function writeOutput(
  { job, engine, signal, throwIfLost }: FilmWork,
  write: (url: string) => Promise<ConvertResult>,
): Promise<ConvertResult> {
  const { output } = job.data;
  await throwIfThere(job.data);
  const draft = temporaryPathFor(output, job.id!);
  const place = await engine.openForWriting(draft);
  try {
    const result = await write(place.path);
    await place.finish();
    signal.throwIfAborted();
    await throwIfLost();
    await throwIfThere(job.data);
    // After a crash the next worker must know whether a file that is there is this one.
    const stamp = isAddress(output) ? null : await versionTag(draft);
    if (stamp !== null) await job.updateData({ ...job.data, written: { result, stamp } });
    await publish(draft, output);
    if (stamp === null) await job.updateData({ ...job.data, written: { result, stamp } });
    return result;
  } finally {
    await place.close();
    await rm(draft, { force: true });
  }
}

/** Somebody may have written it while the film waited. */
async function throwIfThere({ output, overwrite }: FilmJob): Promise<void> {
  if (overwrite || isAddress(output) || !(await isThere(output))) return;
  const fault = new FaultError({
    code: 'ERR_FILE_WRITE',
    message: `${output} is there already.`,
    wayOut: 'Choose another name, or replace it: --overwrite',
  });
  throw new UnrecoverableError(fault.message);
}

/** Removes everything but the output, which is in its place. */
async function finish({ job }: FilmWork, result: ConvertResult): Promise<ConvertResult> {
  const { scratch, output, plan } = job.data;
  try {
    if (scratch !== null) await removeScratch(scratch, plan?.cuts.length ?? 0);
    await removeTemporaryFiles(output, job.id!);
  } catch (error) {
    // Tried as often as any step, but a finished film does not fail because of it.
    if (job.attemptsMade + 1 < ATTEMPTS) throw error;
  }
  return result;
}

function tellQueue(job: FilmWork['job']) {
  let told = 0;
  return ({ frames, seconds, rate }: { frames: number; seconds: number; rate: number }) => {
    if (Date.now() - told < 1000) return;
    told = Date.now();
    job.updateProgress({ frames, seconds, rate }).catch(() => undefined);
  };
}
