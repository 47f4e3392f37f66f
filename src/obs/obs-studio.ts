/**
 * Tells when OBS hides the source for good, and when it shows it again: scenes change back and forth. Nothing happens where the page is not in OBS.
 * (The events are those of obs-browser; they are sent to `window`.)
 * @param patience - milliseconds for which it may be hidden without being told.
 */
export function followSource(patience: number, onHidden: () => void, onShown: () => void): void {
  if (!('obsstudio' in window)) return;
  let timer = 0;
  addEventListener('obsSourceVisibleChanged', (event) => {
    const { visible } = (event as CustomEvent<{ visible: boolean }>).detail;
    clearTimeout(timer);
    if (visible) onShown();
    else timer = window.setTimeout(onHidden, patience);
  });
}
