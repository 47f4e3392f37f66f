import * as Comlink from 'comlink';
import { faultOf } from './carry-errors.ts';
import { Compositor } from './composite/compositor.ts';
import { Download } from './download.ts';
import { PortoonError } from './errors.ts';
import { Governor, matteSize, styleSize } from './governor.ts';
import { Matter } from './matte/matter.ts';
import { openCatalogue, type Catalogue, type StyleModel } from './models.ts';
import { Net } from './onnx/net.ts';
import { NetWorker, type AnyNet } from './onnx/net-worker.ts';
import { fetchRuntime, startRuntime, type Runtime } from './onnx/runtime.ts';
import { Pipeline } from './pipeline.ts';
import { Previewer } from './previewer.ts';
import type {
  EffectWorkerApi,
  Fault,
  FilmApi,
  FilmOptions,
  Look,
  PreviewJob,
  StyleInfo,
  WorkerNotice,
  WorkerOptions,
} from './protocol.ts';
import { StatsKeeper } from './stats.ts';
import { Stylist } from './style/stylist.ts';

/** Milliseconds between two beats. */
const BEAT = 250;
/** A WebGL context that has not come back after so many milliseconds does not come back. */
const CONTEXT_RETURN = 8000;
/** Nets are warmed up for the commonest camera shape. */
const USUAL_ASPECT = 16 / 9;

/** The effect's own side of the wall: opens the stages, and lets the page steer them. */
class EffectWorker implements EffectWorkerApi {
  private pipeline: Pipeline | null = null;
  private matter: Matter | null = null;
  private stylist: Stylist | null = null;
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
    const files = fetchRuntime(options.ep, download);
    const runtimeLoading = files.then(startRuntime);
    // Without a GPU, matte and style run on two cores at once.
    const second = files.then((arrived) =>
      arrived.ep === 'wasm' && navigator.hardwareConcurrency > 1
        ? new NetWorker(arrived, (error) => {
            this.tell(error, true);
          })
        : null,
    );
    second.catch(() => undefined);
    const compositorOpening = Compositor.open(canvas);
    const catalogue = await openCatalogue(options.manifestUrl);
    for (const fault of catalogue.faults.values()) this.tell(fault, false);
    const [runtime, compositor, matter] = await Promise.all([
      runtimeLoading,
      compositorOpening,
      this.openMatter(catalogue, runtimeLoading, download),
    ]);
    this.matter = matter;
    try {
      matter.admit(look.region);
    } catch (error) {
      this.tell(error, false);
      look.region = 'person';
    }
    const netWorker = await second;
    const openStyle = (model: StyleModel, bytes: Uint8Array): Promise<AnyNet> =>
      netWorker ? netWorker.open(model, bytes) : Net.open(runtime, model, bytes);
    const stylist = new Stylist(openStyle, catalogue, download);
    this.stylist = stylist;
    await this.chooseStyle(look.style).catch((error: unknown) => {
      this.tell(error, false);
      look.style = 'none';
    });
    const stats = new StatsKeeper(runtime.ep, compositor.rendererName);
    this.pipeline = new Pipeline(look, matter, stylist, compositor, this.governor, stats, () => {
      notify({ type: 'running' });
    });
    this.previewer = new Previewer(this.pipeline, stylist);
    this.watchContext(canvas);
    this.beat = self.setInterval(() => {
      notify({ type: 'beat', stats: stats.read() });
    }, BEAT);
    return catalogue.styles.map(({ id, title, grade }) => ({ id, title, grade }));
  }

  /** The first matte net that is as promised; those before it are told. */
  private async openMatter(
    catalogue: Catalogue,
    runtimeLoading: Promise<Runtime>,
    download: Download,
  ): Promise<Matter> {
    const { mattes } = catalogue;
    for (const [index, model] of mattes.entries()) {
      const fetching = catalogue.fetch(model, download);
      fetching.catch(() => undefined);
      const runtime = await runtimeLoading;
      try {
        const net = await Net.open(runtime, model, await fetching);
        await net.run(matteSize(USUAL_ASPECT), ['matte']);
        net.forget();
        return new Matter(net);
      } catch (error) {
        if (index === mattes.length - 1) throw error;
        this.tell(error, false);
      }
    }
    throw new Error('a catalogue has a matte net');
  }

  async set(look: Partial<Look>): Promise<void> {
    const { style, ...rest } = look;
    // A worker that takes over from a dead one may be asked before it is ready.
    await this.opened;
    const { pipeline } = this;
    if (!pipeline) return;
    if (rest.region !== undefined) this.matter?.admit(rest.region);
    Object.assign(pipeline.look, rest);
    if (rest.quality !== undefined) this.governor.quality = rest.quality;
    if (style === undefined) return;
    if (await this.chooseStyle(style)) pipeline.look.style = style;
  }

  feed(frames: ReadableStream<VideoFrame> | null): void {
    this.pipeline?.feed(frames).catch((error: unknown) => {
      this.tell(error, true);
    });
  }

  async film(port: MessagePort, options: FilmOptions): Promise<void> {
    await this.opened;
    const { pipeline } = this;
    if (!pipeline) return;
    await pipeline.beginFilm(options);
    const film: FilmApi = {
      async picture(frame) {
        try {
          const picture = await pipeline.picture(frame);
          return Comlink.transfer(picture, [picture]);
        } finally {
          frame.close();
        }
      },
    };
    Comlink.expose(film, port);
  }

  emit(frames: WritableStream<VideoFrame>): void {
    this.pipeline?.emit(frames);
  }

  async emitStacked(frames: WritableStream<VideoFrame>): Promise<void> {
    await this.opened;
    const compositor = await Compositor.open(new OffscreenCanvas(16, 32), 'stacked-1');
    if (this.pipeline) this.pipeline.emitStacked(compositor, frames);
    else compositor.close();
  }

  async tap(port: MessagePort): Promise<void> {
    await this.opened;
    this.pipeline?.tap(port);
  }

  untap(): void {
    this.pipeline?.tap(null);
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
    await this.pipeline?.close();
    this.pipeline = null;
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

  private chooseStyle(id: string): Promise<boolean> {
    return this.stylist!.choose(id, styleSize(this.governor.shortSide, USUAL_ASPECT));
  }

  private tell(error: unknown, fatal: boolean): void {
    this.notify({ type: 'fault', fault: faultOf(error), fatal });
  }
}

Comlink.expose(new EffectWorker());
