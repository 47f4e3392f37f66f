import * as Comlink from 'comlink';
import '../../common/error-transfer.ts';
import { type Fault, faultOf, PortoonError } from '../../common/errors.ts';
import { settingsOf } from '../models/draw-settings.ts';
import { openCatalogue } from '../models/catalogue.ts';
import { Download } from '../models/download.ts';
import type {
  EffectWorkerApi,
  ExecutionProviderChoice,
  FilmApi,
  FilmOptions,
  PreviewJob,
  ResolvedLook,
  StyleInfo,
  TapOptions,
  WorkerNotice,
  WorkerOptions,
} from '../protocol.ts';
import { Compositor } from '../stages/composite/compositor.ts';
import { failedOnWebGpu, openBackend, type Backend } from './backend.ts';
import { FrameLoop } from './frame-loop.ts';
import { Governor } from './governor.ts';
import { Outputs } from './outputs.ts';
import { Pipeline } from './pipeline.ts';
import { Previewer } from './previewer.ts';
import { StatsCollector } from './stats-collector.ts';
import { StyleSelector } from './style-selector.ts';

/** Milliseconds between two signs of life with statistics. */
const BEAT = 250;
/** A WebGL context that has not come back after this many milliseconds will not come back. */
const CONTEXT_RETURN = 8000;

/** The effect's side of the worker boundary: opens the stages, and lets the page control them. */
class EffectWorker implements EffectWorkerApi {
  private pipeline: Pipeline | null = null;
  private frameLoop: FrameLoop | null = null;
  private outputs: Outputs | null = null;
  private styles: StyleSelector | null = null;
  private openOn: ((ep: ExecutionProviderChoice) => Promise<Backend>) | null = null;
  /** Resolves when the backend that replaces a failed one is in place. */
  private recovering: Promise<void> | null = null;
  private previewer: Previewer | null = null;
  private governor = new Governor();
  private notify: (notice: WorkerNotice) => void = () => undefined;
  private beat = 0;
  private opened: Promise<unknown> = Promise.resolve();

  open(options: WorkerOptions, notify: (notice: WorkerNotice) => void): Promise<StyleInfo[]> {
    this.notify = notify;
    const opening = this.openStages(options);
    this.opened = opening.catch(() => undefined);
    return opening;
  }

  private async openStages({ canvas, manifestUrl, files, ep, look }: WorkerOptions): Promise<StyleInfo[]> {
    const { governor, notify } = this;
    governor.quality = look.quality;
    governor.detail = look.detail;
    const download = new Download((progress) => {
      notify({ type: 'progress', progress });
    });
    // All at once. The runtime takes longest, and nets and shaders are ready when it is.
    const openingCompositor = Compositor.open(canvas);
    const catalogue = openCatalogue(manifestUrl, files).then((catalogue) => {
      for (const fault of catalogue.faults.values()) this.report(fault, false);
      return catalogue;
    });
    catalogue.catch(() => undefined);
    const report = (error: unknown, fatal: boolean) => {
      this.report(error, fatal);
    };
    const openOn = (choice: ExecutionProviderChoice) =>
      openBackend({ choice, style: look.style, detail: look.detail, catalogue, download, files, report });
    const [backend, compositor] = await Promise.all([openOn(ep), openingCompositor]);
    const stats = new StatsCollector(compositor.rendererName);
    const outputs = new Outputs(compositor);
    const recover = (error: unknown) => this.recover(error);
    const pipeline = new Pipeline(look, backend, outputs, governor, stats, recover);
    const frameLoop = new FrameLoop(pipeline, outputs, governor, stats, () => {
      notify({ type: 'running' });
    });
    this.pipeline = pipeline;
    this.styles = new StyleSelector(pipeline, governor, (error) => {
      this.report(error, false);
    });
    this.frameLoop = frameLoop;
    this.outputs = outputs;
    this.openOn = openOn;
    await this.applyLook(backend);
    this.previewer = new Previewer(pipeline, frameLoop);
    this.watchContext(canvas);
    this.beat = self.setInterval(() => {
      notify({ type: 'beat', stats: stats.read() });
      this.followGrade().catch((error: unknown) => {
        report(error, false);
      });
    }, BEAT);
    return (await catalogue).styles.map(({ id, title, grade, draw }) => ({
      ...{ id, title, grade },
      settings: settingsOf(draw),
    }));
  }

  /** Reduces the look to what a new backend can do, and opens its style before the first frame. */
  private async applyLook(backend: Backend): Promise<void> {
    const { matte } = backend;
    const { look } = this.pipeline!;
    try {
      matte.checkRegion(look.region);
    } catch (error) {
      this.report(error, false);
      look.region = 'person';
    }
    try {
      await this.styles!.select(look.style, backend);
    } catch (error) {
      if (await this.recover(error)) return;
      this.report(error, false);
      look.style = 'none';
    }
  }

  /**
   * If WebGPU has failed, opens a backend on wasm in its place.
   * @returns false if the error is another one, which the caller must handle.
   */
  private async recover(error: unknown): Promise<boolean> {
    const { pipeline, openOn } = this;
    if (!failedOnWebGpu(error) || !pipeline || !openOn) return false;
    this.recovering ??= (async () => {
      this.report(error, false);
      const failed = pipeline.backend;
      const backend = await openOn('wasm');
      await this.applyLook(backend);
      pipeline.backend = backend;
      // What is left on a lost device may fail to close.
      failed.close().catch(() => undefined);
    })();
    await this.recovering;
    return true;
  }

  async set(look: Partial<ResolvedLook>): Promise<void> {
    const { style, ...rest } = look;
    // A worker that replaces a dead one may be asked before it is ready.
    await this.opened;
    const { pipeline } = this;
    if (!pipeline) return;
    if (rest.region !== undefined) pipeline.backend.matte.checkRegion(rest.region);
    Object.assign(pipeline.look, rest);
    if (rest.quality !== undefined) this.governor.quality = rest.quality;
    if (rest.detail !== undefined) {
      this.governor.detail = rest.detail;
      this.styles?.retry();
      await this.followGrade();
    }
    if (style === undefined) return;
    if (await this.selectStyle(style)) pipeline.look.style = style;
  }

  feed(frames: ReadableStream<VideoFrame> | null): void {
    this.frameLoop?.feed(frames).catch((error: unknown) => {
      this.report(error, true);
    });
  }

  async film(port: MessagePort, options: FilmOptions): Promise<void> {
    await this.opened;
    const { frameLoop } = this;
    if (!frameLoop) return;
    await frameLoop.beginFilm(options);
    await this.followGrade();
    const film: FilmApi = {
      async picture(frame) {
        try {
          const picture = await frameLoop.picture(frame);
          return Comlink.transfer(picture, [picture]);
        } finally {
          frame.close();
        }
      },
    };
    Comlink.expose(film, port);
  }

  async setMirrored(mirrored: boolean): Promise<void> {
    await this.opened;
    this.outputs?.setMirrored(mirrored);
  }

  emit(frames: WritableStream<VideoFrame>): void {
    this.outputs?.emit(frames);
  }

  async emitStacked(frames: WritableStream<VideoFrame>): Promise<void> {
    await this.opened;
    const compositor = await Compositor.open(new OffscreenCanvas(16, 32), 'stacked-1');
    if (this.outputs) this.outputs.emitStacked(compositor, frames);
    else compositor.close();
  }

  async tap(port: MessagePort, options: TapOptions): Promise<void> {
    await this.opened;
    this.outputs?.tap(port, options.cutOut);
  }

  async untap(): Promise<void> {
    await this.opened;
    this.outputs?.tap(null);
  }

  async preview(job: PreviewJob, show: (style: string, result: ImageBitmap | Fault) => void): Promise<void> {
    await this.opened;
    try {
      await this.previewer?.preview(job, show);
    } finally {
      (show as Comlink.Remote<typeof show>)[Comlink.releaseProxy]();
    }
  }

  stopPreview(id: number): void {
    this.previewer?.stop(id);
  }

  async close(): Promise<void> {
    self.clearInterval(this.beat);
    await this.frameLoop?.close();
    this.pipeline = this.frameLoop = this.outputs = null;
  }

  /**
   * Reports a lost WebGL context, and gives it up if it does not come back. Pixi allows the browser
   * to restore it, and rebuilds everything when it does.
   */
  private watchContext(canvas: OffscreenCanvas): void {
    let patience = 0;
    const lost = (wayOut: string) =>
      new PortoonError('ERR_WEBGL_LOST', 'The browser took the graphics processor away.', wayOut);
    canvas.addEventListener('webglcontextlost', () => {
      this.report(lost('The picture comes back by itself in a moment.'), false);
      patience = self.setTimeout(() => {
        this.report(lost('Start the effect again.'), true);
      }, CONTEXT_RETURN);
    });
    canvas.addEventListener('webglcontextrestored', () => {
      self.clearTimeout(patience);
    });
  }

  private async followGrade(): Promise<void> {
    try {
      await this.styles?.updateGrade();
    } catch (error) {
      if (!(await this.recover(error))) throw error;
    }
  }

  private async selectStyle(id: string): Promise<boolean> {
    try {
      return await this.styles!.select(id);
    } catch (error) {
      if (!(await this.recover(error))) throw error;
      return this.selectStyle(id);
    }
  }

  private report(error: unknown, fatal: boolean): void {
    this.notify({ type: 'fault', fault: faultOf(error, 'Start the effect again.'), fatal });
  }
}

Comlink.expose(new EffectWorker());
