import { PortoonError } from '../../../common/errors.ts';
import type { Size } from '../../../common/size.ts';
import type { Catalogue, NetFile, StyleModel } from '../../models/catalogue.ts';
import type { DrawRecipe } from '../../models/draw-recipe.ts';
import type { NetLoader } from '../../runtime/net-loader.ts';
import type { StatelessNet } from '../../runtime/net-worker.ts';
import { fineIdOf, type Grade } from '../../look.ts';
import type { StyledLayer } from '../layers.ts';
import type { Roi } from '../roi.ts';

/** This many nets stay open that were only borrowed, so that selecting one of them is quick. */
const MAX_BORROWED = 16;

/** A styled frame. Its pixels are valid until the next frame is styled. */
export interface Styled extends StyledLayer {
  /** Milliseconds that the net ran. */
  readonly took: number;
}

/**
 * Runs a style net on a region of the frame that the prepare stage has loaded. Other work can go on
 * until the result is awaited.
 */
export type StyleRunner<StyleNet> = (net: StyleNet, roi: Roi, draw: DrawRecipe | null) => Promise<Styled>;

/** Whether a recipe takes the net's output `ink`. */
export function drawsInk(draw: DrawRecipe | null): draw is DrawRecipe {
  return draw !== null && draw.ink.strength > 0;
}

/** A style's net, and how the style is drawn from what it gives. */
export interface BorrowedStyle<StyleNet> {
  readonly net: StyleNet;
  readonly draw: DrawRecipe | null;
}

/** Decides when a piece of work runs. */
type Scheduler = <Result>(work: () => Promise<Result>) => Promise<Result>;

const atOnce: Scheduler = (work) => work();

/** A style net that was asked for. */
interface OpenedStyle<StyleNet> {
  readonly net: Promise<StyleNet>;
  /** Its first run at the size of the live picture; null until it is selected. */
  warmUp: Promise<unknown> | null;
}

/**
 * The stage that styles a frame: opens the style nets and runs the selected one. Styles that name
 * the same file share one net.
 */
export class StyleStage<StyleNet extends StatelessNet = StatelessNet> {
  /** The id of the selected style, or `none`. */
  selected = 'none';
  /** The grade of it that is on. */
  grade: Grade = 'live';
  /** By the checksums of the nets' files. */
  private readonly opened = new Map<string, OpenedStyle<StyleNet>>();
  /** Checksums of nets that were borrowed and never selected; the longest unused one first. */
  private readonly borrowed = new Set<string>();
  private current: BorrowedStyle<StyleNet> | null = null;
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
   * @param grade - the live one is taken where the style has no fine one. Default `live`.
   * @returns false if a later call has overtaken this one.
   * @throws PortoonError naming the style if it is not offered, does not arrive or is no style net.
   */
  async select(id: string, warmUp: Size, grade: Grade = 'live'): Promise<boolean> {
    const selection = ++this.selections;
    const model = id === 'none' ? null : this.modelOf(id, grade);
    const style = model && (await this.warm(model, warmUp));
    const latest = selection === this.selections;
    if (latest) {
      this.current = style;
      this.selected = id;
      this.grade = model?.grade ?? 'live';
    }
    return latest;
  }

  /** Whether a style is selected other than `none`. */
  get hasStyle(): boolean {
    return this.current !== null;
  }

  /** Whether the selected style draws a pattern, which must move with the picture. */
  get hasPattern(): boolean {
    const draw = this.current?.draw;
    if (!draw) return false;
    const { screen, paper, brushwork } = draw;
    return screen.kind !== 'none' || paper.grain + paper.tooth > 0 || brushwork !== undefined;
  }

  /** The grade in which a style would be drawn if this one was asked for. */
  gradeOf(id: string, grade: Grade): Grade {
    return this.find(id, grade)?.grade ?? 'live';
  }

  /** Runs the selected style; there must be one. */
  run(roi: Roi): Promise<Styled> {
    const { net, draw } = this.current!;
    return this.runNet(net, roi, draw);
  }

  /** Fetches and opens the net of a style that will soon be selected, which reports what fails. */
  preload(id: string, grade: Grade): void {
    const model = this.find(id, grade);
    if (model) this.open(model, atOnce).net.catch(() => undefined);
  }

  /**
   * Gives a style to somebody who runs it between frames. It must not run while `run` is
   * under way, because it may be the selected one.
   * @param whenIdle - opens the net between frames.
   * @throws PortoonError as {@link select} does.
   */
  async borrow(id: string, whenIdle: Scheduler): Promise<BorrowedStyle<StyleNet>> {
    const model = this.modelOf(id, 'live');
    const key = keyOf(model);
    const known = this.opened.has(key);
    const opened = this.open(model, whenIdle);
    if (!known || this.borrowed.delete(key)) this.borrowed.add(key);
    const net = await opened.net;
    for (const oldest of this.borrowed) {
      if (this.borrowed.size <= MAX_BORROWED) break;
      const { net: unused } = this.opened.get(oldest)!;
      this.drop(oldest);
      await (await unused).close();
    }
    return borrowedStyle(model, net);
  }

  async close(): Promise<void> {
    this.current = null;
    const nets = await Promise.allSettled([...this.opened.values()].map(({ net }) => net));
    for (const net of nets) if (net.status === 'fulfilled') await net.value.close();
  }

  private async warm(model: StyleModel, size: Size): Promise<BorrowedStyle<StyleNet>> {
    const key = keyOf(model);
    const opened = this.open(model, atOnce);
    this.borrowed.delete(key);
    const net = await opened.net;
    opened.warmUp ??= net.warm(size);
    try {
      await opened.warmUp;
    } catch (error) {
      if (this.opened.get(key) === opened) {
        this.drop(key);
        await net.close();
      }
      throw error;
    }
    return borrowedStyle(model, net);
  }

  private open(model: StyleModel, schedule: Scheduler): OpenedStyle<StyleNet> {
    const key = keyOf(model);
    let opened = this.opened.get(key);
    if (!opened) {
      opened = { net: this.load(model, schedule), warmUp: null };
      this.opened.set(key, opened);
      // A failure is thrown to the caller, and the next call tries again.
      opened.net.catch(() => {
        this.drop(key);
      });
    }
    return opened;
  }

  private async load(model: StyleModel, schedule: Scheduler): Promise<StyleNet> {
    const file = await this.files.fetch(model);
    return schedule(() => this.openNet(model, file));
  }

  private find(id: string, grade: Grade): StyleModel | undefined {
    const { styles } = this.catalogue;
    const fine = grade === 'fine' ? styles.find((style) => style.id === fineIdOf(id)) : undefined;
    return fine ?? styles.find((style) => style.id === id);
  }

  /** @throws PortoonError naming the style if it is not offered. */
  private modelOf(id: string, grade: Grade): StyleModel {
    const { styles, faults } = this.catalogue;
    const model = this.find(id, grade);
    if (!model)
      throw (
        faults.get(id) ??
        new PortoonError(
          'ERR_PARAMETER',
          `There is no style "${id}".`,
          `Choose one of: none, ${styles.map((style) => style.id).join(', ')}.`,
        )
      );
    return model;
  }

  private drop(key: string): void {
    this.opened.delete(key);
    this.borrowed.delete(key);
  }
}

/** @throws PortoonError `ERR_MODEL_INVALID` if the net does not give what the recipe draws. */
function borrowedStyle<StyleNet extends StatelessNet>(
  model: StyleModel,
  net: StyleNet,
): BorrowedStyle<StyleNet> {
  const draw = model.draw ?? null;
  if (drawsInk(draw) && !net.hasOutput('ink'))
    throw new PortoonError(
      'ERR_MODEL_INVALID',
      `The net of the style "${model.id}" gives no "ink", which its recipe draws.`,
      'Choose another style, or set draw.ink.strength to 0 in the manifest.',
    );
  return { net, draw };
}

/** Equal for styles that share a net: the same file, and the same half-precision variant. */
function keyOf({ sha256, half }: StyleModel): string {
  return `${sha256} ${half?.sha256 ?? ''}`;
}
