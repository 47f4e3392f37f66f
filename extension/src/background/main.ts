/** The service worker: scripts on the sites that are on, the offscreen document, key and badge. */
import type { ToBackground } from '../background-protocol.ts';
import { changeSite, readSite } from '../sites.ts';
import { refreshBadge } from './badge.ts';
import { ensureOffscreen } from './offscreen-document.ts';
import { syncScripts } from './scripts.ts';

chrome.runtime.onMessage.addListener((message: ToBackground, sender, answer) => {
  if (message.type === 'changed') {
    if (sender.tab?.id !== undefined) refreshBadge(sender.tab.id, sender.documentId);
    return false;
  }
  if (message.type === 'left') {
    refreshBadge(message.tabId);
    return false;
  }
  ensureOffscreen().then(
    () => {
      answer(true);
    },
    () => {
      answer(false);
    },
  );
  // The answer comes later.
  return true;
});

chrome.runtime.onInstalled.addListener(({ reason }) => {
  void syncScripts();
  if (reason === 'install') void chrome.tabs.create({ url: chrome.runtime.getURL('camera.html') });
});
chrome.runtime.onStartup.addListener(() => void syncScripts());
chrome.storage.local.onChanged.addListener(() => void syncScripts());
chrome.permissions.onAdded.addListener(() => void syncScripts());
chrome.permissions.onRemoved.addListener(() => void syncScripts());

chrome.commands.onCommand.addListener((command, tab) => {
  if (command !== 'toggle-cartoon' || tab?.url === undefined) return;
  void toggleCartoon(new URL(tab.url).origin);
});

async function toggleCartoon(origin: string): Promise<void> {
  const { on, cartoon } = await readSite(origin);
  if (on) await changeSite(origin, { cartoon: !cartoon });
}
