/**
 * Calls back when OBS has hidden the source for good, also if it was hidden from the start, and
 * when it shows it again. Short gaps are ignored, because scenes change back and forth. Outside OBS
 * nothing happens. (The event is obs-browser's, and arrives at `window`; that a source starts
 * hidden shows only in the page's own visibility.)
 * @param patience - how long it may be hidden before `onHidden` is called, in milliseconds.
 */
export function followSource(patience: number, onHidden: () => void, onShown: () => void): void {
  if (!('obsstudio' in window)) return;
  let timer = 0;
  const setVisible = (visible: boolean) => {
    clearTimeout(timer);
    if (visible) onShown();
    else timer = window.setTimeout(onHidden, patience);
  };
  addEventListener('obsSourceVisibleChanged', (event) => {
    setVisible((event as CustomEvent<{ visible: boolean }>).detail.visible);
  });
  document.addEventListener('visibilitychange', () => {
    setVisible(!document.hidden);
  });
  if (document.hidden) setVisible(false);
}
