import { readRoom } from '../base/link-parameters.ts';

/** A call's link in the browser's address bar and history. */
export interface CallHistory {
  /** Shows the link of a call that starts here. "Back" leads out of it, and "Forward" in again. */
  push: (link: string) => void;
  /** Shows the page's own address again. */
  clear: () => void;
  /** Calls back when the person goes back or forward, with the room of the address they come to. */
  onNavigate: (listener: (room: string | null) => void) => void;
}

/** Marks the entries of calls that started here. */
const PUSHED = { call: true };

export function createCallHistory(): CallHistory {
  /** Whether the call's link is an entry of its own in the history. */
  let pushed = false;
  return {
    push(link) {
      history.pushState(PUSHED, '', link);
      pushed = true;
    },
    clear() {
      if (pushed) history.back();
      else history.replaceState(null, '', location.pathname);
      pushed = false;
    },
    onNavigate(listener) {
      addEventListener('popstate', ({ state }) => {
        pushed = (state as typeof PUSHED | null)?.call === true;
        listener(readRoom(location.search).room);
      });
    },
  };
}

/** The link that lets others join a call. */
export function inviteLink(room: string): string {
  return `${location.origin}${location.pathname}?room=${room}`;
}

/** Whether the browser can hand a link to other apps. */
export function canShareLink(): boolean {
  return 'share' in navigator;
}

/** Hands the link to another app, as phones do it. */
export async function shareInviteLink(link: string): Promise<void> {
  try {
    await navigator.share({ title: 'Portoon', text: 'Join my call', url: link });
  } catch {
    // The person cancelled.
  }
}
