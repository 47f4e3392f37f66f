/**
 * Calls back when this machine's network has changed, as from cable to Wi-Fi: old connections may
 * be dead, and would only time out later.
 * @returns a function that ends it.
 */
export function onNetworkChange(listener: () => void): () => void {
  const { connection } = navigator as { connection?: EventTarget & { readonly type?: string } };
  // Wi-Fi, cellular and so on, where the browser reports it (Chromium on phones).
  let type = connection?.type;
  // Fired also when the browser guesses another speed, which changes no path.
  const onConnectionChange = () => {
    if (connection?.type === type) return;
    type = connection?.type;
    listener();
  };
  addEventListener('online', listener);
  connection?.addEventListener('change', onConnectionChange);
  return () => {
    removeEventListener('online', listener);
    connection?.removeEventListener('change', onConnectionChange);
  };
}
