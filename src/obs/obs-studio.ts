/** How long a hidden source keeps its stream: scenes change back and forth, and a stream takes a moment to come. */
export const KEPT_MS = 10_000;

/**
 * Tells when OBS hides the source for good, and when it shows it again. Nothing happens where the page is not in OBS.
 * (The events are those of obs-browser; they are sent to `window`.)
 */
export function followSource(onHidden: () => void, onShown: () => void): void {
  if (!('obsstudio' in window)) return;
  let timer = 0;
  addEventListener('obsSourceVisibleChanged', (event) => {
    const { visible } = (event as CustomEvent<{ visible: boolean }>).detail;
    clearTimeout(timer);
    if (visible) onShown();
    else timer = window.setTimeout(onHidden, KEPT_MS);
  });
}
