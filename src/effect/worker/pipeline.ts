import { ClockOffset, wallClock } from '../../media/clock-offset.ts';
import type { Size } from '../../common/size.ts';
import type { ResolvedBackground, FilmOptions, Region, ResolvedLook, StageTimes } from '../protocol.ts';
import type { Layers } from '../stages/layers.ts';
import { bodyPartOf } from '../stages/matte/matte-stage.ts';
import { matteSize } from '../stages/net-size.ts';
import { NO_TIMES } from '../stage-times.ts';
import { FRAMES_TO_SETTLE } from '../stages/prepare/prepare-stage.ts';
import { wholeFrame, type MaskExtent, type Roi } from '../stages/roi.ts';
import { STILL } from '../stages/style/camera-motion.ts';
import { PatternAnchor } from '../stages/style/pattern-anchor.ts';
import { SceneAnchor } from '../stages/style/scene-anchor.ts';
import { covers, StyleRoi } from '../stages/style/style-roi.ts';
import type { Styled } from '../stages/style/style-stage.ts';
import type { Backend } from './backend.ts';
import { followsMask, planFrame, type FramePlan } from './frame-plan.ts';
import { findReuse, reusedStyle, type FrameReuse } from './frame-reuse.ts';
import type { Governor } from './governor.ts';
import type { Outputs } from './outputs.ts';
import { readPreviewFrame, type PreviewFrame } from './preview-frame.ts';
import type { StatsCollector } from './stats-collector.ts';

/** Behind people who are cut out. One object, because frames are compared by it. */
const NOTHING: ResolvedBackground = { kind: 'transparent' };

/** One frame on its way through the stages, and what has been made of it so far. */
export interface FrameJob {
  /** Closed by the caller that started the job, once it is drawn. */
  readonly frame: VideoFrame;
  /** The backend whose stages it passes. */
  readonly backend: Backend;
  readonly plan: FramePlan;
  /** The layers of the plan, filled in by the stages. */
  readonly layers: Layers;
  /** When the job started, in milliseconds of this worker's clock. */
  readonly startedAt: number;
  /** See {@link ClockOffset}. */
  readonly clockOffset: number;
  /** The style, if it was started beside the matte. */
  readonly styled: Promise<Styled> | null;
  /** The frame at the plan's `scenerySize`, if it has one. */
  readonly scenery: Promise<Float32Array> | null;
  /** What is reused from the previous frame. */
  readonly reuse: FrameReuse | null;
  /** Whether the picture has not changed for long, so that all layers are taken from before. */
  readonly isRepeat: boolean;
  readonly times: StageTimes;
}

/**
 * The stages of one frame: `start` prepares it and starts the style, `finish` adds the matte and
 * the style, and `draw` composites it. {@link FrameLoop} calls the three in this order for every
 * frame.
 */
export class Pipeline {
  /** What is asked of a film's frames; null unless one is converted. */
  film: FilmOptions | null = null;
  private readonly clock = new ClockOffset();
  private readonly styleRoi = new StyleRoi();
  private readonly anchor = new PatternAnchor();
  private readonly sceneAnchor = new SceneAnchor();
  /** Where the newest matte shows the style; undefined if there is no matte. */
  private extent: MaskExtent | null | undefined;
  /** The region for which the newest frame was matted; null if it was not. */
  private mattedRegion: Region | null = null;
  /** The last finished job, whose layers stay valid until the next frame's are made. */
  private lastJob: FrameJob | null = null;
  /** Frames in a row with the same plan. A changed plan resets the matte, which must settle. */
  private alikeFrames = 0;

  constructor(
    /** The look of the next frame. */
    readonly look: ResolvedLook,
    /** The backend of the next frame. */
    public backend: Backend,
    private readonly outputs: Outputs,
    private readonly governor: Governor,
    private readonly stats: StatsCollector,
    /** Called when a stage fails. Resolves to whether another backend has taken its place. */
    private readonly recover: (error: unknown) => Promise<boolean>,
  ) {}

  /**
   * First step: prepares a frame, and starts its style beside what comes next. If a stage fails and
   * another backend takes over, the frame is prepared there. On any other error it is closed.
   * @param waited - whether the frame before has been drawn already.
   */
  async start(frame: VideoFrame, waited: boolean): Promise<FrameJob> {
    try {
      return await this.prepare(frame, waited).catch(async (error: unknown) => {
        await this.switchBackend(error);
        return this.prepare(frame, true);
      });
    } catch (error) {
      frame.close();
      throw error;
    }
  }

  /**
   * Second step: makes all layers of the frame. If the backend fails or was replaced meanwhile, the
   * frame is done once more on the new one.
   * @returns the job, or the one that has replaced it.
   */
  async finish(job: FrameJob): Promise<FrameJob> {
    try {
      await this.makeLayers(job);
      // Layers on the GPU are lost with their backend.
      if (job.backend === this.backend || !job.backend.pack) return job;
    } catch (error) {
      await this.switchBackend(error);
    }
    const again = await this.prepare(job.frame, true);
    await this.makeLayers(again);
    return again;
  }

  /** Third step: composites the frame for all outputs. */
  draw({ frame, backend, startedAt, clockOffset, plan, layers, times }: FrameJob): void {
    const from = performance.now();
    this.outputs.draw(frame, layers, backend.pack?.(layers) ?? null, clockOffset);
    const now = performance.now();
    times.composite = now - from;
    times.total = now - startedAt;
    if (!this.film) times.delay = wallClock() - clockOffset - frame.timestamp / 1000;
    const { ep, fp16 } = backend;
    const styleGrid = plan.styleGrid ? (layers.styled?.roi.grid ?? plan.styleGrid) : ([0, 0] as const);
    this.stats.end(times, plan.matteSize ?? [0, 0], styleGrid, this.governor, {
      ep,
      zeroCopy: backend.pack !== null,
      half: fp16,
      detail: backend.style.grade === 'fine' ? 'fine' : 'light',
    });
  }

  private async prepare(frame: VideoFrame, waited: boolean): Promise<FrameJob> {
    const { film, backend, governor, stats } = this;
    const { hasStacked, needsCutOut } = this.outputs;
    const look = needsCutOut ? { ...this.look, background: NOTHING } : this.look;
    const plan = planFrame(frame, { look, film, governor, style: backend.style, hasStacked });
    stats.begin(frame, waited);
    const startedAt = performance.now();
    // A live frame was recorded when it arrived, and newer ones may have arrived since.
    const clockOffset = film ? this.clock.observe(frame.timestamp) : this.clock.offset;
    await backend.prepare.load(frame);
    const last = this.lastJobLike(plan, backend);
    const job = { frame, backend, plan, layers: plan.layers, startedAt, clockOffset };
    // An unchanged picture costs no inference, once the matte has settled.
    if (last && Math.min(backend.prepare.unchangedFrames, this.alikeFrames) >= FRAMES_TO_SETTLE)
      return { ...last, frame, startedAt, clockOffset, isRepeat: true, times: { ...NO_TIMES } };
    this.alikeFrames = last ? this.alikeFrames + 1 : 1;
    const reuse = last && findReuse(last, governor.held, this.extent);
    if (plan.matteSize && reuse?.what !== 'matte') backend.matte.load(plan.matteSize);
    const styled = reuse?.what === 'style' ? null : this.startStyle(plan, backend);
    const scenery = plan.scenerySize && backend.prepare.planes(plan.scenerySize);
    // They are awaited after the matte.
    styled?.catch(() => undefined);
    scenery?.catch(() => undefined);
    const times = { ...NO_TIMES, prepare: performance.now() - startedAt };
    return { ...job, styled, scenery, reuse, isRepeat: false, times };
  }

  private async makeLayers(job: FrameJob): Promise<void> {
    const live = this.outputs.compositor.texelsOf(job.frame);
    live.catch(() => undefined);
    if (!job.isRepeat) {
      this.lastJob = null;
      await this.addMatte(job);
      await this.addAnchor(job);
      await this.addStyle(job);
    }
    job.layers.live = await live;
    if (!job.isRepeat) this.lastJob = job;
  }

  private async addMatte({ backend, plan, layers, reuse, times }: FrameJob): Promise<void> {
    const { region, background } = layers;
    const from = performance.now();
    if (reuse?.what === 'matte') {
      const { matte, share, blurred } = reuse.layers;
      Object.assign(layers, { matte, share, blurred });
      times.matte = reuse.times.matte;
    } else {
      if (plan.matteSize) Object.assign(layers, await backend.matte.run(region, background.kind === 'blur'));
      // By the time that a matte is wanted again, its memory will be out of date.
      else if (this.mattedRegion) this.forget();
      times.matte = performance.now() - from;
    }
    this.mattedRegion = plan.matteSize && region;
    if (plan.styleGrid && followsMask(region) && reuse?.what !== 'matte')
      this.extent = backend.matte.extent();
  }

  /** Fixes patterns to the scene where they cover it, else to the person. */
  private async addAnchor({ plan, layers, scenery, frame }: FrameJob): Promise<void> {
    if (plan.scenerySize && scenery) {
      layers.anchor = this.sceneAnchor.follow(await scenery, plan.scenerySize);
      return;
    }
    const [x, y] = this.anchor.follow(this.extent ?? null);
    const aspect = frame.displayWidth / frame.displayHeight;
    layers.anchor = { ...STILL, right: -x * aspect, down: -y };
  }

  private async addStyle(job: FrameJob): Promise<void> {
    const { backend, plan, layers, reuse, times } = job;
    const follows = plan.styleGrid !== null && followsMask(layers.region);
    const extent = follows ? this.extent : null;
    let styled = reuse?.what === 'style' ? reusedStyle(reuse, extent) : await job.styled;
    // Somebody who came in or moved far is outside of the styled roi.
    if (extent && !(styled && covers(styled.roi, extent))) styled = await this.startStyle(plan, backend);
    layers.styled = styled;
    times.style = styled?.took ?? 0;
  }

  /** Runs the style on the roi where it will show; null if it shows nowhere. */
  private startStyle(plan: FramePlan, { style }: Backend): Promise<Styled> | null {
    const roi = plan.styleGrid && this.styledRoi(plan, plan.styleGrid);
    return roi && style.run(roi);
  }

  private styledRoi({ layers, finestGrid }: FramePlan, grid: Size): Roi | null {
    if (!followsMask(layers.region) || this.extent === undefined) return wholeFrame(grid);
    return this.styleRoi.around(this.extent, grid, finestGrid);
  }

  /** The last job, if its layers would do for a frame with this plan; never for a film. */
  private lastJobLike({ key, layers }: FramePlan, backend: Backend): FrameJob | null {
    const { lastJob: last } = this;
    const alike = last?.plan.key === key && last.layers.background === layers.background;
    return alike && last.backend === backend && !this.film ? last : null;
  }

  /** @throws the error, if no other backend takes over. */
  private async switchBackend(error: unknown): Promise<void> {
    if (!(await this.recover(error))) throw error;
    this.forget();
  }

  /** Forgets all frames so far. */
  forget(): void {
    this.lastJob = null;
    this.backend.matte.reset();
    this.extent = undefined;
  }

  /** Prepares for another source: its frames have another clock and another rate. */
  newSource(): void {
    this.forget();
    this.stats.newSource();
    this.clock.reset();
    this.governor.newSource();
  }

  /** Records that a frame of a live source has arrived, whether it will be used or not. */
  noteArrival({ timestamp }: VideoFrame): void {
    this.clock.observe(timestamp);
  }

  /**
   * Reads the newest frame for previews, and where the look lets a style show on it. Runs between
   * frames, and needs one run of the matte net at most.
   * @param width - of the previews in pixels.
   */
  async previewFrame(width: number): Promise<PreviewFrame> {
    const { region, strength } = this.look;
    const { prepare, matte } = this.backend;
    const look = { region, strength };
    if (region === 'everything') return readPreviewFrame(width, prepare, look, null);
    // The matte of the frame will do, if it was made and the region can be read from it.
    const part = bodyPartOf(region);
    const { mattedRegion } = this;
    const known = mattedRegion !== null && (part === null || part === bodyPartOf(mattedRegion));
    if (!known) {
      matte.load(matteSize(prepare.aspect, this.governor.mattePixels));
      await matte.run(region, false);
      this.mattedRegion = region;
    }
    return readPreviewFrame(width, prepare, look, await matte.texels());
  }
}
