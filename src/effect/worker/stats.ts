import { quantile } from '../../common/quantile.ts';
import type { Size } from '../../common/size.ts';
import type { EffectStats, Held, QualityReason, StageTimes } from '../protocol.ts';

/** Milliseconds over which rates and medians are taken. */
const WINDOW = 2000;
/** So many steps from frame to frame tell the source's rate. */
const STEPS = 60;
const USUAL_INTERVAL = 1000 / 30;
/** Who waits for so large a share of a step is not the one who is slow. */
const IDLE = 0.4;
/** A jump of so many milliseconds is a pause of the source, not frames that were missed. */
const LONGEST_STEP = 1000;
const noTimes: StageTimes = { prepare: 0, matte: 0, style: 0, composite: 0, total: 0, delay: 0 };
const STAGES = ['prepare', 'matte', 'style', 'composite', 'total', 'delay'] as const;

/** What the nets run on. */
type Road = Pick<EffectStats, 'ep' | 'zeroCopy' | 'half'>;

/** Gathers what the frames' journeys took. */
export class StatsKeeper {
  /** Milliseconds between two frames of the source, as its timestamps tell; 30 fps until known. */
  frameInterval = USUAL_INTERVAL;
  private readonly recent: { at: number; times: Readonly<StageTimes> }[] = [];
  private frames = 0;
  private dropped = 0;
  private lastTimestamp: number | null = null;
  private readonly steps: number[] = [];
  private ended = 0;
  private free = 0;
  /** Milliseconds that the last frame kept the effect from the next one. */
  busy = 0;
  private road: Road = { ep: 'wasm', zeroCopy: false, half: false };
  private quality: QualityReason = 'usual';
  private held: Held = 'nothing';
  private sizes: { matte: Size; style: Size } = { matte: [0, 0], style: [0, 0] };

  constructor(private readonly renderer: string) {}

  /**
   * A frame sets out.
   * @param waited - whether the frame before has been drawn; if not, the source had this one ready before it was wanted.
   */
  begin(frame: VideoFrame, waited: boolean): void {
    if (this.lastTimestamp !== null) {
      const step = (frame.timestamp - this.lastTimestamp) / 1000;
      if (waited && performance.now() - this.ended > IDLE * step) {
        // We waited for the source: this step is its own, give or take its jitter.
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

  /** A frame has been drawn. */
  end(
    times: Readonly<StageTimes>,
    matte: Size,
    style: Size,
    { reason, held }: { readonly reason: QualityReason; readonly held: Held },
    road: Road,
  ): void {
    const now = (this.ended = performance.now());
    this.busy = now - this.free;
    this.free = now;
    this.frames++;
    this.sizes = { matte, style };
    this.quality = reason;
    this.held = held;
    this.road = road;
    this.recent.push({ at: now, times });
    while (this.recent[0]!.at < now - WINDOW) this.recent.shift();
  }

  /** What was done since `end` was no waiting for the source. */
  rest(): void {
    this.ended = performance.now();
  }

  /** Another source begins: its rate is not known yet, and the gap to it is no drop. */
  newSource(): void {
    this.lastTimestamp = null;
    this.steps.length = 0;
    this.frameInterval = USUAL_INTERVAL;
  }

  read(): EffectStats {
    const now = performance.now();
    const recent = this.recent.filter(({ at }) => at >= now - WINDOW);
    const span = recent.length > 1 ? recent.at(-1)!.at - recent[0]!.at : 0;
    const ms = { ...noTimes };
    const p95 = { ...noTimes };
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
      ...this.road,
      matteSize: [...this.sizes.matte],
      styleSize: [...this.sizes.style],
      quality: this.quality,
      held: this.held,
      renderer: this.renderer,
    };
  }
}
