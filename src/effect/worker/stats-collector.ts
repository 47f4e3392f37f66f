import { quantile } from '../../common/quantile.ts';
import type { Size } from '../../common/size.ts';
import type { EffectStats, Held, QualityReason, StageTimes } from '../protocol.ts';
import { NO_TIMES } from '../stage-times.ts';

/** Rates and medians are taken over this many milliseconds. */
const WINDOW = 2000;
/** The rate of the source is taken from this many intervals between frames. */
const STEPS = 60;
const USUAL_INTERVAL = 1000 / 30;
/** The source sets the pace if we wait for it for at least this share of an interval. */
const IDLE = 0.4;
/** A longer interval, in milliseconds, is a pause of the source and no dropped frames. */
const LONGEST_STEP = 1000;
const STAGES = ['prepare', 'matte', 'style', 'composite', 'total', 'delay'] as const;

/** What the nets run on, and the style's grade. */
type BackendInfo = Pick<EffectStats, 'ep' | 'zeroCopy' | 'half' | 'detail'>;

/** Collects the times of frames, and derives rates, medians and drops from them. */
export class StatsCollector {
  /** Milliseconds between two frames of the source by its timestamps; 1/30 s until it is known. */
  frameInterval = USUAL_INTERVAL;
  private readonly recent: { at: number; times: Readonly<StageTimes> }[] = [];
  private frames = 0;
  private dropped = 0;
  private lastTimestamp: number | null = null;
  private readonly steps: number[] = [];
  private ended = 0;
  private free = 0;
  /** Milliseconds for which the last frame kept the effect from starting the next one. */
  busy = 0;
  private backend: BackendInfo = { ep: 'wasm', zeroCopy: false, half: false, detail: 'light' };
  private quality: QualityReason = 'usual';
  private held: Held = 'nothing';
  private sizes: { matte: Size; style: Size } = { matte: [0, 0], style: [0, 0] };

  constructor(private readonly renderer: string) {}

  /**
   * To be called when a frame starts.
   * @param waited - whether the frame before was drawn already. If not, the source had this frame
   * ready before it was needed.
   */
  begin(frame: VideoFrame, waited: boolean): void {
    if (this.lastTimestamp !== null) {
      const step = (frame.timestamp - this.lastTimestamp) / 1000;
      if (waited && performance.now() - this.ended > IDLE * step) {
        // We waited for the source, so this interval is the source's own, up to its jitter.
        this.steps.push(step);
        if (this.steps.length > STEPS) this.steps.shift();
        if (this.steps.length >= 5) this.frameInterval = quantile(this.steps, 0.5);
      } else if (step < LONGEST_STEP) {
        this.dropped += Math.max(0, Math.round(step / this.frameInterval) - 1);
      }
    }
    this.lastTimestamp = frame.timestamp;
    if (waited) this.free = performance.now();
  }

  /** To be called when a frame has been drawn. */
  end(
    times: Readonly<StageTimes>,
    matte: Size,
    style: Size,
    { reason, held }: { readonly reason: QualityReason; readonly held: Held },
    backend: BackendInfo,
  ): void {
    const now = (this.ended = performance.now());
    this.busy = now - this.free;
    this.free = now;
    this.frames++;
    this.sizes = { matte, style };
    this.quality = reason;
    this.held = held;
    this.backend = backend;
    this.recent.push({ at: now, times });
    while (this.recent[0]!.at < now - WINDOW) this.recent.shift();
  }

  /** To be called after work between frames, whose time is no waiting for the source. */
  rest(): void {
    this.ended = performance.now();
  }

  /** Prepares for another source. Its rate is not known yet, and the pause before it is no drop. */
  newSource(): void {
    this.lastTimestamp = null;
    this.steps.length = 0;
    this.frameInterval = USUAL_INTERVAL;
  }

  /** The statistics of the last two seconds. */
  read(): EffectStats {
    const now = performance.now();
    const recent = this.recent.filter(({ at }) => at >= now - WINDOW);
    const span = recent.length > 1 ? recent.at(-1)!.at - recent[0]!.at : 0;
    const ms = { ...NO_TIMES };
    const p95 = { ...NO_TIMES };
    for (const stage of STAGES) {
      const times = recent.map((frame) => frame.times[stage]);
      ms[stage] = quantile(times, 0.5);
      p95[stage] = quantile(times, 0.95);
    }
    return {
      fps: span > 0 ? ((recent.length - 1) * 1000) / span : 0,
      frames: this.frames,
      dropped: this.dropped,
      ms,
      p95,
      ...this.backend,
      matteSize: [...this.sizes.matte],
      styleSize: [...this.sizes.style],
      quality: this.quality,
      held: this.held,
      renderer: this.renderer,
    };
  }
}
