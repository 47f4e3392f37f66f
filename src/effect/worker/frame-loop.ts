import { PortoonError } from '../../common/errors.ts';
import { NewestFrame } from '../../media/newest-frame.ts';
import type { FilmOptions } from '../protocol.ts';
import type { Governor } from './governor.ts';
import { IdleQueue } from './idle-queue.ts';
import type { Outputs } from './outputs.ts';
import type { FrameJob, Pipeline } from './pipeline.ts';
import type { StatsCollector } from './stats-collector.ts';

/**
 * Sends frames through the pipeline in order. On the CPU the next one starts before this one is
 * drawn. Of a live source only the newest frame is used; of a film every frame is.
 */
export class FrameLoop {
  /** Runs work that may wait until a frame has been drawn. */
  readonly idleQueue = new IdleQueue();
  /** Resolves when the first frame of the current source, or else of the next, has been drawn. */
  firstFrame = Promise.withResolvers<undefined>();
  private source: NewestFrame | null = null;
  /** Counts the sources, so that a slow change of source cannot overtake a later one. */
  private sources = 0;
  private hasDrawn = false;
  /** Resolves when all frames so far are done. */
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly pipeline: Pipeline,
    private readonly outputs: Outputs,
    private readonly governor: Governor,
    private readonly stats: StatsCollector,
    /** Called when the first frame of a source has been drawn. */
    private readonly onFirstFrame: () => void,
  ) {}

  /**
   * Takes frames from this source, and no longer from the one before. Resolves when it has ended.
   * @param frames - null to take none.
   */
  async feed(frames: ReadableStream<VideoFrame> | null): Promise<void> {
    const source = ++this.sources;
    await this.source?.end();
    // The last frame of the source before may still be on its way.
    await this.running;
    if (source !== this.sources) {
      // Another call has brought a later source.
      if (frames) await new NewestFrame(frames).end();
      return;
    }
    if (this.hasDrawn) this.firstFrame = Promise.withResolvers();
    this.hasDrawn = false;
    this.pipeline.film = null;
    if (!frames) return;
    this.pipeline.newSource();
    this.source = new NewestFrame(frames, (frame) => {
      this.pipeline.noteArrival(frame);
    });
    this.running = this.run(this.source);
    await this.running;
  }

  /** Ends the source, and prepares for the frames of a film, which come by `picture`. */
  async beginFilm(film: FilmOptions): Promise<void> {
    await this.feed(null);
    this.pipeline.film = film;
    this.pipeline.forget();
  }

  /**
   * Composites the next frame of a film. Calls may be made ahead; they are answered in their order.
   * @param frame - the caller closes it.
   * @returns the picture, which the caller closes.
   * @throws PortoonError `ERR_WEBGL_LOST` if the WebGL context is lost.
   */
  picture(frame: VideoFrame): Promise<VideoFrame> {
    const drawn = this.running.then(() => this.runFilmFrame(frame));
    // The next frame starts while the picture of this one is still being captured.
    this.running = drawn.then(
      () => undefined,
      () => undefined,
    );
    return drawn.then(async ({ picture }) => (await picture) ?? Promise.reject(lostInFilm()));
  }

  async close(): Promise<void> {
    await this.feed(null);
    await this.outputs.close();
    await this.idleQueue.close();
    await this.pipeline.backend.close();
    this.outputs.compositor.close();
  }

  /** The loop of a live source. */
  private async run(source: NewestFrame): Promise<void> {
    let job: FrameJob | null = null;
    for (let first = true; ; first = false) {
      job ??= await this.startNewest(source);
      if (!job) return;
      const next = await this.finish(job, source);
      if (first) this.announceFirstFrame();
      job = next;
      if (job) continue;
      await this.idleQueue.frameEnds();
      this.stats.rest();
    }
  }

  /** Waits for a frame and starts it; null if the source has ended. */
  private async startNewest(source: NewestFrame): Promise<FrameJob | null> {
    if (!(await source.ready())) return null;
    await this.idleQueue.frameBegins();
    const frame = source.take();
    return frame && this.pipeline.start(frame, true);
  }

  /**
   * Finishes a frame, draws it and closes it.
   * @returns the next frame, if it could be started before this one was drawn.
   */
  private async finish(started: FrameJob, source: NewestFrame): Promise<FrameJob | null> {
    const { pipeline } = this;
    const { frame } = started;
    let next: FrameJob | null = null;
    try {
      const job = await pipeline.finish(started);
      // Drawing without a GPU blocks this thread for a while. The style of a frame that is here
      // already runs meanwhile, on another thread.
      const waits = this.idleQueue.hasWork || job.backend.pack !== null;
      const ready = waits ? null : source.take();
      if (ready) next = await pipeline.start(ready, false);
      pipeline.draw(job);
      await this.outputs.write(frame);
      if (!job.isRepeat && !job.backend.settling)
        this.governor.measure(this.stats.busy, job.times, this.stats.frameInterval);
      return next;
    } catch (error) {
      next?.frame.close();
      throw error;
    } finally {
      frame.close();
    }
  }

  private announceFirstFrame(): void {
    this.hasDrawn = true;
    this.firstFrame.resolve(undefined);
    this.onFirstFrame();
  }

  private async runFilmFrame(frame: VideoFrame): Promise<{ picture: Promise<VideoFrame | null> }> {
    const { pipeline } = this;
    const { compositor } = this.outputs;
    // The time between two frames of a film says nothing about a rate or about drops.
    this.stats.newSource();
    const job = await pipeline.finish(await pipeline.start(frame, true));
    pipeline.draw(job);
    if (compositor.contextLost) throw lostInFilm();
    // Wrapped in an object, so that the picture is not awaited here.
    return { picture: compositor.capture(frame, true) };
  }
}

function lostInFilm(): PortoonError {
  return new PortoonError(
    'ERR_WEBGL_LOST',
    'The browser took the graphics processor away in the middle of the film.',
    'Convert the film again.',
  );
}
