import { effect as watch } from '@preact/signals';
import type { Effect } from '../../effect/index.ts';
import type { KeepRequest } from '../../offline/list.ts';
import { ignoreRejection } from '../base/ignore-rejection.ts';
import type { Studio } from './studio.ts';

/** As often as the effect reports its statistics. */
const POLL_MS = 250;

/**
 * Once the picture runs, keeps everything that it needs: the next visit works without the server.
 */
export function keepForOffline({ effect, page }: Pick<Studio, 'effect' | 'page'>): void {
  // During development files have no permanent names.
  if (import.meta.env.MODE !== 'production' || !('serviceWorker' in navigator)) return;
  const stop = watch(() => {
    const running = effect.current.value;
    if (page.state.value !== 'running' || !running) return;
    queueMicrotask(() => {
      stop();
    });
    // Some browsers keep nothing, for example in a private window. That is not worth a notice.
    ignoreRejection(keep(running));
  });
}

async function keep(running: Effect): Promise<void> {
  const { serviceWorker } = navigator;
  const register = async () => {
    // Beside the page, which may lie below a path.
    await serviceWorker.register(new URL('service-worker.js', document.baseURI), { type: 'module' });
    return serviceWorker.ready;
  };
  const [request, { active }] = await Promise.all([describeNeeds(running), register()]);
  active?.postMessage(request);
}

/** What the effect runs on, which is known after its first frame. */
async function describeNeeds(running: Effect): Promise<KeepRequest> {
  while (running.stats().frames === 0) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  const { ep, half } = running.stats();
  return { keep: ep, half };
}
