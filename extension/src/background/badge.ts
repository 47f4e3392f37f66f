/** The badge on the toolbar: what the calls in all frames of a tab show. */
import { worstOf, type CallState, type ToFrame } from '../background-protocol.ts';

const TEXTS: Record<CallState['shown'], { text: string; colour: string; title: string }> = {
  none: { text: '', colour: '#55555c', title: 'Portoon' },
  starting: { text: '…', colour: '#55555c', title: 'Portoon: the camera starts' },
  cartoon: { text: 'on', colour: '#bf3d1c', title: 'Portoon: this page shows your cartoon' },
  plain: { text: 'off', colour: '#55555c', title: 'Portoon: this page shows your camera as it is' },
  still: { text: '!', colour: '#b3261e', title: 'Portoon: this page shows a still picture' },
};

let last: Promise<void> = Promise.resolve();

/**
 * Asks a tab's frames what they show, and shows it; one change after the other.
 * @param documentId - a frame that shows something else than before.
 */
export function refreshBadge(tabId: number, documentId?: string): void {
  last = last.then(() => refresh(tabId, documentId)).catch(() => undefined);
}

async function refresh(tabId: number, documentId: string | undefined): Promise<void> {
  // Kept by the browser: the service worker itself is stopped when it has nothing to do.
  const key = `frames ${tabId}`;
  const stored = (await chrome.storage.session.get(key))[key] as string[] | undefined;
  const asked = new Set([...(stored ?? []), ...(documentId === undefined ? [] : [documentId])]);
  const answers = await Promise.all([...asked].map((id) => askFrame(tabId, id)));
  const told = answers.filter((answer) => answer !== null);
  const showing = told.filter(({ state }) => state.shown !== 'none' || state.fault);
  if (showing.length > 0) await chrome.storage.session.set({ [key]: showing.map(({ id }) => id) });
  else await chrome.storage.session.remove(key);
  const shown = worstOf(showing.flatMap(({ state }) => (state.shown === 'none' ? [] : state.shown)));
  await show(tabId, { shown, fault: showing.some(({ state }) => state.fault) });
}

/** @returns null for a frame that is gone, or that lies in the cache for going back. */
async function askFrame(tabId: number, documentId: string): Promise<{ id: string; state: CallState } | null> {
  const ask: ToFrame = { type: 'tell' };
  try {
    const state = await chrome.tabs.sendMessage<ToFrame, CallState | undefined>(tabId, ask, { documentId });
    return state ? { id: documentId, state } : null;
  } catch {
    return null;
  }
}

async function show(tabId: number, { shown, fault }: CallState): Promise<void> {
  const { text, colour, title } = TEXTS[shown];
  await Promise.all([
    chrome.action.setBadgeText({ tabId, text: fault ? '!' : text }),
    chrome.action.setBadgeBackgroundColor({ tabId, color: fault ? TEXTS.still.colour : colour }),
    chrome.action.setTitle({ tabId, title }),
  ]);
}
