import { effect } from '@preact/signals';
import type { KeepRequest } from '../offline/service-worker.ts';
import { theEffect } from './engine.ts';
import { pageState } from './state.ts';

/** Has what this visit runs on kept, once its picture runs: the next visit needs no server. */
export function keepForOffline(): void {
  // In development files have no lasting names.
  if (import.meta.env.MODE !== 'production' || !('serviceWorker' in navigator)) return;
  const stop = effect(() => {
    const running = theEffect.value;
    if (pageState.value !== 'running' || !running) return;
    const { ep, half } = running.stats();
    const request: KeepRequest = { keep: { ep, half } };
    queueMicrotask(() => {
      stop();
    });
    navigator.serviceWorker
      .register('/service-worker.js', { type: 'module' })
      .then(() => navigator.serviceWorker.ready)
      .then(({ active }) => {
        active?.postMessage(request);
      })
      // A browser that keeps nothing, as in a private window, is no reason to worry anybody.
      .catch(() => undefined);
  });
}
