/** Releases a room's lock. Safe to call twice. */
export type ReleaseLock = () => void;

/**
 * Waits until no other tab of this browser has the room's lock, and takes it then.
 * @returns a function that ends the waiting, or releases the lock.
 */
export function waitForTabLock(room: string, onHeld: () => void): ReleaseLock {
  const { locks } = navigator as { locks?: LockManager };
  if (!locks) {
    onHeld();
    return () => undefined;
  }
  const waiting = new AbortController();
  const { promise: released, resolve: release } = Promise.withResolvers<undefined>();
  locks
    .request(`call ${room}`, { signal: waiting.signal }, () => {
      onHeld();
      return released;
    })
    // Rejects if the wait was aborted, which needs no answer.
    .catch(() => undefined);
  return () => {
    waiting.abort();
    release(undefined);
  };
}

/**
 * Makes this tab the only one of its browser in the room: two would hear each other's loudspeaker.
 * @param instead - takes the room from the tab that has it; `onTaken` is called there.
 * @returns null where another tab has it. A tab that closes or crashes releases it by itself.
 */
export function acquireTabLock(
  room: string,
  instead: boolean,
  onTaken: () => void,
): Promise<ReleaseLock | null> {
  // Only pages of https and localhost have locks; others have no microphone either.
  const { locks } = navigator as { locks?: LockManager };
  if (!locks) return Promise.resolve(() => undefined);
  return new Promise((resolve) => {
    locks
      .request(`call ${room}`, instead ? { steal: true } : { ifAvailable: true }, (lock) => {
        if (!lock) {
          resolve(null);
          return undefined;
        }
        return new Promise<void>((release) => {
          resolve(release);
        });
      })
      // The browser rejects when another tab has taken the lock.
      .catch(onTaken);
  });
}
