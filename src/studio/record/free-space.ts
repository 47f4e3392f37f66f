import { diskFull } from '../../common/disk-full.ts';

/** With less free space than this, in bytes, no recording is started. */
const MIN_FREE = 20e6;

/**
 * Asks the browser to keep what is stored, and checks that there is space for a recording.
 * @throws {PortoonError} `ERR_DISK_FULL` if there is next to none.
 */
export async function checkFreeSpace(): Promise<void> {
  await navigator.storage.persist().catch(() => false);
  const { quota = Infinity, usage = 0 } = await navigator.storage.estimate();
  if (quota - usage < MIN_FREE)
    throw diskFull('a recording', 'Save or discard clips that wait here, or free some space.');
}
