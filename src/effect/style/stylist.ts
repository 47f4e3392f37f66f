import type { Download } from '../download.ts';
import type { Catalogue } from '../models.ts';
import { Net, type Size } from '../onnx/net.ts';
import type { Runtime } from '../onnx/runtime.ts';
import { PortoonError } from '../errors.ts';

/** Holds the style nets and runs the one that is chosen. */
export class Stylist {
  private readonly nets = new Map<string, Promise<Net>>();
  private net: Net | null = null;
  /** Counts the choices, so that a slow one does not overtake a later one. */
  private choices = 0;
  /** RGBA of the last styled frame. */
  texels = new Uint8Array(0);

  constructor(
    private readonly runtime: Runtime,
    private readonly catalogue: Catalogue,
    private readonly download: Download,
  ) {}

  /**
   * Chooses a style; the one before goes on until this one is ready.
   * @returns whether it is the chosen one now: a later choice may have overtaken it.
   * @param warmUp - the size of the run that prepares it, so that its first frame is no slower than the others.
   * @throws PortoonError naming the style if it is not offered, does not arrive or is no style net.
   */
  async choose(id: string, warmUp: Size): Promise<boolean> {
    const choice = ++this.choices;
    const net = id === 'none' ? null : await this.open(id, warmUp);
    const latest = choice === this.choices;
    if (latest) this.net = net;
    return latest;
  }

  get chosen(): boolean {
    return this.net !== null;
  }

  /** The planes to fill before `stylise`; null while the style is `none`. */
  input(size: Size): Float32Array | null {
    return this.net?.input(size) ?? null;
  }

  /** Runs the chosen style on the filled planes and leaves the result in `texels`. */
  async stylise(size: Size): Promise<void> {
    if (!this.net) return;
    const styled = await this.net.run(size);
    const pixels = size[0] * size[1];
    if (this.texels.length !== pixels * 4) this.texels = new Uint8Array(pixels * 4).fill(255);
    const { texels } = this;
    for (let i = 0, t = 0; i < pixels; i++, t += 4) {
      texels[t] = 255 * styled[i]! + 0.5;
      texels[t + 1] = 255 * styled[i + pixels]! + 0.5;
      texels[t + 2] = 255 * styled[i + 2 * pixels]! + 0.5;
    }
  }

  async close(): Promise<void> {
    this.net = null;
    const nets = await Promise.allSettled(this.nets.values());
    for (const net of nets) if (net.status === 'fulfilled') await net.value.close();
  }

  private open(id: string, warmUp: Size): Promise<Net> {
    let net = this.nets.get(id);
    if (!net) {
      net = this.load(id, warmUp);
      this.nets.set(id, net);
      // A failure is told once and may be tried again.
      net.catch(() => this.nets.delete(id));
    }
    return net;
  }

  private async load(id: string, warmUp: Size): Promise<Net> {
    const model = this.catalogue.styles.find((style) => style.id === id);
    if (!model)
      throw new PortoonError(
        'ERR_PARAMETER',
        `There is no style "${id}".`,
        `Choose one of: none, ${this.catalogue.styles.map((style) => style.id).join(', ')}.`,
      );
    const net = await Net.open(
      this.runtime,
      id,
      await this.catalogue.fetch(model, this.download),
      'styled',
      3,
    );
    await net.run(warmUp);
    return net;
  }
}
