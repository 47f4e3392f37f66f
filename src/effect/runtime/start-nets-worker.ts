import type { FileAddresses } from '../protocol.ts';

/** Starts the worker as the app's bundler finds it. The package has its own module for that. */
export const startNetsWorker: (files: FileAddresses) => Worker = () =>
  new Worker(new URL('./nets.worker.ts', import.meta.url), { type: 'module' });
