/**
 * Calls back when OBS has hidden the source for good, and when it shows it again. Short gaps are
 * ignored, because scenes change back and forth. Outside OBS nothing happens. (The events are
 * obs-browser's; they arrive at `window`.)
 * @param patience - how long it may be hidden before `onHidden` is called, in milliseconds.
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
