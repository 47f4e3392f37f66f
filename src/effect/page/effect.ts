import * as Comlink from 'comlink';
import '../../common/error-transfer.ts';
import { PortoonError, type Fault } from '../../common/errors.ts';
import { framesOf } from '../../media/frames.ts';
import { readLook, type LookOptions } from './look-options.ts';
import type {
  BackgroundFill,
  EffectStats,
  EffectWorkerApi,
  ExecutionProviderChoice,
  FilmOptions,
  LoadProgress,
  ResolvedLook,
  StyleInfo,
  WorkerNotice,
} from '../protocol.ts';
import { fedTrack } from '../../media/track.ts';

export interface EffectOptions extends LookOptions {
  /** Which execution provider runs the nets; default `auto`: WebGPU where the browser gives a hardware adapter, else wasm. */
  ep?: ExecutionProviderChoice;
  /** Where the list of nets is; the nets lie beside it. Default: `models/manifest.json` beside the page. */
  manifestUrl?: string;
  /** Told as bytes of runtime and nets arrive. */
  onProgress?: (progress: LoadProgress) => void;
}

export interface EffectEvents {
  /** The first composited frame of a source has been drawn. */
  running: () => void;
  /** The canvas was replaced, after a worker that died: mount `effect.canvas` in place of the old one. */
  canvas: (canvas: HTMLCanvasElement) => void;
  /** The look has changed, as `set` was asked to: the options that it took. */
  look: (changed: Readonly<LookOptions>) => void;
  /** Something failed. After a fatal fault nothing comes any more: close this effect and create another. */
  fault: (fault: Fault, fatal: boolean) => void;
}

export interface PreviewOptions {
  /** Ids of the styles to show, in this order; `none` is the live frame. Default: all of grade `live`. */
  styles?: readonly string[];
  /** Width of the pictures in pixels, 32..512; their height follows the frame's shape. Default 160. */
  width?: number;
  /** Told each picture as it is ready. The picture is the receiver's to close. */
  onPreview: (style: string, picture: ImageBitmap) => void;
  /** Told a style that cannot be had, or whose net is not as promised; the other styles come all the same. */
  onFault?: (style: string, fault: Fault) => void;
  /** Ends the round: no further picture comes. */
  signal?: AbortSignal;
}

const defaults: ResolvedLook = {
  style: 'none',
  region: 'person',
  strength: 1,
  background: { kind: 'live' },
  quality: 'auto',
};
const noTimes = { prepare: 0, matte: 0, style: 0, composite: 0, total: 0, delay: 0 };
const noStats: EffectStats = {
  fps: 0,
  frames: 0,
  dropped: 0,
  ms: noTimes,
  p95: noTimes,
  ep: 'wasm',
  zeroCopy: false,
  half: false,
  matteSize: [0, 0],
  styleSize: [0, 0],
  quality: 'usual',
  held: 'nothing',
  renderer: '',
};
/** A worker that has been silent for so many milliseconds, while it should beat four times a second, is dead. */
const SILENCE = 12_000;
/** A worker that dies as often as this is not started again. */
const MOST_DEATHS = 3;

/** The effect: frames in, the composite on `canvas` and in the processed track out. All work is done in a worker. */
export class Effect {
  /** The composite at the source's own size. The page mounts it; CSS scales it. */
  canvas = document.createElement('canvas');
  /** The styles that `set({ style })` takes, besides `none`. */
  styles: readonly StyleInfo[] = [];

  private readonly listeners: { [Type in keyof EffectEvents]: Set<EffectEvents[Type]> } = {
    running: new Set(),
    canvas: new Set(),
    look: new Set(),
    fault: new Set(),
  };
  /** Faults of the time before anybody listened. */
  private unheard: [fault: Fault, fatal: boolean][] = [];
  /** Counts the calls of `set`; which of them named an option last. */
  private calls = 0;
  private readonly lastCalls = new Map<string, number>();
  /** Counts the rounds of previews. */
  private previews = 0;
  private worker: Worker | null = null;
  private api: Comlink.Remote<EffectWorkerApi> | null = null;
  /** Rejects when the worker dies, so that no answer is awaited from it. */
  private death = Promise.withResolvers<never>();
  private deaths = 0;
  private lastDeath: PortoonError | null = null;
  private lastBeat = 0;
  private watch = 0;
  private latest: EffectStats = noStats;
  private running = false;
  private track: MediaStreamTrack | null = null;
  /** The processed track. */
  private output: MediaStreamTrack | null = null;
  /** The stacked one, while somebody needs it. */
  private stackedOutput: MediaStreamVideoTrackGenerator | null = null;
  private closed = false;

  private constructor(
    private look: ResolvedLook,
    private readonly options: EffectOptions,
  ) {}

  /** See `createEffect`. */
  static async create(options: EffectOptions): Promise<Effect> {
    const { ep = 'auto' } = options;
    if (!['auto', 'webgpu', 'wasm'].includes(ep))
      throw new TypeError(`ep is ${JSON.stringify(ep)}; it takes auto, webgpu or wasm.`);
    if (!('OffscreenCanvas' in self) || !('VideoFrame' in self))
      throw new PortoonError(
        'ERR_UNSUPPORTED_BROWSER',
        'This browser cannot hand single video frames to a page.',
        'Use a current Chrome, Edge or another Chromium.',
      );
    const effect = new Effect({ ...defaults, ...(await readLook(options)) }, options);
    try {
      await effect.start();
    } catch (error) {
      await effect.close();
      throw error;
    }
    return effect;
  }

  /**
   * Changes the look from the next frame on. A new style is fetched and warmed up while the old one goes on. Of several calls under
   * way the last one to name an option decides it.
   * @throws TypeError naming a wrong option and what it takes.
   * @throws PortoonError if a background image cannot be had, or the region is a part of the person that the matte net does not
   * tell: nothing has changed; or if a style cannot be had: the old one stays, the other options have changed.
   */
  async set(options: LookOptions): Promise<void> {
    const call = ++this.calls;
    for (const option of Object.keys(options)) this.lastCalls.set(option, call);
    const look = await readLook(options);
    for (const option of Object.keys(look) as (keyof ResolvedLook)[])
      if (this.lastCalls.get(option) !== call) {
        if (option === 'background') release(look.background);
        Reflect.deleteProperty(look, option);
      }
    const { style, ...rest } = look;
    try {
      // A worker that is busy with a frame is not asked for nothing: a change of style would wait for it twice.
      if (Object.keys(rest).length > 0) await this.ask((api) => api.set(rest));
    } catch (error) {
      release(rest.background);
      throw error;
    }
    if (rest.background) release(this.look.background);
    Object.assign(this.look, rest);
    const taken = Object.entries(options).filter(([option]) => option in rest);
    if (taken.length > 0) this.tellLook(Object.fromEntries(taken));
    if (style === undefined) return;
    await this.ask((api) => api.set({ style }));
    if (this.lastCalls.get('style') !== call) return;
    this.look.style = style;
    this.tellLook({ style });
  }

  /** Takes frames from a video track, until the next call; `null` lets go of the last one. The track stays the caller's. */
  async feed(track: MediaStreamTrack | null): Promise<void> {
    // Callers without types pass what a camera without pictures gave them.
    const given: unknown = track;
    if (given !== null && !(given instanceof MediaStreamTrack && given.kind === 'video'))
      throw new TypeError('feed takes a video track, or null to let go of the last one.');
    this.track = track;
    this.running = false;
    if (!track) {
      await this.ask((api) => api.feed(null));
      return;
    }
    const { frames } = framesOf(track);
    await this.ask((api) => api.feed(Comlink.transfer(frames, [frames])));
  }

  /**
   * Feeds a track and gives the composite back as another, at the source's size and rate, for a call or a recorder.
   * It ends with the next call, when the effect closes, or when its worker is replaced (event `canvas`).
   */
  async process(track: MediaStreamTrack): Promise<MediaStreamTrack> {
    this.endOutput();
    await this.feed(track);
    const { track: output, frames } = fedTrack();
    this.output = output;
    await this.ask((api) => api.emit(Comlink.transfer(frames, [frames])));
    return output;
  }

  /**
   * The person alone, transparent, as one opaque track that any codec carries: colours above, matte below (`stacked-1`, see
   * `src/media/stacked-alpha.ts`). The colours are the person's own, without a rim of the room; the look's background does not matter. It shows
   * whatever is fed now and later. One more pass is drawn for it until it is stopped; it also ends with the next call, when the effect
   * closes, or when its worker is replaced (event `canvas`).
   * @throws PortoonError `ERR_UNSUPPORTED_BROWSER` where a worker cannot write to a track (all but Chromium).
   */
  async stacked(): Promise<MediaStreamTrack> {
    end(this.stackedOutput);
    this.stackedOutput = null;
    if (!('MediaStreamTrackGenerator' in self)) throw noTrack();
    const generator = new MediaStreamTrackGenerator({ kind: 'video' });
    this.stackedOutput = generator;
    const { writable } = generator;
    await this.ask((api) => api.emitStacked(Comlink.transfer(writable, [writable])));
    return generator;
  }

  /**
   * Takes a film in place of a track: frames that somebody else decodes, each of which comes back as its picture. None is dropped and
   * none repeated, however long it takes; the matte's memory begins anew. The look is the effect's own, its quality the finest where
   * `quality` is `auto`. Ends with the next call of `feed`, `process` or `film`.
   * @returns the port for `filmAt`, to be used here or transferred to the worker that decodes.
   * @throws TypeError naming a wrong option and what it takes.
   */
  async film(options: FilmOptions = {}): Promise<MessagePort> {
    const { shows = 'picture', matteSide } = options;
    if (!['picture', 'matte'].includes(shows))
      throw new TypeError(`shows is ${JSON.stringify(shows)}; it takes picture or matte.`);
    if (matteSide !== undefined && !(Number.isInteger(matteSide) && matteSide >= 32 && matteSide <= 1080))
      throw new TypeError(
        `matteSide is ${JSON.stringify(matteSide)}; it takes a whole number of pixels from 32 to 1080.`,
      );
    this.endOutput();
    await this.feed(null);
    const { port1, port2 } = new MessageChannel();
    await this.ask((api) => api.film(Comlink.transfer(port2, [port2]), { ...options }));
    return port1;
  }

  /**
   * Gives composites straight to another worker, which holds the other end of `port`: it posts anything there for each frame that it
   * wants, and is posted a `TappedFrame` for each. A tap ends with the next one, and when the worker is replaced (event `canvas`).
   * @param port - `null` ends the tap.
   */
  async tap(port: MessagePort | null): Promise<void> {
    await this.ask((api) => (port ? api.tap(Comlink.transfer(port, [port])) : api.untap()));
  }

  /**
   * Shows styles on the newest frame, as the look would with each of them (region and strength; the room behind stays live). The
   * pictures are made between frames, one net run at most after each, so that the live picture goes on at its rate. Before the first
   * frame of a source it waits for one.
   * @throws TypeError naming a wrong option and what it takes.
   * @throws the signal's reason once it is aborted.
   * @throws PortoonError `ERR_WORKER_DIED` if the effect is closed, or its worker dies.
   */
  async preview({ onPreview, onFault, signal, ...options }: PreviewOptions): Promise<void> {
    const ids = ['none', ...this.styles.map(({ id }) => id)];
    const { styles = this.styles.filter(({ grade }) => grade === 'live').map(({ id }) => id), width = 160 } =
      options;
    const strange = styles.find((style) => !ids.includes(style));
    if (strange !== undefined)
      throw new TypeError(`styles has ${JSON.stringify(strange)}; it takes some of ${ids.join(', ')}.`);
    if (!Number.isInteger(width) || width < 32 || width > 512)
      throw new TypeError(
        `width is ${JSON.stringify(width)}; it takes a whole number of pixels from 32 to 512.`,
      );
    signal?.throwIfAborted();
    const id = ++this.previews;
    let over = false;
    const show = Comlink.proxy((style: string, result: ImageBitmap | Fault) => {
      if (!(result instanceof ImageBitmap)) onFault?.(style, result);
      // On its way already when the round was ended.
      else if (over) result.close();
      else onPreview(style, result);
    });
    const aborted = Promise.withResolvers<never>();
    const stop = () => {
      aborted.reject(signal?.reason);
      void this.api?.stopPreview(id).catch(() => undefined);
    };
    signal?.addEventListener('abort', stop);
    try {
      await Promise.race([
        this.ask((api) => api.preview({ id, styles: [...styles], width }, show)),
        aborted.promise,
      ]);
    } finally {
      over = true;
      signal?.removeEventListener('abort', stop);
    }
  }

  /** How it goes, at most a quarter of a second ago. */
  stats(): EffectStats {
    return this.latest;
  }

  /**
   * Listens until the returned function is called. The first who listens to `fault` is also told what went wrong before, while the
   * effect was made.
   */
  on<Type extends keyof EffectEvents>(type: Type, listener: EffectEvents[Type]): () => void {
    this.listeners[type].add(listener);
    if (type === 'fault' && this.unheard.length > 0)
      queueMicrotask(() => {
        for (const [fault, fatal] of this.unheard.splice(0)) this.tell(fault, fatal);
      });
    return () => {
      this.listeners[type].delete(listener);
    };
  }

  /** Ends the worker and frees what it held. The tracks that were fed stay the caller's. */
  async close(): Promise<void> {
    self.clearInterval(this.watch);
    this.closed = true;
    this.endOutput();
    end(this.stackedOutput);
    const { worker, api } = this;
    this.api = null;
    if (!worker || !api) return;
    // A worker that does not answer is ended all the same.
    await Promise.race([api.close(), new Promise((resolve) => setTimeout(resolve, 1000))]).catch(
      () => undefined,
    );
    this.death.reject(new PortoonError('ERR_WORKER_DIED', 'The effect is closed.', 'Create another one.'));
    api[Comlink.releaseProxy]();
    worker.terminate();
    this.worker = null;
  }

  private async start(): Promise<void> {
    const worker = new Worker(new URL('../worker/effect.worker.ts', import.meta.url), {
      type: 'module',
      name: 'effect',
    });
    this.worker = worker;
    this.death = Promise.withResolvers<never>();
    this.death.promise.catch(() => undefined);
    worker.addEventListener('error', (event: Partial<ErrorEvent> & Event) => {
      event.preventDefault();
      this.die(event.message ?? 'its program did not load');
    });
    this.api = Comlink.wrap<EffectWorkerApi>(worker);
    const canvas = this.canvas.transferControlToOffscreen();
    const notify = Comlink.proxy((notice: WorkerNotice) => {
      if (this.worker === worker) this.hear(notice);
    });
    const options = {
      canvas,
      manifestUrl: new URL(this.options.manifestUrl ?? 'models/manifest.json', document.baseURI).href,
      ep: this.options.ep ?? 'auto',
      look: this.look,
    };
    this.styles = await this.ask((api) => api.open(Comlink.transfer(options, [canvas]), notify));
    this.lastBeat = performance.now();
    self.clearInterval(this.watch);
    this.watch = self.setInterval(() => {
      // A page in the background hears late: only a page that is seen may judge.
      if (document.visibilityState !== 'visible') this.lastBeat = performance.now();
      else if (performance.now() - this.lastBeat > SILENCE) this.die('it no longer answers');
    }, 1000);
  }

  private hear(notice: WorkerNotice): void {
    switch (notice.type) {
      case 'progress':
        this.options.onProgress?.(notice.progress);
        break;
      case 'beat':
        this.lastBeat = performance.now();
        this.latest = notice.stats;
        break;
      case 'running':
        this.announceRunning();
        break;
      case 'fault':
        this.tell(notice.fault, notice.fatal);
        break;
    }
  }

  private announceRunning(): void {
    if (this.running) return;
    this.running = true;
    for (const listener of this.listeners.running) listener();
  }

  private tellLook(changed: LookOptions): void {
    for (const listener of this.listeners.look) listener(changed);
  }

  private tell(fault: Fault, fatal: boolean): void {
    if (this.listeners.fault.size === 0) this.unheard.push([fault, fatal]);
    for (const listener of this.listeners.fault) listener(fault, fatal);
  }

  /** Asks the worker, and does not wait for the answer of a dead one. */
  private ask<Answer>(question: (api: Comlink.Remote<EffectWorkerApi>) => Promise<Answer>): Promise<Answer> {
    if (!this.api)
      return Promise.reject(
        new PortoonError('ERR_WORKER_DIED', 'The effect is closed.', 'Create another one.'),
      );
    return Promise.race([question(this.api), this.death.promise]);
  }

  private die(why: string): void {
    const opened = this.styles.length > 0;
    const fatal = !opened || ++this.deaths >= MOST_DEATHS;
    const error = new PortoonError(
      'ERR_WORKER_DIED',
      `The effect's worker stopped: ${why}.`,
      `${fatal ? 'Start the effect again' : 'It starts again by itself'}; if it keeps stopping, reload the page.`,
    );
    this.lastDeath = error;
    this.worker?.terminate();
    this.worker = null;
    this.api = null;
    self.clearInterval(this.watch);
    this.endOutput();
    end(this.stackedOutput);
    this.death.reject(error);
    this.tell(error, fatal);
    if (!fatal)
      this.revive().catch((again: unknown) => {
        // One more death has told of itself, and is followed by another try or by none.
        if (!this.closed && again !== this.lastDeath)
          this.tell(again instanceof PortoonError ? again : error, true);
      });
  }

  private endOutput(): void {
    end(this.output);
    this.output = null;
  }

  /** A new worker on a new canvas (the old one's control went with the worker), the same look and the same source. */
  private async revive(): Promise<void> {
    this.canvas = document.createElement('canvas');
    await this.start();
    for (const listener of this.listeners.canvas) listener(this.canvas);
    await this.feed(this.track);
  }
}

/** A track does not say that it ends when it is ended here, so this is said for it. */
function end(output: MediaStreamTrack | null): void {
  if (!output || output.readyState === 'ended') return;
  output.stop();
  output.dispatchEvent(new Event('ended'));
}

function noTrack(): PortoonError {
  return new PortoonError(
    'ERR_UNSUPPORTED_BROWSER',
    'This browser cannot make a video track of the picture.',
    'Use a current Chrome, Edge or another Chromium.',
  );
}

function release(background: BackgroundFill | undefined): void {
  if (background?.kind === 'image') background.bitmap.close();
}

/**
 * Makes an effect: fetches the runtime and the nets, and has them ready for the first frame.
 *
 * @example
 * ```ts
 * const effect = await createEffect({ style: 'toon' });
 * document.body.append(effect.canvas);
 * const camera = await navigator.mediaDevices.getUserMedia({ video: true });
 * const cartoon = await effect.process(camera.getVideoTracks()[0]);
 * ```
 * @throws TypeError naming a wrong option and what it takes.
 * @throws PortoonError if runtime or nets cannot be had, or the browser lacks what the effect needs.
 */
export function createEffect(options: EffectOptions = {}): Promise<Effect> {
  return Effect.create(options);
}
