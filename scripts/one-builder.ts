/** Builds of one checkout come one after the other, whichever processes want them. */
import { createHash, randomUUID } from 'node:crypto';
import { link, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Milliseconds between two checks whether another build is done. */
const POLL_MS = 100;
/** Milliseconds after which a lock is stale, even if its process number is in use again. */
const STALE_MS = 600_000;

/**
 * Runs `work` while no other process of this machine does so for the same folder.
 * @param work - called with whether another process was waited for, which may have done everything
 *   already.
 */
export async function oneBuilder<Result>(
  folder: string,
  work: (waited: boolean) => Promise<Result>,
): Promise<Result> {
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  const lock = join(tmpdir(), `portoon-build-${name}.lock`);
  const waited = await take(lock);
  try {
    return await work(waited);
  } finally {
    await rm(lock, { force: true });
  }
}

/** Resolves with whether it had to be waited for. */
async function take(lock: string): Promise<boolean> {
  const own = `${lock}.${randomUUID()}`;
  await writeFile(own, String(process.pid));
  try {
    for (let tries = 0; ; tries++) {
      // A hard link appears with its content, so nobody reads an incomplete lock.
      const error = await link(own, lock).then(
        () => null,
        (reason: unknown) => reason as NodeJS.ErrnoException,
      );
      if (!error) return tries > 0;
      if (error.code !== 'EEXIST') throw error;
      if (await isLeft(lock)) await rm(lock, { force: true });
      else await wait(POLL_MS);
    }
  } finally {
    await rm(own, { force: true });
  }
}

/** Whether the process that took it has ended without releasing it. */
async function isLeft(lock: string): Promise<boolean> {
  const [holder, info] = await Promise.all([
    readFile(lock, 'utf8').catch(() => null),
    stat(lock).catch(() => null),
  ]);
  // It was released just now.
  if (holder === null || info === null) return false;
  if (Date.now() - info.mtimeMs > STALE_MS) return true;
  try {
    process.kill(Number(holder), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
