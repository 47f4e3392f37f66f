import { signal } from '@preact/signals';
import { PortoonError } from '../effect/errors.ts';
import { claimLeftClips, discardClip, openClip } from '../record/clips.ts';
import type { ClipFile } from '../record/folder.ts';
import { announce } from './state.ts';
import { tellFault } from './notices.ts';
import { recorder } from './recorder.ts';

/** A clip that is offered: played, saved, shared, thrown away. */
export interface Clip {
  /** Under which it lies in the browser. */
  readonly name: string;
  readonly file: File;
  readonly url: string;
  /** Left behind by a visit before this one. */
  readonly found: boolean;
  readonly saved: boolean;
  /** It is being copied to where the person wants it. */
  readonly saving: boolean;
  /** What a person would call it; by default as it lies in the browser. */
  readonly title?: string;
}

/** Newest first. */
export const clips = signal<readonly Clip[]>([]);

/** Bytes without which no recording is begun. */
const LEAST_ROOM = 20e6;
/** Names of clips that were handed to the person, and need not be offered again. */
const SAVED_KEY = 'portoon-saved-clips';

/** Offers a clip that was just made. */
export async function addClip(name: string, title?: string): Promise<void> {
  const clip = await openClip(name);
  if (!clip) return;
  show(clip, false, title);
  announce('Clip ready');
}

function show({ name, file }: ClipFile, found: boolean, title?: string): void {
  const clip = { name, file, url: URL.createObjectURL(file), found, saved: false, saving: false };
  clips.value = [title === undefined ? clip : { ...clip, title }, ...clips.value];
}

/** Looks for what an earlier visit left: clips that nobody saved, and those that a crash cut off. Never rejects. */
export async function findLeftClips(): Promise<void> {
  try {
    const saved = savedNames();
    for (const clip of await claimLeftClips()) {
      if (saved.has(clip.name) && !clip.unfinished) {
        await discardClip(clip.name);
        continue;
      }
      if (clip.unfinished) await (await recorder()).mend(clip.name);
      const whole = await openClip(clip.name);
      if (whole) show(whole, true);
    }
    keepSaved([]);
  } catch (error) {
    // Where the browser keeps no files, nothing was left.
    if (!(error instanceof DOMException)) tellFault('clips', error);
  }
}

/**
 * Copies a clip, from disk to disk, to a file that the person picks; where the browser has no such dialog, to its downloads. Never rejects.
 */
export async function saveClip(clip: Clip, as: string): Promise<void> {
  const name = fileName(clip, as);
  try {
    const picked = await pickFile(name, clip.file.type);
    if (picked === 'declined') return;
    change(clip, { saving: true });
    if (picked) await clip.file.stream().pipeTo(await picked.createWritable());
    else download(clip.url, name);
    keepSaved([...savedNames(), clip.name]);
    change(clip, { saved: true });
    announce(picked ? `Saved as ${picked.name}` : 'Saved to your downloads');
  } catch (error) {
    tellFault('clips', notSaved(error));
  } finally {
    change(clip, { saving: false });
  }
}

function change({ name }: Clip, patch: Partial<Clip>): void {
  clips.value = clips.value.map((one) => (one.name === name ? { ...one, ...patch } : one));
}

function download(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}

// Chromium's alone, and not in TypeScript's DOM library.
type Picker = (wish: {
  suggestedName: string;
  types: { accept: Record<string, string[]> }[];
}) => Promise<FileSystemFileHandle>;

/** Asks where a file is to go. Null where the browser cannot ask. */
async function pickFile(name: string, type: string): Promise<FileSystemFileHandle | 'declined' | null> {
  const picker = (globalThis as { showSaveFilePicker?: Picker }).showSaveFilePicker;
  if (!picker) return null;
  try {
    return await picker({
      suggestedName: name,
      types: [{ accept: { [type]: [name.slice(name.lastIndexOf('.'))] } }],
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return 'declined';
    // Forbidden here, as in a frame of another site: downloads are not.
    return null;
  }
}

function notSaved(cause: unknown): PortoonError {
  return cause instanceof DOMException && cause.name === 'QuotaExceededError'
    ? new PortoonError(
        'ERR_DISK_FULL',
        'There is no room for the clip where you want it.',
        'It is still here: make room, or save it to another place.',
        { cause },
      )
    : new PortoonError(
        'ERR_FILE_WRITE',
        'The clip could not be saved there.',
        'It is still here: save it to another place.',
        { cause },
      );
}

export function canShareClip({ file }: Clip): boolean {
  return 'canShare' in navigator && navigator.canShare({ files: [file] });
}

export async function shareClip(clip: Clip, as: string): Promise<void> {
  try {
    await navigator.share({ files: [new File([clip.file], fileName(clip, as), { type: clip.file.type })] });
  } catch (error) {
    // Thinking better of it is no error.
    if (!(error instanceof DOMException && error.name === 'AbortError')) tellFault('clips', error);
  }
}

/** Takes a clip off the page and out of the browser. */
export async function dropClip(clip: Clip): Promise<void> {
  clips.value = clips.value.filter(({ name }) => name !== clip.name);
  URL.revokeObjectURL(clip.url);
  try {
    await discardClip(clip.name);
    keepSaved([...savedNames()].filter((name) => name !== clip.name));
  } catch (error) {
    tellFault('clips', error);
  }
}

/** What the person called it, as a file name that every system takes. */
function fileName({ name }: Clip, as: string): string {
  const extension = name.slice(name.lastIndexOf('.'));
  const plain = as.replace(/[\\/:*?"<>|\p{Cc}]/gu, ' ').trim();
  return (plain || name.slice(0, -extension.length)) + extension;
}

/**
 * Asks the browser for room and to keep what is there.
 * @throws PortoonError `ERR_DISK_FULL` if there is next to none.
 */
export async function checkRoom(): Promise<void> {
  await navigator.storage.persist().catch(() => false);
  const { quota = Infinity, usage = 0 } = await navigator.storage.estimate();
  if (quota - usage < LEAST_ROOM)
    throw new PortoonError(
      'ERR_DISK_FULL',
      'There is no room left for a recording.',
      'Save or discard clips that wait here, or make room on the disk.',
    );
}

function savedNames(): Set<string> {
  try {
    const names: unknown = JSON.parse(localStorage.getItem(SAVED_KEY) ?? '[]');
    return new Set(Array.isArray(names) ? names.filter((name) => typeof name === 'string') : []);
  } catch {
    return new Set();
  }
}

function keepSaved(names: string[]): void {
  try {
    localStorage.setItem(SAVED_KEY, JSON.stringify(names));
  } catch {
    // Then it is offered once more.
  }
}
