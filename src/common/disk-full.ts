import { PortoonError } from './errors.ts';

/**
 * The error for a disk, or a browser's share of it, that is full: the same sentence everywhere.
 * @param what - found no space, as in "the clip".
 * @param wayOut - what to do, which depends on what is kept.
 */
export function diskFull(what: string, wayOut: string, options?: ErrorOptions): PortoonError {
  return new PortoonError('ERR_DISK_FULL', `There is no space left for ${what}.`, wayOut, options);
}
