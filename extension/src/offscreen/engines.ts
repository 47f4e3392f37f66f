/** The engines that are there: one for each camera of a site. */
import type { SiteChoice } from '../sites.ts';
import { Engine, type EngineListener } from './engine.ts';

/**
 * Milliseconds for which the nets stay ready: pages stop their preview and ask again for the call.
 */
const READY = 60_000;

const engines = new Map<string, Engine>();
const timers = new Map<Engine, ReturnType<typeof setTimeout>>();

/** The engine for this camera, from now on used by `listener` as well. */
export function acquire(site: SiteChoice, deviceId: string | undefined, listener: EngineListener): Engine {
  const key = `${site.origin} ${deviceId ?? ''}`;
  const engine = engines.get(key) ?? new Engine(deviceId, site);
  engines.set(key, engine);
  clearTimeout(timers.get(engine));
  timers.delete(engine);
  engine.listeners.add(listener);
  engine.setSite(site);
  return engine;
}

/** `listener` needs it no longer. The camera goes off with the last one. */
export function release(engine: Engine, listener: EngineListener): void {
  engine.listeners.delete(listener);
  if (engine.listeners.size > 0) return;
  engine.rest();
  timers.set(
    engine,
    setTimeout(() => {
      timers.delete(engine);
      for (const [key, one] of engines) if (one === engine) engines.delete(key);
      void engine.close();
    }, READY),
  );
}
