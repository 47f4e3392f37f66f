/** A call's link in the browser's address bar and history. */
export interface CallHistory {
  /** Shows the link of a call that starts here. "Back" leads out of it. */
  push: (link: string) => void;
  /** Shows the page's own address again. */
  clear: () => void;
  /** Calls back when the person goes back or forward, with the room of the address they come to. */
  onNavigate: (listener: (room: string | null) => void) => void;
}

export function createCallHistory(): CallHistory {
  /** Whether the call's link is an entry of its own in the history. */
  let pushed = false;
  return {
    push(link) {
      history.pushState(null, '', link);
      pushed = true;
    },
    clear() {
      if (pushed) history.back();
      else history.replaceState(null, '', location.pathname);
      pushed = false;
    },
    onNavigate(listener) {
      addEventListener('popstate', () => {
        pushed = false;
        listener(new URLSearchParams(location.search).get('room'));
      });
    },
  };
}
