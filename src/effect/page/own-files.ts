import type { FileAddresses } from '../protocol.ts';

/**
 * The files that the page may look for elsewhere, each with its usual address. In the app that is
 * the list of nets alone; the package has `src/package/page/own-files.ts` in place of this module.
 */
export const ownFiles: Readonly<Record<string, () => string | URL>> = {
  'models/manifest.json': () => new URL('models/manifest.json', document.baseURI),
};

/** Part of the addresses in a folder, so that nothing stale is taken; empty in the app. */
export const filesVersion = '' as string;

/** Starts the worker as the app's bundler finds it. */
export const startEffectWorker: (files: FileAddresses) => Worker = () =>
  new Worker(new URL('../worker/effect.worker.ts', import.meta.url), { type: 'module', name: 'effect' });
