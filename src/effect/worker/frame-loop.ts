import { PortoonError } from '../../common/errors.ts';
import { Gaps } from './idle-queue.ts';
import type { Governor } from './governor.ts';
import { NewestFrame } from '../../media/newest-frame.ts';
import type { Outputs } from './outputs.ts';
import type { Journey, Pipeline } from './pipeline.ts';
import type { FilmOptions } from '../protocol.ts';
import type { StatsKeeper } from './stats.ts';

/**
 * Sends frames through the pipeline, one after the other: the next sets out when the one before is ready to be drawn. Of a live source the newest
 * frame wins; of a film every frame is carried.
 */
export class Carrier {
  /** For what may wait until a frame has been drawn. */
  readonly gaps = new Gaps();
  /** Resolves when the first frame of the current source, or else of the next, has been drawn. */
  begun = Promise.withResolvers<undefined>();
  private source: NewestFrame | null = null;
  /** Counts the sources, so that a slow change of source does not overtake a later one. */
  private turns = 0;
  private framesDrawn = false;
  /** The journeys of the current source's frames, one after the other. */
  private journey: Promise<void> = Promise.resolve();

  constructor(
    private readonly pipeline: Pipeline,
    private readonly outputs: Outputs,
    private readonly governor: Governor,
    private readonly stats: StatsKeeper,
    /** Called after the first frame of every source has been drawn. */
    private readonly onFirstFrame: () => void,
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
    this.pipeline.film = null;
    if (!frames) return;
    this.pipeline.newSource();
    this.source = new NewestFrame(frames, (frame) => {
      this.pipeline.noteArrival(frame);
    });
    this.journey = this.carryAll(this.source);
    await this.journey;
  }

  /** Lets go of the source: what comes next is a film's first frame, by `picture`, and it has no past. */
  async beginFilm(film: FilmOptions): Promise<void> {
    await this.feed(null);
    this.pipeline.film = film;
    this.pipeline.forget();
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

  async close(): Promise<void> {
    await this.feed(null);
    await this.outputs.close();
    await this.gaps.close();
    await this.pipeline.stages.close();
    this.outputs.compositor.close();
  }

  private async carryAll(source: NewestFrame): Promise<void> {
    const { pipeline } = this;
    let journey: Journey | null = null;
    for (let first = true; ; first = false) {
      if (!journey) {
        if (!(await source.ready())) return;
        await this.gaps.frameBegins();
        const frame = source.take();
        if (!frame) return;
        journey = await pipeline.setOut(frame, true);
      }
      const { frame } = journey;
      let next: Journey | null = null;
      try {
        journey = await pipeline.developed(journey);
        // Drawing takes a while that this thread spends waiting: a frame that is here already is styled meanwhile. A graphics processor does not wait.
        const ready = this.gaps.waiting || journey.stages.pack ? null : source.take();
        if (ready) next = await pipeline.setOut(ready, false);
        pipeline.draw(journey);
        await this.outputs.write(frame);
        const { repeats, stages, times } = journey;
        if (!repeats && !stages.settling)
          this.governor.measure(this.stats.busy, times, this.stats.frameInterval);
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
    const { pipeline } = this;
    const { compositor } = this.outputs;
    // Between two frames of a film passes what time it takes: that tells of no rate, and of no drops.
    this.stats.newSource();
    const journey = await pipeline.developed(await pipeline.setOut(frame, true));
    pipeline.draw(journey);
    if (compositor.contextLost) throw lostInFilm();
    return { coming: compositor.capture(frame) };
  }
}

function lostInFilm(): PortoonError {
  return new PortoonError(
    'ERR_WEBGL_LOST',
    'The browser took the graphics processor away in the middle of the film.',
    'Convert the film again.',
  );
}
