import { effect } from '@preact/signals';
import type { Effect } from '../effect/effect.ts';
import type { KeepRequest } from '../offline/service-worker.ts';
import { theEffect } from './engine.ts';
import { pageState } from './state.ts';

/** As often as the effect tells how it goes. */
const BEAT_MS = 250;

/** Has what this visit runs on kept, once its picture runs: the next visit needs no server. */
export function keepForOffline(): void {
  // In development files have no lasting names.
  if (import.meta.env.MODE !== 'production' || !('serviceWorker' in navigator)) return;
  const stop = effect(() => {
    const running = theEffect.value;
    if (pageState.value !== 'running' || !running) return;
    queueMicrotask(() => {
      stop();
    });
    Promise.all([
      runsOn(running),
      navigator.serviceWorker
        .register('/service-worker.js', { type: 'module' })
        .then(() => navigator.serviceWorker.ready),
    ])
      .then(([request, { active }]) => {
        active?.postMessage(request);
      })
      // A browser that keeps nothing, as in a private window, is no reason to worry anybody.
      .catch(() => undefined);
  });
}

/** What the effect runs on, which it tells after its first frame. */
async function runsOn(running: Effect): Promise<KeepRequest> {
  while (running.stats().frames === 0) await new Promise((resolve) => setTimeout(resolve, BEAT_MS));
  const { ep, half } = running.stats();
  return { keep: ep, half };
}
