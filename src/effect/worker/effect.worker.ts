import * as Comlink from 'comlink';
import { Carrier } from './frame-loop.ts';
import { faultOf } from '../../common/error-transfer.ts';
import { Compositor } from '../stages/composite/compositor.ts';
import { Download } from '../models/download.ts';
import { PortoonError, type Fault } from '../../common/errors.ts';
import { Governor } from './governor.ts';
import { netSize } from '../stages/net-size.ts';
import { openCatalogue } from '../models/catalogue.ts';
import { failedOnWebGpu, openNetStages, USUAL_ASPECT, type Backend } from './backend.ts';
import type { Size } from '../../common/size.ts';
import { Outputs } from './outputs.ts';
import { Pipeline } from './pipeline.ts';
import { Previewer } from './previewer.ts';
import type {
  EffectWorkerApi,
  ExecutionProvider,
  ExecutionProviderChoice,
  FilmApi,
  FilmOptions,
  Look,
  PreviewJob,
  StyleInfo,
  WorkerNotice,
  WorkerOptions,
} from '../protocol.ts';
import { StatsKeeper } from './stats.ts';

/** Milliseconds between two beats. */
const BEAT = 250;
/** A WebGL context that has not come back after so many milliseconds does not come back. */
const CONTEXT_RETURN = 8000;

/** The effect's own side of the wall: opens the stages, and lets the page steer them. */
class EffectWorker implements EffectWorkerApi {
  private pipeline: Pipeline | null = null;
  private carrier: Carrier | null = null;
  private outputs: Outputs | null = null;
  private openOn: ((ep: ExecutionProviderChoice) => Promise<Backend>) | null = null;
  private recovering: Promise<void> | null = null;
  private previewer: Previewer | null = null;
  private governor = new Governor();
  private notify: (notice: WorkerNotice) => void = () => undefined;
  private beat = 0;
  private opened: Promise<unknown> = Promise.resolve();

  open(options: WorkerOptions, notify: (notice: WorkerNotice) => void): Promise<StyleInfo[]> {
    const opening = this.openStages(options, notify);
    this.opened = opening.catch(() => undefined);
    return opening;
  }

  private async openStages(
    options: WorkerOptions,
    notify: (notice: WorkerNotice) => void,
  ): Promise<StyleInfo[]> {
    this.notify = notify;
    const download = new Download((progress) => {
      notify({ type: 'progress', progress });
    });
    const { canvas, look } = options;
    this.governor.quality = look.quality;
    // All at once: the runtime is the long pole, and nets and shader are there when it is.
    const compositorOpening = Compositor.open(canvas);
    const catalogueOpening = openCatalogue(options.manifestUrl).then((catalogue) => {
      for (const fault of catalogue.faults.values()) this.tell(fault, false);
      return catalogue;
    });
    const openOn = (ep: ExecutionProviderChoice) =>
      openNetStages(ep, look.style, catalogueOpening, download, (error, fatal) => {
        this.tell(error, fatal);
      });
    const [stages, compositor] = await Promise.all([openOn(options.ep), compositorOpening]);
    const stats = new StatsKeeper(compositor.rendererName);
    const { governor } = this;
    const outputs = new Outputs(compositor);
    const pipeline = new Pipeline(look, stages, outputs, governor, stats, (error) => this.recover(error));
    const carrier = new Carrier(pipeline, outputs, governor, stats, () => {
      notify({ type: 'running' });
    });
    this.pipeline = pipeline;
    this.carrier = carrier;
    this.outputs = outputs;
    this.openOn = openOn;
    await this.takeUp(stages);
    this.previewer = new Previewer(pipeline, carrier);
    this.watchContext(canvas);
    this.beat = self.setInterval(() => {
      notify({ type: 'beat', stats: stats.read() });
    }, BEAT);
    return (await catalogueOpening).styles.map(({ id, title, grade }) => ({ id, title, grade }));
  }

  /** Fits the look to what these stages can do, and warms them, so that no frame on them is without its style. */
  private async takeUp({ ep, matte, style }: Backend): Promise<void> {
    const { look } = this.pipeline!;
    try {
      matte.checkRegion(look.region);
    } catch (error) {
      this.tell(error, false);
      look.region = 'person';
    }
    try {
      await style.select(look.style, this.warmUpSize(ep));
    } catch (error) {
      if (await this.recover(error)) return;
      this.tell(error, false);
      look.style = 'none';
    }
  }

  /**
   * Where WebGPU fails, the stages are opened on wasm, and the journey goes on with them.
   * @returns whether it does; if not, the error is another's to handle.
   */
  private async recover(error: unknown): Promise<boolean> {
    const { pipeline, openOn } = this;
    if (!failedOnWebGpu(error) || !pipeline || !openOn) return false;
    this.recovering ??= (async () => {
      this.tell(error, false);
      const failed = pipeline.stages;
      const stages = await openOn('wasm');
      await this.takeUp(stages);
      pipeline.stages = stages;
      // What is left of a lost device may not close well.
      failed.close().catch(() => undefined);
    })();
    await this.recovering;
    return true;
  }

  async set(look: Partial<Look>): Promise<void> {
    const { style, ...rest } = look;
    // A worker that takes over from a dead one may be asked before it is ready.
    await this.opened;
    const { pipeline } = this;
    if (!pipeline) return;
    if (rest.region !== undefined) pipeline.stages.matte.checkRegion(rest.region);
    Object.assign(pipeline.look, rest);
    if (rest.quality !== undefined) this.governor.quality = rest.quality;
    if (style === undefined) return;
    if (await this.chooseStyle(style)) pipeline.look.style = style;
  }

  feed(frames: ReadableStream<VideoFrame> | null): void {
    this.carrier?.feed(frames).catch((error: unknown) => {
      this.tell(error, true);
    });
  }

  async film(port: MessagePort, options: FilmOptions): Promise<void> {
    await this.opened;
    const { carrier } = this;
    if (!carrier) return;
    await carrier.beginFilm(options);
    const film: FilmApi = {
      async picture(frame) {
        try {
          const picture = await carrier.picture(frame);
          return Comlink.transfer(picture, [picture]);
        } finally {
          frame.close();
        }
      },
    };
    Comlink.expose(film, port);
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

  async tap(port: MessagePort): Promise<void> {
    await this.opened;
    this.outputs?.tap(port);
  }

  untap(): void {
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
    await this.carrier?.close();
    this.pipeline = this.carrier = this.outputs = null;
  }

  /** Pixi gives the context's loss its blessing and rebuilds everything on its return; here it is told, and not awaited for ever. */
  private watchContext(canvas: OffscreenCanvas): void {
    let patience = 0;
    const lost = (wayOut: string) =>
      new PortoonError('ERR_WEBGL_LOST', 'The browser took the graphics processor away.', wayOut);
    canvas.addEventListener('webglcontextlost', () => {
      this.tell(lost('The picture comes back by itself in a moment.'), false);
      patience = self.setTimeout(() => {
        this.tell(lost('Start the effect again.'), true);
      }, CONTEXT_RETURN);
    });
    canvas.addEventListener('webglcontextrestored', () => {
      self.clearTimeout(patience);
    });
  }

  private async chooseStyle(id: string): Promise<boolean> {
    try {
      const { ep, style } = this.pipeline!.stages;
      return await style.select(id, this.warmUpSize(ep));
    } catch (error) {
      if (!(await this.recover(error))) throw error;
      return this.chooseStyle(id);
    }
  }

  /** WebGPU compiles shaders for a size; on wasm a small run is enough to know that the net is one, and nobody waits for it. */
  private warmUpSize(ep: ExecutionProvider): Size {
    return ep === 'wasm' ? [32, 32] : netSize(this.governor.shortSide, USUAL_ASPECT);
  }

  private tell(error: unknown, fatal: boolean): void {
    this.notify({ type: 'fault', fault: faultOf(error), fatal });
  }
}

Comlink.expose(new EffectWorker());
