import type { Size } from '../../common/size.ts';
import { netSize } from '../stages/net-size.ts';
import { USUAL_ASPECT, type Backend } from './backend.ts';
import type { Governor } from './governor.ts';
import type { Pipeline } from './pipeline.ts';

/** Selects styles, in the grade for which the source and the backend leave time. */
export class StyleSelector {
  /** How many selections are under way. */
  private pending = 0;
  /** Styles whose fine grade could not be loaded. */
  private readonly withoutFine = new Set<string>();

  /** @param report - called with why a fine grade that was asked for cannot be loaded. */
  constructor(
    private readonly pipeline: Pick<Pipeline, 'look' | 'film' | 'backend'>,
    private readonly governor: Pick<Governor, 'gradeFor' | 'detail' | 'shortSide'>,
    private readonly report: (error: unknown) => void,
  ) {}

  /**
   * Selects a style. If its fine grade cannot be loaded, its live one takes its place.
   * @returns false if a later call has overtaken this one.
   * @throws what `StyleStage.select` throws.
   */
  async select(id: string, backend: Backend = this.pipeline.backend): Promise<boolean> {
    const { style } = backend;
    const grade = this.gradeOf(id, backend);
    const size = this.warmUpSize(backend);
    this.pending++;
    try {
      return await style.select(id, size, grade).catch((error: unknown) => {
        if (grade !== 'fine' || style.gradeOf(id, 'live') === 'fine') throw error;
        this.withoutFine.add(id);
        if (this.governor.detail === 'fine') this.report(error);
        return style.select(id, size, 'live');
      });
    } finally {
      this.pending--;
    }
  }

  /** Changes the grade of the style that is on where the time that is left has changed. */
  async updateGrade(): Promise<void> {
    const { look, backend } = this.pipeline;
    const { style } = look;
    if (this.pending > 0 || backend.style.selected !== style || style === 'none') return;
    if (this.gradeOf(style, backend) !== backend.style.grade) await this.select(style);
  }

  /** Allows fine grades that could not be loaded to be tried again. */
  retry(): void {
    this.withoutFine.clear();
  }

  private gradeOf(id: string, { hasRoom, style }: Backend) {
    const wanted = this.governor.gradeFor(hasRoom, this.pipeline.film !== null);
    return style.gradeOf(id, this.withoutFine.has(id) ? 'live' : wanted);
  }

  /**
   * The size of a style's first run. WebGPU compiles shaders for each size. On wasm a small run,
   * which nobody waits for, is enough to test the net.
   */
  private warmUpSize({ ep }: Backend): Size {
    return ep === 'wasm' ? [32, 32] : netSize(this.governor.shortSide, USUAL_ASPECT);
  }
}
