import { PortoonError } from '../../../common/errors.ts';
import type { Size } from '../../../common/size.ts';
import type { Catalogue, NetFile, StyleModel } from '../../models/catalogue.ts';
import type { NetLoader } from '../../runtime/net-loader.ts';
import type { StatelessNet } from '../../runtime/net-worker.ts';
import type { Roi } from '../roi.ts';

/** This many nets stay open that were only borrowed, so that selecting one of them is quick. */
const MOST_BORROWED = 16;

/** A styled frame. */
export interface Styled {
  /**
   * RGB of the styled picture, and as alpha the luminance (Rec. 601) that the net saw. Valid until
   * the next frame is styled; null if the picture is on the GPU.
   */
  readonly texels: Uint8Array | null;
  /** The region of the frame that was styled. */
  readonly roi: Roi;
  /** Milliseconds that the net ran. */
  readonly took: number;
}

/**
 * Runs a style net on a region of the frame that the prepare stage has loaded. Other work can go on
 * until the result is awaited.
 */
export type StyleRunner<StyleNet> = (net: StyleNet, roi: Roi) => Promise<Styled>;

/** Decides when a piece of work runs. */
type Scheduler = <Result>(work: () => Promise<Result>) => Promise<Result>;

const atOnce: Scheduler = (work) => work();

/** A style net that was asked for. */
interface OpenedStyle<StyleNet> {
  readonly net: Promise<StyleNet>;
  /** Its first run at the size of the live picture; null until it is selected. */
  warmUp: Promise<unknown> | null;
}

/** The stage that styles a frame: opens the style nets and runs the selected one. */
export class StyleStage<StyleNet extends StatelessNet = StatelessNet> {
  /** The id of the selected style, or `none`. */
  selected = 'none';
  private readonly opened = new Map<string, OpenedStyle<StyleNet>>();
  /** Ids of nets that were borrowed and never selected; the longest unused one first. */
  private readonly borrowed = new Set<string>();
  private net: StyleNet | null = null;
  /** Counts the selections, so that a slow one cannot overtake a later one. */
  private selections = 0;

  constructor(
    private readonly openNet: (model: StyleModel, file: NetFile) => Promise<StyleNet>,
    private readonly runNet: StyleRunner<StyleNet>,
    private readonly catalogue: Pick<Catalogue, 'styles' | 'faults'>,
    private readonly files: Pick<NetLoader, 'fetch'>,
  ) {}

  /**
   * Selects a style. The one before goes on until this one is ready.
   * @param id - of the style, or `none`.
   * @param warmUp - input size of the run that prepares the net, so that its first frame is not
   * slow.
   * @returns false if a later call has overtaken this one.
   * @throws PortoonError naming the style if it is not offered, does not arrive or is no style net.
   */
  async select(id: string, warmUp: Size): Promise<boolean> {
    const selection = ++this.selections;
    const net = id === 'none' ? null : await this.warm(id, warmUp);
    const latest = selection === this.selections;
    if (latest) {
      this.net = net;
      this.selected = id;
    }
    return latest;
  }

  /** Whether a style is selected other than `none`. */
  get hasStyle(): boolean {
    return this.net !== null;
  }

  /** Runs the selected style; there must be one. */
  run(roi: Roi): Promise<Styled> {
    return this.runNet(this.net!, roi);
  }

  /** Fetches and opens the net of a style that will soon be selected, which reports what fails. */
  preload(id: string): void {
    if (id !== 'none') this.open(id, atOnce).net.catch(() => undefined);
  }

  /**
   * Gives a style's net to somebody who runs it between frames. It must not run while `run` is
   * under way, because it may be the selected one.
   * @param whenIdle - opens the net between frames.
   * @throws PortoonError as {@link select} does.
   */
  async borrow(id: string, whenIdle: Scheduler): Promise<StyleNet> {
    const known = this.opened.has(id);
    const opened = this.open(id, whenIdle);
    if (!known || this.borrowed.delete(id)) this.borrowed.add(id);
    const net = await opened.net;
    for (const oldest of this.borrowed) {
      if (this.borrowed.size <= MOST_BORROWED) break;
      const { net: unused } = this.opened.get(oldest)!;
      this.drop(oldest);
      await (await unused).close();
    }
    return net;
  }

  async close(): Promise<void> {
    this.net = null;
    const nets = await Promise.allSettled([...this.opened.values()].map(({ net }) => net));
    for (const net of nets) if (net.status === 'fulfilled') await net.value.close();
  }

  private async warm(id: string, size: Size): Promise<StyleNet> {
    const opened = this.open(id, atOnce);
    this.borrowed.delete(id);
    const net = await opened.net;
    opened.warmUp ??= net.warm(size);
    try {
      await opened.warmUp;
    } catch (error) {
      if (this.opened.get(id) === opened) {
        this.drop(id);
        await net.close();
      }
      throw error;
    }
    return net;
  }

  private open(id: string, schedule: Scheduler): OpenedStyle<StyleNet> {
    let opened = this.opened.get(id);
    if (!opened) {
      opened = { net: this.load(id, schedule), warmUp: null };
      this.opened.set(id, opened);
      // A failure is thrown to whoever asked, and the next one to ask tries again.
      opened.net.catch(() => {
        this.drop(id);
      });
    }
    return opened;
  }

  private async load(id: string, schedule: Scheduler): Promise<StyleNet> {
    const { styles, faults } = this.catalogue;
    const model = styles.find((style) => style.id === id);
    if (!model)
      throw (
        faults.get(id) ??
        new PortoonError(
          'ERR_PARAMETER',
          `There is no style "${id}".`,
          `Choose one of: none, ${styles.map((style) => style.id).join(', ')}.`,
        )
      );
    const file = await this.files.fetch(model);
    return schedule(() => this.openNet(model, file));
  }

  private drop(id: string): void {
    this.opened.delete(id);
    this.borrowed.delete(id);
  }
}
