/**
 * Keeps the background image that a person chose in the origin's private file system, so that it is
 * there again after a reload. Where the browser denies that, the image lasts for this visit.
 */
const NAME = 'background';

export async function loadBackgroundFile(): Promise<Blob | null> {
  try {
    const folder = await navigator.storage.getDirectory();
    const file = await (await folder.getFileHandle(NAME)).getFile();
    // Copied to memory, so that its URL stays valid when another image replaces the file.
    return file.size > 0 ? new Blob([await file.arrayBuffer()]) : null;
  } catch {
    return null;
  }
}

export async function saveBackgroundFile(image: Blob): Promise<void> {
  try {
    const folder = await navigator.storage.getDirectory();
    const stream = await (await folder.getFileHandle(NAME, { create: true })).createWritable();
    await stream.write(image);
    await stream.close();
  } catch {
    // Denied or full: the image lasts until the page closes.
  }
}

export async function removeBackgroundFile(): Promise<void> {
  try {
    await (await navigator.storage.getDirectory()).removeEntry(NAME);
  } catch {
    // There was no file.
  }
}
