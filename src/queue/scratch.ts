/** The segments of a film that are converted, each with a slip that tells what it must be. */
import { rm, stat } from 'node:fs/promises';
import type { ConvertResult } from '../record/convert-protocol.ts';
import type { Place } from './jobs.ts';
import {
  below,
  checksumOf,
  draftFor,
  isAddress,
  publish,
  readText,
  removeFolder,
  writeText,
} from './places.ts';

/** What is known of a whole segment. */
export interface Slip {
  /** Its file's name; null where the film breaks off before it. */
  readonly file: string | null;
  readonly sha256: string;
  readonly result: ConvertResult;
}

const slipName = (index: number) => `${String(index).padStart(5, '0')}.json`;

/** Keeps a segment. Its name has its checksum, so that two who convert it mix no files. */
export async function keepSegment(
  scratch: Place,
  index: number,
  draft: string,
  result: ConvertResult,
): Promise<void> {
  if (result.frames === 0) {
    await rm(draft, { force: true });
    await writeText(below(scratch, slipName(index)), JSON.stringify({ file: null, sha256: '', result }));
    return;
  }
  const sha256 = await checksumOf(draft);
  const file = `${String(index).padStart(5, '0')}-${sha256.slice(0, 16)}.film`;
  await publish(draft, below(scratch, file));
  const slip: Slip = { file, sha256, result };
  await writeText(below(scratch, slipName(index)), JSON.stringify(slip));
}

/** A segment's slip, if its file is there. */
export async function readSlip(scratch: Place, index: number): Promise<Slip | null> {
  const text = await readText(below(scratch, slipName(index)));
  if (text === null) return null;
  let slip: Slip;
  try {
    slip = JSON.parse(text) as Slip;
  } catch {
    return null;
  }
  if (slip.file === null || isAddress(scratch)) return slip;
  return stat(below(scratch, slip.file)).then(
    ({ size }) => (size === slip.result.bytes ? slip : null),
    () => null,
  );
}

/** Whether a segment's file is what its slip says. */
export async function isWhole(scratch: Place, { file, sha256 }: Slip): Promise<boolean> {
  if (file === null) return true;
  return (await checksumOf(below(scratch, file)).catch(() => '')) === sha256;
}

export function segmentDraft(scratch: Place, index: number): string {
  return draftFor(below(scratch, String(index).padStart(5, '0')), 'segment');
}

export async function removeScratch(scratch: Place, count: number): Promise<void> {
  const names: string[] = [];
  if (isAddress(scratch))
    for (let index = 0; index < count; index++) {
      const slip = await readSlip(scratch, index).catch(() => null);
      if (slip) names.push(...(slip.file === null ? [] : [slip.file]), slipName(index));
    }
  await removeFolder(scratch, names);
}
