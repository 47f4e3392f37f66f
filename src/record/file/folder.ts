/**
 * Where clips stay until they are saved or discarded: a folder in the origin's private file system,
 * which survives a crash.
 */
const FOLDER = 'clips';
/** The suffix of a file that is being written, or was when the browser crashed. */
const UNFINISHED = '.part';

export interface ClipFile {
  readonly name: string;
  readonly file: File;
  readonly unfinished: boolean;
}

async function clipFolder(): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
}

/** The file that a clip is written into. */
export async function unfinishedFile(name: string): Promise<FileSystemFileHandle> {
  return (await clipFolder()).getFileHandle(name + UNFINISHED, { create: true });
}

export async function finishedFile(name: string): Promise<FileSystemFileHandle> {
  return (await clipFolder()).getFileHandle(name, { create: true });
}

/** Gives a file that is complete its name. */
export async function markFinished(name: string): Promise<void> {
  const handle = await unfinishedFile(name);
  if ('move' in handle) {
    await (handle as FileSystemFileHandle & { move(name: string): Promise<void> }).move(name);
    return;
  }
  await (await handle.getFile()).stream().pipeTo(await (await finishedFile(name)).createWritable());
  await removeUnfinished(name);
}

export async function removeUnfinished(name: string): Promise<void> {
  await remove(name + UNFINISHED);
}

export async function removeFinished(name: string): Promise<void> {
  await remove(name);
}

/** Removes a clip for good. */
export async function removeClip(name: string): Promise<void> {
  await removeFinished(name);
  await removeUnfinished(name);
}

async function remove(entry: string): Promise<void> {
  try {
    await (await clipFolder()).removeEntry(entry);
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error;
  }
}

/**
 * All clips in the folder, oldest first, including those of other tabs. Empty files are left out.
 */
export async function listClips(): Promise<ClipFile[]> {
  const clips = new Map<string, ClipFile>();
  for await (const [entry, handle] of (await clipFolder()).entries()) {
    if (!(handle instanceof FileSystemFileHandle)) continue;
    const unfinished = entry.endsWith(UNFINISHED);
    const name = unfinished ? entry.slice(0, -UNFINISHED.length) : entry;
    const file = await handle.getFile();
    // If both exist, the browser crashed while it wrote the finished one.
    if (file.size > 0 && (unfinished || !clips.has(name))) clips.set(name, { name, file, unfinished });
  }
  return [...clips.values()].sort((a, b) => a.file.lastModified - b.file.lastModified);
}
