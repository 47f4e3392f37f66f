/**
 * Starts a module worker from any origin. A browser refuses to start one from another origin than
 * the page's, and lets a worker of the page's own import it.
 */
export function startWebWorker(address: string, name: string): Worker {
  const options: WorkerOptions = { type: 'module', name };
  if (new URL(address).origin === self.origin) return new Worker(address, options);
  const blob = new Blob([`import ${JSON.stringify(address)};`], { type: 'text/javascript' });
  const url = URL.createObjectURL(blob);
  const worker = new Worker(url, options);
  // The worker has its script by the time of its first message, or never.
  const release = () => {
    URL.revokeObjectURL(url);
  };
  worker.addEventListener('message', release, { once: true });
  worker.addEventListener('error', release, { once: true });
  return worker;
}
