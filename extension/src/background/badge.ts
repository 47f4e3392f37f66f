import type { ToBackground } from '../background-protocol.ts';

type Badge = ToBackground & { type: 'badge' };

const TEXTS: Record<Badge['shown'], { text: string; colour: string; title: string }> = {
  none: { text: '', colour: '#55555c', title: 'Portoon' },
  starting: { text: '…', colour: '#55555c', title: 'Portoon: the camera starts' },
  cartoon: { text: 'on', colour: '#bf3d1c', title: 'Portoon: this page shows your cartoon' },
  plain: { text: 'off', colour: '#55555c', title: 'Portoon: this page shows your camera as it is' },
  still: { text: '!', colour: '#b3261e', title: 'Portoon: this page shows a still picture' },
};

/** Shows on the toolbar what a tab's call shows. */
export async function setBadge(tabId: number, { shown, fault }: Badge): Promise<void> {
  const { text, colour, title } = TEXTS[shown];
  await Promise.all([
    chrome.action.setBadgeText({ tabId, text: fault ? '!' : text }),
    chrome.action.setBadgeBackgroundColor({ tabId, color: fault ? TEXTS.still.colour : colour }),
    chrome.action.setTitle({ tabId, title }),
  ]);
}
