import { ClockOffset, wallClock } from '../../media/clock-offset.ts';
import type { Layers } from '../stages/layers.ts';
import { FINEST_MATTE_PIXELS, type Governor } from './governor.ts';
import { matteSize, netSize } from '../stages/net-size.ts';
import { carriedAlong, holdingOf, type Holding } from './frame-reuse.ts';
import { bodyPartOf } from '../stages/matte/matte-stage.ts';
import type { Backend } from './backend.ts';
import type { Size } from '../../common/size.ts';
import type { Outputs } from './outputs.ts';
import { FRAMES_TO_SETTLE } from '../stages/prepare/prepare-stage.ts';
import type { FilmOptions, Look, Region, StageTimes } from '../protocol.ts';
import type { StatsKeeper } from './stats.ts';
import { takeStill, type Still } from './still.ts';
import type { Styled } from '../stages/style/style-stage.ts';
import { covers, StyleRoi } from '../stages/style/style-roi.ts';
import { wholeFrame, type MaskExtent, type Roi } from '../stages/roi.ts';

/** A frame on its way, and what has been made of it so far. */
export interface Journey {
  /** Closed when the journey ends. */
  readonly frame: VideoFrame;
  /** Those that it goes through. */
  readonly stages: Backend;
  /** When it set out: milliseconds of this worker's clock. */
  readonly began: number;
  /** See ClockOffset. */
  readonly clockOffset: number;
  /** The size at which it is matted; null where no matte is wanted. */
  readonly matteAt: Size | null;
  /** The style's grid over the whole frame; null where none is wanted. */
  readonly styleAt: Size | null;
  /** What of it was begun beside the matte. */
  readonly styled: Promise<Styled> | null;
  /** What is not computed for this frame but taken over from the one before. */
  readonly held: Holding | null;
  readonly layers: Layers;
  /** The same frame was looked at in the same way before: its layers are there. */
  readonly repeats: boolean;
  /** What the layers depend on besides the frame and the background. */
  readonly wish: string;
  readonly times: StageTimes;
}

/** The journey of a frame: prepare, matte beside style, composite. */
export class Pipeline {
  /** What is asked of a film's frames; null while the source is live. */
  film: FilmOptions | null = null;
  private readonly clock = new ClockOffset();
  /** The region that the newest frame was matted for; null if it was not. */
  private matted: Region | null = null;
  /** The last frame whose layers are all there; they stay until the next frame's. */
  private settled: Journey | null = null;
  private readonly window = new StyleRoi();
  /** Where the newest matte shows the style; undefined if there is none. */
  private shown: MaskExtent | null | undefined;

  constructor(
    /** The look of the next frame. */
    readonly look: Look,
    /** Those of the next frame. */
    public stages: Backend,
    private readonly outputs: Outputs,
    private readonly governor: Governor,
    private readonly stats: StatsKeeper,
    /** Asked when a net fails: whether other stages have taken its place. */
    private readonly recover: (error: unknown) => Promise<boolean>,
  ) {}

  /** Another source: its frames have another clock and another rate, and no past. */
  newSource(): void {
    this.forget();
    this.stats.newSource();
    this.clock.reset();
    this.governor.newSource();
  }

  /** A live source's frame has come, whether it is taken or not. */
  noteArrival({ timestamp }: VideoFrame): void {
    this.clock.observe(timestamp);
  }

  /** What came before is of no use for the next frame. */
  forget(): void {
    this.settled = null;
    this.stages.matte.reset();
    this.shown = undefined;
  }

  /**
   * Begins a frame's journey, and closes the frame if there is none.
   * @param waited - whether the frame before has been drawn.
   */
  async setOut(frame: VideoFrame, waited: boolean): Promise<Journey> {
    try {
      return await this.prepare(frame, waited).catch((error: unknown) => this.setOutAgain(frame, error));
    } catch (error) {
      frame.close();
      throw error;
    }
  }

  /** Where a stage fails and others take over, the frame sets out anew. */
  private async setOutAgain(frame: VideoFrame, error: unknown): Promise<Journey> {
    if (!(await this.recover(error))) throw error;
    this.forget();
    return this.prepare(frame, true);
  }

  /**
   * The first stage, and the start of the style, which runs beside the matte.
   * @param waited - whether the frame before has been drawn.
   */
  private async prepare(frame: VideoFrame, waited: boolean): Promise<Journey> {
    const { look, film, stages, stats } = this;
    const { prepare, matte, style } = stages;
    const { displayWidth, displayHeight } = frame;
    const aspect = displayWidth / displayHeight;
    const { region, strength, background } = look;
    const matteAlone = film?.shows === 'matte';
    const matteAt = film?.matteSide
      ? netSize(film.matteSide, aspect)
      : matteSize(aspect, film ? FINEST_MATTE_PIXELS : this.governor.mattePixels);
    const styleAt = netSize(
      film ? this.governor.finest(Math.min(displayWidth, displayHeight)) : this.governor.shortSide,
      aspect,
    );
    // What nobody would see is not computed.
    const mattes =
      (this.outputs.stacks && !film) ||
      background.kind !== 'live' ||
      (region !== 'everything' && (style.hasStyle || matteAlone));
    const styles = style.hasStyle && strength > 0 && !matteAlone;

    stats.begin(frame, waited);
    const began = performance.now();
    // A live frame's arrival was noted as it came, and may be followed by others' by now.
    const clockOffset = film ? this.clock.observe(frame.timestamp) : this.clock.offset;
    await prepare.load(frame);
    const wish = [style.selected, region, strength, matteAt, styleAt, mattes].join();
    const { settled } = this;
    const alike =
      !film && settled?.wish === wish && settled.stages === stages && settled.layers.background === background
        ? settled
        : null;
    // A picture that stands still, once the matte's memory has come to rest, costs no inference.
    if (alike && prepare.unchangedFrames >= FRAMES_TO_SETTLE)
      return { ...alike, frame, began, clockOffset, repeats: true, times: noTimes() };
    const held = alike && holdingOf(alike, this.governor.held, this.shown);
    if (mattes && held?.what !== 'matte') matte.load(matteAt);
    const window = styles && held?.what !== 'style' ? this.windowFor(region, styleAt) : null;
    const styled = window && style.run(window);
    // It is awaited after the matte.
    styled?.catch(() => undefined);
    const layers: Layers = {
      live: null,
      styled: null,
      matte: null,
      share: null,
      blurred: null,
      region,
      strength,
      background,
      matteAlone,
      // On every second frame alone they would flicker.
      drawsLines: this.governor.held === 'nothing' || film !== null,
    };
    const times = { ...noTimes(), prepare: performance.now() - began };
    return {
      ...{ frame, stages, began, clockOffset, layers, times, styled, held, wish, repeats: false },
      matteAt: mattes ? matteAt : null,
      styleAt: styles ? styleAt : null,
    };
  }

  /** All the stages but the last. */
  async developed(journey: Journey): Promise<Journey> {
    try {
      await this.develop(journey);
      // What a graphics processor made goes with it, if others have taken over meanwhile.
      if (journey.stages === this.stages || !journey.stages.pack) return journey;
      journey = await this.prepare(journey.frame, true);
    } catch (error) {
      journey = await this.setOutAgain(journey.frame, error);
    }
    await this.develop(journey);
    return journey;
  }

  /** The stages in the middle: who, and how. */
  private async develop(journey: Journey): Promise<void> {
    const { layers, matteAt, styleAt, held, times } = journey;
    const { matte, style } = journey.stages;
    const began = performance.now();
    const live = this.outputs.compositor.texelsOf(journey.frame);
    live.catch(() => undefined);
    if (journey.repeats) {
      layers.live = await live;
      return;
    }
    this.settled = null;
    if (held?.what === 'matte') {
      const { matte, share, blurred } = held.layers;
      Object.assign(layers, { matte, share, blurred });
    } else if (matteAt)
      Object.assign(layers, await matte.run(layers.region, layers.background.kind === 'blur'));
    // What it has seen is of the past when a matte is wanted again.
    else if (this.matted) this.forget();
    this.matted = matteAt && layers.region;
    times.matte = held?.what === 'matte' ? held.times.matte : performance.now() - began;
    const follow = styleAt !== null && follows(layers.region);
    if (follow && held?.what !== 'matte') this.shown = matte.extent();
    let styled =
      held?.what === 'style' ? carriedAlong(held, follow ? this.shown : null) : await journey.styled;
    if (follow) {
      // Who came in, or moved far, is not where the window was: it is set anew.
      if (this.shown && !(styled && covers(styled.roi, this.shown))) {
        const window = this.windowFor(layers.region, styleAt);
        styled = window && (await style.run(window));
      }
    }
    layers.styled = styled;
    times.style = styled?.took ?? 0;
    layers.live = await live;
    this.settled = journey;
  }

  /** Of the style only what will show is computed. */
  private windowFor(region: Region, grid: Size): Roi | null {
    if (!follows(region) || this.shown === undefined) return wholeFrame(grid);
    return this.window.around(this.shown, grid);
  }

  /** The last stage, composite. */
  draw({ frame, stages, began, clockOffset, matteAt, styleAt, layers, times }: Journey): void {
    const from = performance.now();
    this.outputs.draw(frame, layers, stages.pack?.(layers) ?? null, clockOffset);
    const now = performance.now();
    times.composite = now - from;
    times.total = now - began;
    if (!this.film) times.delay = wallClock() - clockOffset - frame.timestamp / 1000;
    const road = { ep: stages.ep, zeroCopy: stages.pack !== null, half: stages.fp16 };
    this.stats.end(times, matteAt ?? [0, 0], styleAt ?? [0, 0], this.governor, road);
  }

  /**
   * The newest frame, small, and how much of a style the look lets show on it. Called in a gap; needs one net run at most.
   * @param width - of the picture in pixels.
   */
  async still(width: number): Promise<Still> {
    const { region, strength } = this.look;
    const { prepare, matte } = this.stages;
    const part = bodyPartOf(region);
    // The frame's own matte is taken, if it has one that tells the region.
    const told = this.matted !== null && (part === null || part === bodyPartOf(this.matted));
    if (region !== 'everything' && !told) {
      matte.load(matteSize(prepare.aspect, this.governor.mattePixels));
      await matte.run(region, false);
      this.matted = region;
    }
    return takeStill(
      width,
      prepare,
      { region, strength },
      region === 'everything' ? null : await matte.texels(),
    );
  }
}

const noTimes = (): StageTimes => ({ prepare: 0, matte: 0, style: 0, composite: 0, total: 0, delay: 0 });

/** Whether a style shows only where the matte says so. */
function follows(region: Region): boolean {
  return region !== 'everything' && region !== 'background';
}
