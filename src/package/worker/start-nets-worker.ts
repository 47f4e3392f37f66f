import type { FileAddresses } from '../../effect/protocol.ts';
import { startWorker } from '../start-worker.ts';

/** In the package, in place of `src/effect/runtime/start-nets-worker.ts`. */
export function startNetsWorker(files: FileAddresses): Worker {
  return startWorker(files['nets.worker.js']!, 'nets');
}
