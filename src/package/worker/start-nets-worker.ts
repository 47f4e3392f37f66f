import type { FileAddresses } from '../../effect/protocol.ts';
import { startWebWorker } from '../start-worker.ts';

/** In the package, in place of `src/effect/runtime/start-nets-worker.ts`. */
export function startNetsWorker(files: FileAddresses): Worker {
  return startWebWorker(files['nets.worker.js']!, 'nets');
}
