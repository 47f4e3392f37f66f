import { listClips, removeClip, type ClipFile } from '../file/folder.ts';

/**
 * A clip's lock. A tab holds it while it uses the clip, and a dead tab cannot. So nobody mistakes a
 * running recording for one that a crash left behind.
 */
const lockOf = (name: string) => `portoon-clip:${name}`;

const held = new Map<string, () => void>();

/** A name for a clip that begins now, in local time, so that files sort by their names. */
export async function nameClip(extension: string, now = new Date()): Promise<string> {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('-');
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join('.');
  const taken = new Set([...(await listClips()).map(({ name }) => name), ...held.keys()]);
  for (let count = 1; ; count++) {
    const name = `Portoon ${day} ${time}${count > 1 ? ` ${count}` : ''}.${extension}`;
    if (!taken.has(name)) return name;
  }
}

/** Claims a clip for this tab. Returns whether no other tab has it. */
export async function claim(name: string): Promise<boolean> {
  if (held.has(name)) return true;
  const claimed = Promise.withResolvers<boolean>();
  const over = Promise.withResolvers<undefined>();
  void navigator.locks
    .request(lockOf(name), { ifAvailable: true }, async (lock) => {
      claimed.resolve(lock !== null);
      if (!lock) return;
      held.set(name, () => {
        over.resolve(undefined);
      });
      await over.promise;
      held.delete(name);
    })
    .catch((error: unknown) => {
      claimed.reject(error);
    });
  return claimed.promise;
}

/** The clips that no other tab has claimed, oldest first; they are this tab's from now on. */
export async function claimLeftClips(): Promise<ClipFile[]> {
  const left: ClipFile[] = [];
  for (const clip of await listClips()) if (!held.has(clip.name) && (await claim(clip.name))) left.push(clip);
  return left;
}

/** One clip by its name, as its file is now. */
export async function openClip(name: string): Promise<ClipFile | null> {
  return (await listClips()).find((clip) => clip.name === name) ?? null;
}

/** Throws a clip away for good. */
export async function discardClip(name: string): Promise<void> {
  await removeClip(name);
  held.get(name)?.();
}
