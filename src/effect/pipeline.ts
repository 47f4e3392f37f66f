import { Anchor, wallClock } from './anchor.ts';
import type { Compositor, Layers } from './composite/compositor.ts';
import { PortoonError } from './errors.ts';
import { Gaps } from './gaps.ts';
import { matteSize, netSize, type Governor } from './governor.ts';
import { carriedAlong, holdingOf, type Holding } from './hold.ts';
import { partOf } from './matte/matter.ts';
import type { NetStages } from './net-stages.ts';
import { NewestFrame } from './newest-frame.ts';
import type { Size } from './onnx/net.ts';
import { REST } from './prepare/prepare.ts';
import type { FilmOptions, Look, Region, StageTimes } from './protocol.ts';
import { Sink } from './sink.ts';
import type { StatsKeeper } from './stats.ts';
import { takeStill, type Still } from './still.ts';
import type { Styled } from './style/stylist.ts';
import { covers, LEAST_SURROUNDINGS, StyleWindow, type Shown, type Window } from './style/window.ts';
import { Tap } from './tap.ts';

/** A frame on its way, and what has been made of it so far. */
interface Journey {
  /** Closed when the journey ends. */
  readonly frame: VideoFrame;
  /** Those that it goes through. */
  readonly stages: NetStages;
  /** When it set out: milliseconds of this worker's clock. */
  readonly began: number;
  /** See Anchor. */
  readonly anchor: number;
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

/**
 * The journey of a frame: prepare, matte beside style, composite. The next frame sets out when this one is ready to be drawn. Of a live source the newest frame wins; of a film
 * every frame is carried.
 */
export class Pipeline {
  /** For what may wait until a frame has been drawn. */
  readonly gaps = new Gaps();
  /** Resolves when the first frame of the current source, or else of the next, has been drawn. */
  begun = Promise.withResolvers<undefined>();
  private output: Sink | null = null;
  private stacked: { compositor: Compositor; sink: Sink } | null = null;
  private tapped: Tap | null = null;
  private readonly anchor = new Anchor();
  private source: NewestFrame | null = null;
  /** Counts the sources, so that a slow change of source does not overtake a later one. */
  private turns = 0;
  /** The region that the newest frame was matted for; null if it was not. */
  private matted: Region | null = null;
  /** The last frame whose layers are all there; they stay until the next frame's. */
  private settled: Journey | null = null;
  private readonly window = new StyleWindow();
  /** Where the newest matte shows the style; undefined if there is none. */
  private shown: Shown | null | undefined;
  /** What is asked of the film that is being carried; null while the source is live. */
  private film: FilmOptions | null = null;
  private framesDrawn = false;
  /** The journeys of the current source's frames, one after the other. */
  private journey: Promise<void> = Promise.resolve();

  constructor(
    /** The look of the next frame. */
    readonly look: Look,
    /** Those of the next frame. */
    public stages: NetStages,
    private readonly compositor: Compositor,
    private readonly governor: Governor,
    private readonly stats: StatsKeeper,
    /** Called after the first frame of every source has been drawn. */
    private readonly onFirstFrame: () => void,
    /** Asked when a net fails: whether other stages have taken its place. */
    private readonly recover: (error: unknown) => Promise<boolean>,
  ) {}

  /** Takes frames from here, or from nowhere, and no longer from the source before. Resolves when this source has ended. */
  async feed(frames: ReadableStream<VideoFrame> | null): Promise<void> {
    const turn = ++this.turns;
    await this.source?.end();
    // The last frame of the source before is still on its way: nothing overtakes it.
    await this.journey;
    if (turn !== this.turns) {
      // Yet another source was given meanwhile.
      if (frames) await new NewestFrame(frames).end();
      return;
    }
    if (this.framesDrawn) this.begun = Promise.withResolvers();
    this.framesDrawn = false;
    this.film = null;
    if (!frames) return;
    this.forget();
    this.stats.newSource();
    this.anchor.reset();
    this.governor.newSource();
    this.source = new NewestFrame(frames, ({ timestamp }) => this.anchor.note(timestamp));
    this.journey = this.carryAll(this.source);
    await this.journey;
  }

  /** Lets go of the source: what comes next is a film's first frame, by `picture`, and it has no past. */
  async beginFilm(film: FilmOptions): Promise<void> {
    await this.feed(null);
    this.film = film;
    this.forget();
  }

  /**
   * A film's next frame as its picture, which is the caller's to close; so is the frame. Calls may be made ahead: they are answered in
   * their order.
   * @throws PortoonError `ERR_WEBGL_LOST` if there is nothing to draw with.
   */
  picture(frame: VideoFrame): Promise<VideoFrame> {
    const drawn = this.journey.then(() => this.carryOfFilm(frame));
    // The next sets out while the renderer still draws this one.
    this.journey = drawn.then(
      () => undefined,
      () => undefined,
    );
    return drawn.then(async ({ coming }) => (await coming) ?? Promise.reject(lostInFilm()));
  }

  /** Every composited frame is also written here. */
  emit(frames: WritableStream<VideoFrame>): void {
    void this.output?.close();
    const output = new Sink(frames, () => {
      if (this.output === output) this.output = null;
    });
    this.output = output;
  }

  /**
   * Every frame is also drawn as the person alone, and written here; while nobody takes it, nothing is drawn for it.
   * @param compositor - packs as `stacked-1`; it is closed with the stream.
   */
  emitStacked(compositor: Compositor, frames: WritableStream<VideoFrame>): void {
    void this.stacked?.sink.close();
    const sink = new Sink(frames, () => {
      if (this.stacked?.sink === sink) this.stacked = null;
      compositor.close();
    });
    this.stacked = { compositor, sink };
  }

  /** Gives composites to whoever holds the other end of `port`, and no longer to who held one before. */
  tap(port: MessagePort | null): void {
    this.tapped?.close();
    this.tapped = port && new Tap(port);
  }

  async close(): Promise<void> {
    await this.feed(null);
    this.tap(null);
    await this.output?.close();
    await this.stacked?.sink.close();
    await this.gaps.close();
    await this.stages.close();
    this.compositor.close();
  }

  private async carryAll(source: NewestFrame): Promise<void> {
    let journey: Journey | null = null;
    for (let first = true; ; first = false) {
      if (!journey) {
        if (!(await source.ready())) return;
        await this.gaps.frameBegins();
        const frame = source.take();
        if (!frame) return;
        journey = await this.setOut(frame, true);
      }
      const { frame } = journey;
      let next: Journey | null = null;
      try {
        journey = await this.developed(journey);
        // Drawing takes a while that this thread spends waiting: a frame that is here already is styled meanwhile. A graphics processor does not wait.
        const ready = this.gaps.waiting || journey.stages.pack ? null : source.take();
        if (ready) next = await this.setOut(ready, false);
        this.draw(journey);
        await Promise.all([
          this.write(this.compositor, this.output, frame),
          this.stacked && this.write(this.stacked.compositor, this.stacked.sink, frame),
        ]);
        if (!journey.repeats) this.governor.measure(this.stats.busy, journey.times, this.stats.frameInterval);
      } catch (error) {
        next?.frame.close();
        throw error;
      } finally {
        frame.close();
      }
      if (first) {
        this.framesDrawn = true;
        this.begun.resolve(undefined);
        this.onFirstFrame();
      }
      journey = next;
      if (journey) continue;
      await this.gaps.frameEnds();
      this.stats.rest();
    }
  }

  private async carryOfFilm(frame: VideoFrame): Promise<{ coming: Promise<VideoFrame | null> }> {
    // Between two frames of a film passes what time it takes: that tells of no rate, and of no drops.
    this.stats.newSource();
    const journey = await this.developed(await this.setOut(frame, true));
    this.draw(journey);
    if (this.compositor.contextLost) throw lostInFilm();
    return { coming: this.compositor.capture(frame) };
  }

  /** Begins a frame's journey, and closes the frame if there is none. */
  private async setOut(frame: VideoFrame, waited: boolean): Promise<Journey> {
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
    const { preparer, matter, stylist } = stages;
    const { displayWidth, displayHeight } = frame;
    const aspect = displayWidth / displayHeight;
    const { region, strength, background } = look;
    const matteAlone = film?.shows === 'matte';
    const matteAt = film?.matteSide
      ? netSize(film.matteSide, aspect)
      : matteSize(aspect, film ? undefined : this.governor.mattePixels);
    const styleAt = netSize(
      film ? this.governor.finest(Math.min(displayWidth, displayHeight)) : this.governor.shortSide,
      aspect,
    );
    // What nobody would see is not computed.
    const mattes =
      (this.stacked !== null && !film) ||
      background.kind !== 'live' ||
      (region !== 'everything' && (stylist.chosen || matteAlone));
    const styles = stylist.chosen && strength > 0 && !matteAlone;

    stats.begin(frame, waited);
    const began = performance.now();
    // A live frame's arrival was noted as it came, and may be followed by others' by now.
    const anchor = film ? this.anchor.note(frame.timestamp) : this.anchor.offset;
    await preparer.take(frame);
    const wish = [stylist.style, region, strength, matteAt, styleAt, mattes].join();
    const { settled } = this;
    const alike =
      !film && settled?.wish === wish && settled.stages === stages && settled.layers.background === background
        ? settled
        : null;
    // A picture that stands still, once the matte's memory has come to rest, costs no inference.
    if (alike && preparer.repeats >= REST)
      return { ...alike, frame, began, anchor, repeats: true, times: noTimes() };
    const held = alike && holdingOf(alike, this.governor.held, this.shown);
    if (mattes && held?.what !== 'matte') matter.take(matteAt);
    const window = styles && held?.what !== 'style' ? this.windowFor(region, styleAt) : null;
    const styled = window && stylist.stylise(window);
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
      lines: this.governor.held === 'nothing' || film !== null,
    };
    const times = { ...noTimes(), prepare: performance.now() - began };
    return {
      ...{ frame, stages, began, anchor, layers, times, styled, held, wish, repeats: false },
      matteAt: mattes ? matteAt : null,
      styleAt: styles ? styleAt : null,
    };
  }

  /** All the stages but the last. */
  private async developed(journey: Journey): Promise<Journey> {
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
    const { matter, stylist } = journey.stages;
    const began = performance.now();
    const live = this.compositor.texelsOf(journey.frame);
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
      Object.assign(layers, await matter.matte(layers.region, layers.background.kind === 'blur'));
    // What it has seen is of the past when a matte is wanted again.
    else if (this.matted) this.forget();
    this.matted = matteAt && layers.region;
    times.matte = held?.what === 'matte' ? held.times.matte : performance.now() - began;
    const follow = styleAt !== null && follows(layers.region);
    if (follow && held?.what !== 'matte') this.shown = matter.shown();
    let styled =
      held?.what === 'style' ? carriedAlong(held, follow ? this.shown : null) : await journey.styled;
    if (follow) {
      // Who came in, or moved far, is not where the window was: it is set anew.
      if (this.shown && !(styled && covers(styled.window, this.shown, LEAST_SURROUNDINGS))) {
        const window = this.windowFor(layers.region, styleAt);
        styled = window && (await stylist.stylise(window));
      }
    }
    layers.styled = styled;
    times.style = styled?.took ?? 0;
    layers.live = await live;
    this.settled = journey;
  }

  /** Of the style only what will show is computed. */
  private windowFor(region: Region, grid: Size): Window | null {
    if (!follows(region) || this.shown === undefined) return StyleWindow.whole(grid);
    return this.window.around(this.shown, grid);
  }

  /** The last stage, composite. */
  private draw({ frame, stages, began, anchor, matteAt, styleAt, layers, times }: Journey): void {
    const from = performance.now();
    const packed = stages.pack?.(layers) ?? null;
    if (!this.compositor.contextLost) {
      this.compositor.draw(frame, layers, packed);
      if (this.tapped?.wants)
        this.tapped.give(this.compositor.capture(frame), anchor + frame.timestamp / 1000);
    }
    // Without a matte it was asked for in the middle of the journey; the next frame has one.
    if (this.stacked && layers.matte && !this.stacked.compositor.contextLost)
      this.stacked.compositor.draw(frame, layers, packed);
    const now = performance.now();
    times.composite = now - from;
    times.total = now - began;
    if (!this.film) times.delay = wallClock() - anchor - frame.timestamp / 1000;
    const road = { ep: stages.ep, zeroCopy: stages.pack !== null };
    this.stats.end(times, matteAt ?? [0, 0], styleAt ?? [0, 0], this.governor, road);
  }

  /**
   * The newest frame, small, and how much of a style the look lets show on it. Called in a gap; needs one net run at most.
   * @param width - of the picture in pixels.
   */
  async still(width: number): Promise<Still> {
    const { region, strength } = this.look;
    const { preparer, matter } = this.stages;
    const part = partOf(region);
    // The frame's own matte is taken, if it has one that tells the region.
    const told = this.matted !== null && (part === null || part === partOf(this.matted));
    if (region !== 'everything' && !told) {
      matter.take(matteSize(preparer.aspect, this.governor.mattePixels));
      await matter.matte(region, false);
      this.matted = region;
    }
    return takeStill(
      width,
      preparer,
      { region, strength },
      region === 'everything' ? null : await matter.answer(),
    );
  }

  private forget(): void {
    this.settled = null;
    this.stages.matter.forget();
    this.shown = undefined;
  }

  private async write(compositor: Compositor, sink: Sink | null, like: VideoFrame): Promise<void> {
    if (!sink?.wants || compositor.contextLost) return;
    const picture = await compositor.capture(like);
    if (picture) await sink.write(picture);
  }
}

const noTimes = (): StageTimes => ({ prepare: 0, matte: 0, style: 0, composite: 0, total: 0, delay: 0 });

function lostInFilm(): PortoonError {
  return new PortoonError(
    'ERR_WEBGL_LOST',
    'The browser took the graphics processor away in the middle of the film.',
    'Convert the film again.',
  );
}

/** Whether a style shows only where the matte says so. */
function follows(region: Region): boolean {
  return region !== 'everything' && region !== 'background';
}
