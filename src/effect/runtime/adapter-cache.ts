import { version } from '../../../package.json';

const STORE = 'portoon-adapter';

/**
 * Keeps one measured result for this GPU adapter and this version of Portoon from visit to visit,
 * in the browser's cache storage where there is one.
 */
export class AdapterCache {
  private readonly key: string;

  /** @param what - names what was measured. */
  constructor({ vendor, architecture, device, description }: GPUAdapterInfo, what: string) {
    const query = new URLSearchParams({ vendor, architecture, device, description, version, what });
    this.key = new URL(`/measured?${query.toString()}`, self.location.origin).href;
  }

  /** The result; null if it was not measured yet. */
  async read(): Promise<string | null> {
    try {
      return (await (await (await caches.open(STORE)).match(this.key))?.text()) ?? null;
    } catch {
      return null;
    }
  }

  async write(word: string): Promise<void> {
    try {
      await (await caches.open(STORE)).put(this.key, new Response(word));
    } catch {
      // Nothing can be kept; it is measured again next time.
    }
  }
}
