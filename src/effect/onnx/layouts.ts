import { version } from '../../../package.json';
import type { Runtime } from './runtime.ts';

/** How tensors lie in a graphics processor's memory: by the net and the processor one or the other is several times faster. */
export const LAYOUTS = ['NCHW', 'NHWC'] as const;
export type Layout = (typeof LAYOUTS)[number];

const STORE = 'portoon-layouts';

/** What was measured to be faster for nets of one kind, on this adapter, with this version: kept from visit to visit where the browser keeps anything. */
export class LayoutMemory {
  private readonly key: string;

  /** @param kind - of nets that are built alike. */
  constructor({ device, ort }: Runtime, kind: string) {
    const { vendor, architecture, device: model, description } = device!.adapterInfo;
    const query = new URLSearchParams({ vendor, architecture, model, description, kind, version });
    query.set('runtime', ort.env.versions.web ?? '');
    this.key = new URL(`/layout?${query.toString()}`, self.location.origin).href;
  }

  /** Null where it was not measured yet. */
  async recall(): Promise<Layout | null> {
    try {
      const answer = await (await (await caches.open(STORE)).match(this.key))?.text();
      return LAYOUTS.find((layout) => layout === answer) ?? null;
    } catch {
      return null;
    }
  }

  async remember(layout: Layout): Promise<void> {
    try {
      await (await caches.open(STORE)).put(this.key, new Response(layout));
    } catch {
      // It is measured again next time.
    }
  }
}
