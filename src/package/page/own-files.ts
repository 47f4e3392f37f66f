import { addresses, version } from 'virtual:addresses';
import type { FileAddresses } from '../../effect/protocol.ts';
import { startWebWorker } from '../start-worker.ts';
import { noteCopy } from './copies.ts';

/** In the package, in place of `src/effect/page/own-files.ts`: each file is beside the module. */
export const ownFiles: Readonly<Record<string, () => string | URL>> = addresses;

/** The files of one version belong together. */
export const filesVersion = version;

/** Starts the worker at its address. */
export function startEffectWorker(files: FileAddresses): Worker {
  noteCopy(version, addresses['effect.worker.js']!().href);
  return startWebWorker(files['effect.worker.js']!, 'effect');
}
