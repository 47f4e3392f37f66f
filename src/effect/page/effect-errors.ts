import { PortoonError } from '../../common/errors.ts';

/** @param fatal - whether no other worker is started. */
export function workerDied(why: string, fatal: boolean): PortoonError {
  return new PortoonError(
    'ERR_WORKER_DIED',
    `The effect's worker stopped: ${why}.`,
    `${fatal ? 'Start the effect again' : 'It starts again by itself'}; if it keeps stopping, reload the page.`,
  );
}

export function unsupportedTrack(): PortoonError {
  return new PortoonError(
    'ERR_UNSUPPORTED_BROWSER',
    'This browser cannot make a video track of the picture.',
    'Use a current Chrome, Edge or another Chromium.',
  );
}

/**
 * Says why a worker whose address is known did not start. The code for that is loaded only when it
 * happens.
 */
export async function explainFailedStart(error: unknown, address: string | undefined): Promise<unknown> {
  if (address === undefined) return error;
  try {
    const { explainStart } = await import('./explain-start.ts');
    return await explainStart(error, address);
  } catch {
    return error;
  }
}
