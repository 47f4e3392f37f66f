/** The converted segments of a film, each with a record of its file. */
import { rm, stat } from 'node:fs/promises';
import type { ConvertResult } from '../record/convert-protocol.ts';
import type { FileLocation } from './jobs.ts';
import {
  childLocation,
  checksumOf,
  temporaryPathFor,
  isAddress,
  publish,
  readText,
  removeFolder,
  writeText,
} from './file-locations.ts';

/** What is known of a whole segment. */
export interface SegmentRecord {
  /** Its file's name; null where the film breaks off before it. */
  readonly file: string | null;
  readonly sha256: string;
  readonly result: ConvertResult;
}

const recordName = (index: number) => `${String(index).padStart(5, '0')}.json`;

/** Keeps a segment. Its name has its checksum, so that two workers that convert it mix no files. */
export async function storeSegment(
  scratch: FileLocation,
  index: number,
  draft: string,
  result: ConvertResult,
): Promise<void> {
  if (result.frames === 0) {
    await rm(draft, { force: true });
    await writeText(
      childLocation(scratch, recordName(index)),
      JSON.stringify({ file: null, sha256: '', result }),
    );
    return;
  }
  const sha256 = await checksumOf(draft);
  const file = `${String(index).padStart(5, '0')}-${sha256.slice(0, 16)}.film`;
  await publish(draft, childLocation(scratch, file));
  const record: SegmentRecord = { file, sha256, result };
  await writeText(childLocation(scratch, recordName(index)), JSON.stringify(record));
}

/** A segment's record, if its file is there. */
export async function readSegmentRecord(scratch: FileLocation, index: number): Promise<SegmentRecord | null> {
  const text = await readText(childLocation(scratch, recordName(index)));
  if (text === null) return null;
  let record: SegmentRecord;
  try {
    record = JSON.parse(text) as SegmentRecord;
  } catch {
    return null;
  }
  if (record.file === null || isAddress(scratch)) return record;
  return stat(childLocation(scratch, record.file)).then(
    ({ size }) => (size === record.result.bytes ? record : null),
    () => null,
  );
}

/** Whether a segment's file is what its record says. */
export async function isSegmentIntact(
  scratch: FileLocation,
  { file, sha256 }: SegmentRecord,
): Promise<boolean> {
  if (file === null) return true;
  return (await checksumOf(childLocation(scratch, file)).catch(() => '')) === sha256;
}

export function segmentDraft(scratch: FileLocation, index: number): string {
  return temporaryPathFor(childLocation(scratch, String(index).padStart(5, '0')), 'segment');
}

export async function removeScratch(scratch: FileLocation, count: number): Promise<void> {
  const names: string[] = [];
  if (isAddress(scratch))
    for (let index = 0; index < count; index++) {
      const record = await readSegmentRecord(scratch, index).catch(() => null);
      if (record) names.push(...(record.file === null ? [] : [record.file]), recordName(index));
    }
  await removeFolder(scratch, names);
}
