import { Anchor } from './anchor.ts';
import { BackdropBlur } from './composite/blur.ts';
import type { Compositor, Layers } from './composite/compositor.ts';
import { PortoonError } from './errors.ts';
import { Gaps } from './gaps.ts';
import { matteSize, styleSize, type Governor } from './governor.ts';
import { partOf, type Matter } from './matte/matter.ts';
import type { Size } from './onnx/net.ts';
import { Preparer } from './prepare/prepare.ts';
import type { FilmOptions, Look, Region } from './protocol.ts';
import { Sink } from './sink.ts';
import type { StatsKeeper } from './stats.ts';
import { takeStill, type Still } from './still.ts';
import type { Stylist } from './style/stylist.ts';
import { Tap } from './tap.ts';

/**
 * The journey of a frame: prepare, matte, style, composite. One frame at a time. Of a live source the newest frame wins; of a film
 * every frame is carried.
 */
export class Pipeline {
  /** For what may wait until a frame has been drawn. */
  readonly gaps = new Gaps();
  /** Resolves when the first frame of the current source, or else of the next, has been drawn. */
  begun = Promise.withResolvers<undefined>();
  private readonly preparer = new Preparer();
  private readonly blur = new BackdropBlur();
  private output: Sink | null = null;
  private stacked: { compositor: Compositor; sink: Sink } | null = null;
  private tapped: Tap | null = null;
  private readonly anchor = new Anchor();
  private source: ReadableStreamDefaultReader<VideoFrame> | null = null;
  /** Counts the sources, so that a slow change of source does not overtake a later one. */
  private turns = 0;
  /** The region that the newest frame was matted for; null if it was not. */
  private matted: Region | null = null;
  /** What is asked of the film that is being carried; null while the source is live. */
  private film: FilmOptions | null = null;
  private framesDrawn = false;
  /** The journeys of the current source's frames, one after the other. */
  private journey: Promise<void> = Promise.resolve();

  constructor(
    /** The look of the next frame. */
    readonly look: Look,
    private readonly matter: Matter,
    private readonly stylist: Stylist,
    private readonly compositor: Compositor,
    private readonly governor: Governor,
    private readonly stats: StatsKeeper,
    /** Called after the first frame of every source has been drawn. */
    private readonly onFirstFrame: () => void,
  ) {}

  /** Takes frames from here, or from nowhere, and no longer from the source before. Resolves when this source has ended. */
  async feed(frames: ReadableStream<VideoFrame> | null): Promise<void> {
    const turn = ++this.turns;
    await this.source?.cancel();
    // The last frame of the source before is still on its way: nothing overtakes it.
    await this.journey;
    if (turn !== this.turns) {
      // Yet another source was given meanwhile.
      await frames?.cancel();
      return;
    }
    if (this.framesDrawn) this.begun = Promise.withResolvers();
    this.framesDrawn = false;
    this.film = null;
    if (!frames) return;
    this.matter.forget();
    this.stats.newSource();
    this.anchor.reset();
    this.governor.newSource();
    this.source = frames.getReader();
    this.journey = this.carryAll(this.source);
    await this.journey;
  }

  /** Lets go of the source: what comes next is a film's first frame, by `picture`, and it has no past. */
  async beginFilm(film: FilmOptions): Promise<void> {
    await this.feed(null);
    this.film = film;
    this.matter.forget();
  }

  /**
   * A film's next frame as its picture, which is the caller's to close; so is the frame. Calls may be made ahead: they are answered in
   * their order.
   * @throws PortoonError `ERR_WEBGL_LOST` if there is nothing to draw with.
   */
  picture(frame: VideoFrame): Promise<VideoFrame> {
    const picture = this.journey.then(() => this.carryOfFilm(frame));
    this.journey = picture.then(
      () => undefined,
      () => undefined,
    );
    return picture;
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
    await this.stylist.close();
    await this.matter.close();
    this.compositor.close();
  }

  private async carryAll(source: ReadableStreamDefaultReader<VideoFrame>): Promise<void> {
    for (let first = true; ; first = false) {
      // The source holds one frame at most and replaces it by the next: what comes now is the newest.
      const { value: frame, done } = await source.read();
      if (done) return;
      try {
        await this.gaps.frameBegins();
        await this.carry(frame);
        await Promise.all([
          this.write(this.compositor, this.output, frame),
          this.stacked && this.write(this.stacked.compositor, this.stacked.sink, frame),
        ]);
        this.governor.measure(this.stats.last.total, this.stats.last.style, this.stats.frameInterval);
      } finally {
        frame.close();
      }
      if (first) {
        this.framesDrawn = true;
        this.begun.resolve(undefined);
        this.onFirstFrame();
      }
      await this.gaps.frameEnds();
      this.stats.rest();
    }
  }

  private async carryOfFilm(frame: VideoFrame): Promise<VideoFrame> {
    // Between two frames of a film passes what time it takes: that tells of no rate, and of no drops.
    this.stats.newSource();
    await this.carry(frame);
    if (!this.compositor.contextLost) return this.compositor.capture(frame);
    throw new PortoonError(
      'ERR_WEBGL_LOST',
      'The browser took the graphics processor away in the middle of the film.',
      'Convert the film again.',
    );
  }

  private async carry(frame: VideoFrame): Promise<void> {
    const { look, film, matter, stylist, preparer, stats } = this;
    const { displayWidth, displayHeight } = frame;
    const aspect = displayWidth / displayHeight;
    const matteAlone = film?.shows === 'matte';
    const forMatte = matteSize(aspect, film?.matteSide);
    const forStyle = styleSize(
      film ? this.governor.finest(Math.min(displayWidth, displayHeight)) : this.governor.shortSide,
      aspect,
    );
    const { region, strength, background } = look;
    // What nobody would see is not computed.
    const mattes =
      this.stacked !== null ||
      background.kind !== 'live' ||
      (region !== 'everything' && (stylist.chosen || matteAlone));
    const styles = stylist.chosen && strength > 0 && !matteAlone;

    stats.begin(frame);
    const anchor = this.anchor.note(frame.timestamp);
    await preparer.take(frame);
    const matteInput = matter.input(forMatte);
    if (mattes) preparer.scale(forMatte, matteInput);
    const styleInput = styles ? stylist.input(forStyle) : null;
    if (styleInput) preparer.scale(forStyle, styleInput);
    stats.mark('prepare');

    const layers: Layers = {
      styled: null,
      matte: null,
      share: null,
      blurred: null,
      region,
      strength,
      background,
      matteAlone,
    };
    if (mattes) await this.mattes(forMatte, matteInput, layers);
    // What it has seen is of the past when a matte is wanted again.
    else if (this.matted) matter.forget();
    this.matted = mattes ? region : null;
    stats.mark('matte');

    if (styleInput) {
      await stylist.stylise(forStyle);
      layers.styled = { texels: stylist.texels, size: forStyle };
    }
    stats.mark('style');

    if (!this.compositor.contextLost) {
      this.compositor.draw(frame, layers);
      if (this.tapped?.wants)
        this.tapped.give({ frame: this.compositor.capture(frame), at: anchor + frame.timestamp / 1000 });
    }
    // Without a matte it was asked for in the middle of the journey; the next frame has one.
    if (this.stacked && layers.matte && !this.stacked.compositor.contextLost)
      this.stacked.compositor.draw(frame, layers);
    stats.mark('composite');
    stats.end(forMatte, styleInput ? forStyle : [0, 0]);
  }

  private async mattes(size: Size, picture: Float32Array, layers: Layers): Promise<void> {
    const { matter } = this;
    const matte = await matter.matte(size, layers.region);
    layers.matte = { texels: matter.texels, size };
    if (partOf(layers.region)) layers.share = { texels: matter.share, size };
    if (layers.background.kind === 'blur') {
      this.blur.blur(picture, matte, size);
      layers.blurred = this.blur;
    }
  }

  /**
   * The newest frame, small, and how much of a style the look lets show on it. Called in a gap; needs one net run at most.
   * @param width - of the picture in pixels.
   */
  async still(width: number): Promise<Still> {
    const { look, matter, preparer } = this;
    const { aspect } = preparer;
    const size = matteSize(aspect);
    const { region, strength } = look;
    const part = partOf(region);
    // The frame's own matte is taken, if it has one that tells the region.
    const told = this.matted !== null && (part === null || part === partOf(this.matted));
    if (region !== 'everything' && !told) {
      preparer.scale(size, matter.input(size));
      await matter.matte(size, region);
      this.matted = region;
    }
    return takeStill(
      width,
      preparer,
      { region, strength },
      { texels: matter.texels, share: matter.share, size },
    );
  }

  private async write(compositor: Compositor, sink: Sink | null, like: VideoFrame): Promise<void> {
    if (sink?.wants && !compositor.contextLost) await sink.write(compositor.capture(like));
  }
}
