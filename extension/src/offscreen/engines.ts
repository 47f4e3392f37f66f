/** The running engines: one for each camera of a site. */
import type { SiteChoice } from '../sites.ts';
import { CameraEngine, type EngineListener } from './engine.ts';

/**
 * Milliseconds for which the nets stay ready: pages stop their preview and ask again for the call.
 */
const READY = 60_000;

/** Engines that rest have a timer, after which they are closed. */
const engines = new Map<CameraEngine, ReturnType<typeof setTimeout> | null>();

/**
 * The engine for this camera, from now on used by `listener` as well.
 * @param deviceId - undefined for whichever the site uses already, or any.
 */
export function acquire(
  site: SiteChoice,
  deviceId: string | undefined,
  listener: EngineListener,
): CameraEngine {
  const engine = findEngine(site.origin, deviceId) ?? new CameraEngine(deviceId, site);
  clearTimeout(engines.get(engine) ?? undefined);
  engines.set(engine, null);
  engine.listeners.add(listener);
  engine.setSite(site);
  return engine;
}

/** `listener` needs it no longer. The camera goes off with the last one. */
export function release(engine: CameraEngine, listener: EngineListener): void {
  engine.listeners.delete(listener);
  if (engine.listeners.size > 0) return;
  engine.rest();
  const timer = setTimeout(() => {
    engines.delete(engine);
    void engine.close();
  }, READY);
  engines.set(engine, timer);
}

function findEngine(origin: string, deviceId: string | undefined): CameraEngine | undefined {
  const ofSite = [...engines.keys()].filter((engine) => engine.origin === origin);
  const used = ofSite.find(
    (engine) => engine.listeners.size > 0 && (deviceId === undefined || engine.cameraId === deviceId),
  );
  if (used) return used;
  // An engine that rests can be given any camera: its nets are the same.
  const resting = ofSite.find((engine) => engine.listeners.size === 0);
  resting?.choose(deviceId);
  return resting;
}
