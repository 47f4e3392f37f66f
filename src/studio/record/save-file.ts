import { diskFull } from '../../common/disk-full.ts';
import { PortoonError } from '../../common/errors.ts';

// Only Chromium has this dialog, and TypeScript's DOM library doesn't know it.
type SaveFilePicker = (options: {
  suggestedName: string;
  types: { accept: Record<string, string[]> }[];
}) => Promise<FileSystemFileHandle>;

/** Where a file was saved. */
export interface SavedFile {
  words: string;
  /** Whether the file is known to be saved; browsers do not report what became of a download. */
  sure: boolean;
}

/**
 * Saves a file where the person wants it; where the browser has no dialog for that, to its
 * downloads.
 * @param url - of the same file, for the download.
 * @param onStart - called when the person has chosen a place.
 * @returns where it is now; null if the person cancelled.
 * @throws {PortoonError} `ERR_DISK_FULL` or `ERR_FILE_WRITE`.
 */
export async function saveFile(
  file: File,
  url: string,
  name: string,
  onStart: () => void,
): Promise<SavedFile | null> {
  try {
    const target = await pickTarget(name, file.type);
    if (target === 'cancelled') return null;
    onStart();
    if (!target) {
      download(url, name);
      return { words: 'Sent to your downloads', sure: false };
    }
    await file.stream().pipeTo(await target.createWritable());
    return { words: `Saved as ${target.name}`, sure: true };
  } catch (error) {
    throw explainSaveError(error);
  }
}

/** Null if the browser has no dialog for it. */
async function pickTarget(name: string, type: string): Promise<FileSystemFileHandle | 'cancelled' | null> {
  const pick = (globalThis as { showSaveFilePicker?: SaveFilePicker }).showSaveFilePicker;
  if (!pick) return null;
  try {
    const extension = name.slice(name.lastIndexOf('.'));
    return await pick({ suggestedName: name, types: [{ accept: { [type]: [extension] } }] });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return 'cancelled';
    // The dialog is forbidden in a frame of another site, but downloads are not.
    return null;
  }
}

function download(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}

function explainSaveError(cause: unknown): PortoonError {
  const options = { cause };
  return cause instanceof DOMException && cause.name === 'QuotaExceededError'
    ? diskFull('the clip', 'The clip is still here. Free some space, or save it somewhere else.', options)
    : new PortoonError(
        'ERR_FILE_WRITE',
        'The clip couldn’t be saved there.',
        'The clip is still here. Save it somewhere else.',
        options,
      );
}

/** Hands a file to another app. Resolves also if the person cancels. */
export async function shareFile(file: File, name: string): Promise<void> {
  try {
    await navigator.share({ files: [new File([file], name, { type: file.type })] });
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
  }
}

export function canShareFile(file: File): boolean {
  return 'canShare' in navigator && navigator.canShare({ files: [file] });
}
