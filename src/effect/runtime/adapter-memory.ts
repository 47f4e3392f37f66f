import { version } from '../../../package.json';

const STORE = 'portoon-adapter';

/** What was measured on this adapter with this version: kept from visit to visit, where the browser keeps anything. */
export class AdapterMemory {
  private readonly key: string;

  /** @param what - was measured: one word is kept of each thing. */
  constructor({ vendor, architecture, device, description }: GPUAdapterInfo, what: string) {
    const query = new URLSearchParams({ vendor, architecture, device, description, version, what });
    this.key = new URL(`/measured?${query.toString()}`, self.location.origin).href;
  }

  /** Null where it was not measured yet. */
  async recall(): Promise<string | null> {
    try {
      return (await (await (await caches.open(STORE)).match(this.key))?.text()) ?? null;
    } catch {
      return null;
    }
  }

  async remember(word: string): Promise<void> {
    try {
      await (await caches.open(STORE)).put(this.key, new Response(word));
    } catch {
      // It is measured again next time.
    }
  }
}
