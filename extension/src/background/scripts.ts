/** Scripts run only on sites that are switched on and that the browser allows. */
import { patternOf, readSites } from '../sites.ts';

const SCRIPTS = [
  { id: 'content', file: 'content.js', world: 'ISOLATED' },
  { id: 'page-patch', file: 'page-patch.js', world: 'MAIN' },
] as const;

let last: Promise<void> = Promise.resolve();

/** Registers the scripts for what is chosen now; calls run one after the other. */
export function syncScripts(): Promise<void> {
  last = last.then(sync, sync);
  return last;
}

async function sync(): Promise<void> {
  const on = (await readSites()).filter((site) => site.on).map(({ origin }) => patternOf(origin));
  const allowed = await Promise.all(
    [...new Set(on)].map(async (pattern) => {
      return (await chrome.permissions.contains({ origins: [pattern] })) ? [pattern] : [];
    }),
  );
  const matches = allowed.flat();
  const registered = await chrome.scripting.getRegisteredContentScripts();
  if (matches.length === 0) {
    if (registered.length > 0) await chrome.scripting.unregisterContentScripts();
    return;
  }
  if (registered[0]?.matches?.toSorted().join() === matches.toSorted().join()) return;
  const scripts = SCRIPTS.map(({ id, file, world }): chrome.scripting.RegisteredContentScript => ({
    id,
    js: [file],
    matches,
    world,
    runAt: 'document_start',
    allFrames: true,
    matchOriginAsFallback: true,
    persistAcrossSessions: true,
  }));
  if (registered.length > 0) await chrome.scripting.updateContentScripts(scripts);
  else await chrome.scripting.registerContentScripts(scripts);
}
