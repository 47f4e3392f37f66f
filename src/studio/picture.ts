/**
 * The picture that a person chose to stand behind them, kept in the origin's private file system so that it survives a
 * reload. Where that is denied, it holds for this visit.
 */
const NAME = 'background';

export async function loadPicture(): Promise<Blob | null> {
  try {
    const folder = await navigator.storage.getDirectory();
    const file = await (await folder.getFileHandle(NAME)).getFile();
    // Out of the file into memory, so that replacing the file does not take the picture away from under its address.
    return file.size > 0 ? new Blob([await file.arrayBuffer()]) : null;
  } catch {
    return null;
  }
}

export async function keepPicture(picture: Blob): Promise<void> {
  try {
    const folder = await navigator.storage.getDirectory();
    const stream = await (await folder.getFileHandle(NAME, { create: true })).createWritable();
    await stream.write(picture);
    await stream.close();
  } catch {
    // Denied or full: the picture holds until the page closes.
  }
}

export async function forgetPicture(): Promise<void> {
  try {
    await (await navigator.storage.getDirectory()).removeEntry(NAME);
  } catch {
    // There was none.
  }
}
