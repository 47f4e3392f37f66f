import type { Job } from 'bullmq';
import { rm } from 'node:fs/promises';
import { isBackgroundWord } from '../effect/look.ts';
import { FaultError, type ConvertSettings, type ConvertDriver } from './convert-driver.ts';
import type { SegmentJob, SegmentProgress } from './jobs.ts';
import { isAddress, versionTag, withoutQuery } from './file-locations.ts';
import { storeSegment, readSegmentRecord, segmentDraft } from './scratch.ts';

/** Milliseconds between two reports of progress to the queue. */
const REPORT_MS = 1000;

/** Converts one segment and keeps it. One that is kept already is not converted again. */
export async function convertSegment(
  job: Job<SegmentJob, SegmentProgress>,
  engine: ConvertDriver,
  signal: AbortSignal,
): Promise<SegmentProgress> {
  const { film, name, format, trim, how, scratch, index, from, to, runUp, stamp } = job.data;
  const kept = await readSegmentRecord(scratch, index);
  if (kept) return { frames: kept.result.frames, seconds: (to ?? from) - from, rate: 0 };
  await sameFilm(film, name, stamp);
  const draft = segmentDraft(scratch, index);
  const place = await engine.openForWriting(draft);
  const offered = offerAll(engine, film, how);
  let told = 0;
  let latest: SegmentProgress = { frames: 0, seconds: 0, rate: 0 };
  try {
    const result = await engine.convert(
      {
        film: offered.film,
        name,
        format,
        trim,
        ...rateOf(job.data),
        to: { kind: 'upload', url: place.path },
        segment: { from, to, runUp },
      },
      offered.how,
      {
        signal,
        onProgress({ frames, seconds, rate }) {
          latest = { frames, seconds, rate };
          if (Date.now() - told < REPORT_MS) return;
          told = Date.now();
          // Redis may be away; the next report says as much.
          job.updateProgress(latest).catch(() => undefined);
        },
      },
    );
    await place.close();
    signal.throwIfAborted();
    await storeSegment(scratch, index, draft, result);
    return { ...latest, frames: result.frames };
  } catch (error) {
    throw offered.named(error);
  } finally {
    await place.close();
    offered.withdraw();
    await rm(draft, { force: true });
  }
}

/** The converter's option for a film's rate. */
export function rateOf({ frameRate }: { frameRate?: number }): { frameRate?: number } {
  return frameRate === undefined ? {} : { frameRate };
}

interface Offered {
  readonly film: string;
  readonly how: ConvertSettings;
  /** Replaces a page's internal address in a fault by the name of the picture. */
  named(error: unknown): unknown;
  withdraw(): void;
}

/** Addresses that a page can read, for a film and the picture behind its people. */
export function offerAll(engine: ConvertDriver, film: string, how: ConvertSettings): Offered {
  const { background } = how.look;
  const isPicture =
    background !== undefined &&
    !isBackgroundWord(background) &&
    (isAddress(background) || background.startsWith('/') || /^[a-z]:[\\/]/i.test(background));
  const picture = isPicture ? engine.offer(background) : null;
  const address = engine.offer(film);
  return {
    film: address,
    how: picture === null ? how : { ...how, look: { ...how.look, background: picture } },
    named(error) {
      if (!(error instanceof FaultError) || picture === null) return error;
      const { fault } = error;
      return new FaultError({ ...fault, message: fault.message.replace(picture, withoutQuery(background!)) });
    },
    withdraw() {
      engine.withdraw(address);
      if (picture !== null) engine.withdraw(picture);
    },
  };
}

/** @throws FaultError where the film cannot be read here. */
export function versionTagOf(film: string, name: string): Promise<string> {
  return versionTag(film).catch((error: unknown) => {
    throw new FaultError({
      code: 'ERR_VIDEO_UNREADABLE',
      message: `A worker cannot read “${name}”: ${error instanceof Error ? error.message : String(error)}.`,
      wayOut: isAddress(film)
        ? 'All machines must reach the film at its address, for as long as films are converted.'
        : 'All machines must see the film at the same path: put it into a folder that they share.',
    });
  });
}

/** @throws FaultError where the film cannot be read here, or is another one now. */
export async function sameFilm(film: string, name: string, stamp: string): Promise<void> {
  const now = await versionTagOf(film, name);
  if (now === stamp) return;
  throw new FaultError({
    code: 'ERR_VIDEO_UNREADABLE',
    message: `“${name}” was changed while it was converted.`,
    wayOut: 'Convert it again.',
  });
}
