import type { Gaps } from '../../worker/idle-queue.ts';
import type { Catalogue, NetFile, StyleModel } from '../../models/catalogue.ts';
import type { NetFiles } from '../../models/net-files.ts';
import type { AnyNet } from '../../runtime/net-worker.ts';
import type { Size } from '../../../common/size.ts';
import { PortoonError } from '../../../common/errors.ts';
import type { Window } from './window.ts';

/** So many nets that were only lent stay open, so that the one that is chosen next is there at once. */
const MOST_LENT = 16;

/** A style net, from the moment that it was first asked for. */
interface Opened<StyleNet> {
  net: Promise<StyleNet>;
  /** Its first run at the live picture's size; null until it is chosen. */
  warmUp: Promise<unknown> | null;
}

/** A styled frame. */
export interface Styled {
  /**
   * The styled picture's RGB, and as alpha the luminance (Rec. 601) of what the net saw; valid until the next frame's answer. Null where it is on
   * the graphics processor.
   */
  readonly texels: Uint8Array | null;
  readonly window: Window;
  /** Milliseconds that the net ran. */
  readonly took: number;
}

/** Runs a style net on a window of the frame that the preparer has taken, beside what else is done until the answer is awaited. */
export type Painter<StyleNet> = (net: StyleNet, window: Window) => Promise<Styled>;

/** Holds the style nets and runs the one that is chosen. */
export class Stylist<StyleNet extends AnyNet = AnyNet> {
  private readonly nets = new Map<string, Opened<StyleNet>>();
  /** Those of them that were never chosen, only lent; the longest unused one first. */
  private readonly lent = new Set<string>();
  private net: StyleNet | null = null;
  /** The id of the chosen one. */
  style = 'none';
  /** Counts the choices, so that a slow one does not overtake a later one. */
  private choices = 0;

  constructor(
    private readonly openNet: (model: StyleModel, file: NetFile) => Promise<StyleNet>,
    private readonly paint: Painter<StyleNet>,
    private readonly catalogue: Catalogue,
    private readonly files: Pick<NetFiles, 'fetch'>,
  ) {}

  /**
   * Chooses a style; the one before goes on until this one is ready.
   * @returns whether it is the chosen one now: a later choice may have overtaken it.
   * @param warmUp - the size of the run that prepares it, so that its first frame is no slower than the others.
   * @throws PortoonError naming the style if it is not offered, does not arrive or is no style net.
   */
  async choose(id: string, warmUp: Size): Promise<boolean> {
    const choice = ++this.choices;
    const net = id === 'none' ? null : await this.warm(id, warmUp);
    const latest = choice === this.choices;
    if (latest) {
      this.net = net;
      this.style = id;
    }
    return latest;
  }

  get chosen(): boolean {
    return this.net !== null;
  }

  /** Runs the chosen style; some is chosen. */
  stylise(window: Window): Promise<Styled> {
    return this.paint(this.net!, window);
  }

  /** A style will soon be chosen: its net is fetched and opened. What is wrong with it is told to whoever chooses it. */
  foresee(id: string): void {
    if (id !== 'none') this.open(id, (work) => work()).net.catch(() => undefined);
  }

  /**
   * A style's net, for runs in gaps: while `stylise` is under way nobody else may touch the chosen one.
   * @throws PortoonError as `choose` does.
   */
  async lend(id: string, gaps: Gaps): Promise<StyleNet> {
    const known = this.nets.has(id);
    const opened = this.open(id, (work) => gaps.during(work));
    if (!known || this.lent.delete(id)) this.lent.add(id);
    const net = await opened.net;
    for (const oldest of this.lent) {
      if (this.lent.size <= MOST_LENT) break;
      const { net: unused } = this.nets.get(oldest)!;
      this.drop(oldest);
      await (await unused).close();
    }
    return net;
  }

  async close(): Promise<void> {
    this.net = null;
    const nets = await Promise.allSettled([...this.nets.values()].map(({ net }) => net));
    for (const net of nets) if (net.status === 'fulfilled') await net.value.close();
  }

  private async warm(id: string, size: Size): Promise<StyleNet> {
    const opened = this.open(id, (work) => work());
    this.lent.delete(id);
    const net = await opened.net;
    opened.warmUp ??= net.warm(size);
    try {
      await opened.warmUp;
    } catch (error) {
      if (this.nets.get(id) === opened) {
        this.drop(id);
        await net.close();
      }
      throw error;
    }
    return net;
  }

  private open(id: string, when: (work: () => Promise<StyleNet>) => Promise<StyleNet>): Opened<StyleNet> {
    let opened = this.nets.get(id);
    if (!opened) {
      opened = { net: this.load(id, when), warmUp: null };
      this.nets.set(id, opened);
      // A failure is told once and may be tried again.
      opened.net.catch(() => {
        this.drop(id);
      });
    }
    return opened;
  }

  private async load(
    id: string,
    when: (work: () => Promise<StyleNet>) => Promise<StyleNet>,
  ): Promise<StyleNet> {
    const model = this.catalogue.styles.find((style) => style.id === id);
    if (!model)
      throw (
        this.catalogue.faults.get(id) ??
        new PortoonError(
          'ERR_PARAMETER',
          `There is no style "${id}".`,
          `Choose one of: none, ${this.catalogue.styles.map((style) => style.id).join(', ')}.`,
        )
      );
    const file = await this.files.fetch(model);
    return when(() => this.openNet(model, file));
  }

  private drop(id: string): void {
    this.nets.delete(id);
    this.lent.delete(id);
  }
}
