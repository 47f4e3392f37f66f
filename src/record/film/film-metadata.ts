import type { Input, MetadataTags } from 'mediabunny';
import type { FilmSource } from '../convert-protocol.ts';
import { viewOf } from './boxes.ts';
import { bytesAt } from './film-bytes.ts';
import type { Mp4Index } from './mp4-index.ts';

/** What a film is called, and when it was filmed. Where it was filmed is private and left out. */
export interface FilmMetadata {
  readonly title?: string;
  readonly date?: Date;
}

/** Bytes at a Matroska file's beginning that hold its metadata. */
const HEAD = 1 << 14;
/** Elements of Matroska: what holds the others, the date and the title. */
const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const DATE = 0x4461;
const TITLE = 0x7ba9;
/** Matroska's tag for the moment at which a recording began. */
const RECORDED = 'DATE_RECORDED';
/** Milliseconds from 1970 to 2001, where Matroska begins to count. */
const EPOCH = Date.UTC(2001, 0, 1);

/** Reads a film's metadata. Damaged metadata are no error. */
export async function readMetadata(
  source: FilmSource,
  input: Input,
  index: Mp4Index | null,
): Promise<FilmMetadata> {
  const tags = await input.getMetadataTags().catch((): MetadataTags => ({}));
  const own = index ?? matroskaMetadata(await bytesAt(source, 0, HEAD));
  // A phone writes the exact time itself; a tag's date may have no time of day.
  const apple = tags.raw?.['com.apple.quicktime.creationdate'];
  const recorded = tags.raw?.[RECORDED];
  const date =
    validDate(typeof apple === 'string' ? apple : null) ??
    own.date ??
    validDate(typeof recorded === 'string' ? `${recorded.replace(' ', 'T')}Z` : null) ??
    tags.date;
  const title = tags.title ?? ('title' in own ? own.title : null);
  return { ...(title ? { title } : {}), ...(date ? { date } : {}) };
}

/** The tags that keep them in a file; an MP4's date is in its index (file/writer.ts). */
export function toMetadataTags({ title, date }: FilmMetadata, container: 'mp4' | 'webm'): MetadataTags {
  const recorded = date?.toISOString().replace('T', ' ').replace('Z', '');
  return {
    ...(title === undefined ? {} : { title }),
    ...(recorded === undefined || container === 'mp4' ? {} : { raw: { [RECORDED]: recorded } }),
  };
}

function validDate(text: string | null): Date | null {
  const date = text === null ? null : new Date(text);
  return date && !Number.isNaN(date.getTime()) ? date : null;
}

/** @param head - the file's beginning. If it is no Matroska, all is null. */
export function matroskaMetadata(head: Uint8Array): { title: string | null; date: Date | null } {
  let title: string | null = null;
  let date: Date | null = null;
  for (let at = 0; at < head.length;) {
    const id = numberAt(head, at, true);
    const size = id && numberAt(head, at + id.length, false);
    if (!id || !size) break;
    const body = at + id.length + size.length;
    // Elements that hold others are searched too.
    const isParent = id.value === SEGMENT || id.value === INFO;
    const content = head.subarray(body, body + size.value);
    if (!isParent && content.length < size.value) break;
    if (id.value === TITLE) title = new TextDecoder().decode(content).replace(/\0+$/, '');
    if (id.value === DATE && content.length === 8) date = new Date(EPOCH + millisecondsIn(content));
    at = isParent ? body : body + size.value;
  }
  return { title, date };
}

function millisecondsIn(nanoseconds: Uint8Array): number {
  return Number(viewOf(nanoseconds).getBigInt64(0) / 1_000_000n);
}

/** A number of EBML: its first byte tells how many follow. */
function numberAt(
  bytes: Uint8Array,
  at: number,
  withMarker: boolean,
): { value: number; length: number } | null {
  const first = bytes[at];
  if (first === undefined || first === 0) return null;
  const length = Math.clz32(first) - 23;
  if (at + length > bytes.length) return null;
  let value = withMarker ? first : first & (0xff >> length);
  for (let i = 1; i < length; i++) value = value * 256 + bytes[at + i]!;
  return { value, length };
}
