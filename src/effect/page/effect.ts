import * as Comlink from 'comlink';
import { PortoonError } from '../../common/errors.ts';
import { framesOf } from '../../media/frames.ts';
import { createWritableTrack } from '../../media/track.ts';
import type {
  EffectStats,
  FilmOptions,
  ResolvedLook,
  StyleInfo,
  TapOptions,
  WorkerNotice,
  WorkerOptions,
} from '../protocol.ts';
import { filesOf } from './assets.ts';
import { explainFailedStart, unsupportedTrack, workerDied } from './effect-errors.ts';
import {
  checkFilmOptions,
  checkProvider,
  DEFAULT_LOOK,
  NO_STATS,
  readPreviewOptions,
  type EffectEvents,
  type EffectOptions,
  type PreviewOptions,
} from './effect-options.ts';
import { EffectListeners } from './effect-listeners.ts';
import { LOOK_OPTIONS, LookChanges } from './look-changes.ts';
import { readLook, type LookOptions } from './look-options.ts';
import { runPreviewRound } from './preview-round.ts';
import { whyUnsupported } from './support.ts';
import { WorkerHost } from './worker-host.ts';
import { checkOptionNames, wrongOption } from './wrong-option.ts';

export type { EffectEvents, EffectOptions, PreviewOptions };

/** A worker that dies as often as this is not started again. */
const MAX_DEATHS = 3;

/**
 * The effect: takes frames, and gives the composite on `canvas` and as a track. All work is done in
 * a worker.
 */
export class Effect {
  /** The composite at the size of the source. The page mounts it; CSS scales it. */
  canvas = document.createElement('canvas');
  /** The styles that `set({ style })` takes, besides `none`. */
  styles: readonly StyleInfo[] = [];

  private readonly listeners = new EffectListeners();
  private readonly look: LookChanges;
  /** Counts the rounds of previews, for their ids. */
  private previews = 0;
  private readonly host = new WorkerHost((why) => {
    this.handleDeath(why);
  });
  private deaths = 0;
  private lastDeath: PortoonError | null = null;
  private latest: EffectStats = NO_STATS;
  private running = false;
  private track: MediaStreamTrack | null = null;
  /** The track of `process` or `output`. */
  private outputTrack: MediaStreamTrack | null = null;
  /** The track of `stacked`. */
  private stackedOutput: MediaStreamVideoTrackGenerator | null = null;
  private mirrored = false;
  private closed = false;

  private readonly files: Pick<WorkerOptions, 'manifestUrl' | 'files'>;

  private constructor(
    look: ResolvedLook,
    private readonly options: EffectOptions,
  ) {
    this.files = filesOf(options);
    this.look = new LookChanges(look, (changes) => this.host.ask((api) => api.set(changes)), this.listeners);
  }

  /** See `createEffect`. */
  static async create(options: EffectOptions): Promise<Effect> {
    checkOptionNames(options, [...LOOK_OPTIONS, 'ep', 'manifestUrl', 'assets', 'onProgress']);
    const fault = whyUnsupported();
    if (fault) throw new PortoonError(fault.code, fault.message, fault.wayOut);
    checkProvider(options.ep ?? 'auto');
    const effect = new Effect({ ...DEFAULT_LOOK, ...(await readLook(options)) }, options);
    try {
      await effect.start();
    } catch (error) {
      await effect.close();
      throw await explainFailedStart(error, effect.files.files['effect.worker.js']);
    }
    return effect;
  }

  /**
   * Changes the look from the next frame on. A new style is fetched and warmed up while the old one
   * stays on. If calls overlap, the last one to set an option wins.
   * @throws PortoonError `ERR_PARAMETER` naming a wrong option and what it takes.
   * @throws PortoonError if a background image cannot be loaded, or if the region is a part of the
   *   person that the matte net cannot segment. Nothing has changed then.
   * @throws PortoonError if a style cannot be loaded. The old one stays on then, and the other
   *   options have changed.
   */
  set(options: LookOptions): Promise<void> {
    return this.look.set(options);
  }

  /**
   * Tells the effect whether the page shows `canvas` mirrored, as with `transform: scaleX(-1)`. If
   * so, a background image is drawn mirrored on the canvas, and people see it the right way round.
   * Tracks and taps always have it as it is; while they take frames it costs one more pass each.
   * @param mirrored - as the page begins: false.
   */
  async setMirrored(mirrored: boolean): Promise<void> {
    this.mirrored = mirrored;
    await this.host.ask((api) => api.setMirrored(mirrored));
  }

  /**
   * Takes frames from a video track, until the next call. The track stays the caller's.
   * @param track - `null` to take no more frames.
   * @throws PortoonError `ERR_PARAMETER` if it is no video track.
   */
  async feed(track: MediaStreamTrack | null): Promise<void> {
    // Callers without types may pass the `undefined` of a stream without video.
    const given: unknown = track;
    if (given !== null && !(given instanceof MediaStreamTrack && given.kind === 'video'))
      throw wrongOption('track', given, 'a video track, or null to let go of the last one');
    this.track = track;
    this.running = false;
    if (!track) {
      await this.host.ask((api) => api.feed(null));
      return;
    }
    const { frames } = framesOf(track);
    await this.host.ask((api) => api.feed(Comlink.transfer(frames, [frames])));
  }

  /**
   * Feeds a track and gives the composite back as another, at the size and rate of the source, for
   * a call or a recorder.
   * @returns a track that ends with the next call, when the effect closes, or when its worker is
   * replaced (event `canvas`).
   */
  async process(track: MediaStreamTrack): Promise<MediaStreamTrack> {
    this.endOutput();
    await this.feed(track);
    return this.output();
  }

  /**
   * Gives the composite of all that is fed, now and later, as a track. So a source can change while
   * a call goes on with the same track, which shows the last frame meanwhile.
   * @returns a track that ends as that of `process` does, which it takes the place of.
   */
  async output(): Promise<MediaStreamTrack> {
    this.endOutput();
    const { track, frames } = createWritableTrack();
    this.outputTrack = track;
    await this.write(frames);
    return track;
  }

  /**
   * Writes composites into a stream, now and later, in place of the track of `process` or `output`.
   * Frames are written as they come, and only while the stream has room.
   * @param frames - is transferred, and closed as such a track ends. Its reader closes each frame.
   */
  async write(frames: WritableStream<VideoFrame>): Promise<void> {
    await this.host.ask((api) => api.emit(Comlink.transfer(frames, [frames])));
  }

  /**
   * Gives the people alone, transparent, as one opaque track that any codec can carry: colours
   * above, matte below (`stacked-1`, see `src/media/stacked-alpha.ts`). The colours have no rim of
   * the room, and the look's background does not matter. The track shows all that is fed, now and
   * later. It costs one more pass per frame until it is stopped.
   * @returns a track that ends with the next call, when the effect closes, or when its worker is
   * replaced (event `canvas`).
   * @throws PortoonError `ERR_UNSUPPORTED_BROWSER` where a worker cannot write to a track, which
   * only Chromium can.
   */
  async stacked(): Promise<MediaStreamTrack> {
    endTrack(this.stackedOutput);
    this.stackedOutput = null;
    if (!('MediaStreamTrackGenerator' in self)) throw unsupportedTrack();
    const generator = new MediaStreamTrackGenerator({ kind: 'video' });
    this.stackedOutput = generator;
    const { writable } = generator;
    await this.host.ask((api) => api.emitStacked(Comlink.transfer(writable, [writable])));
    return generator;
  }

  /**
   * Takes a film in place of a track: frames that somebody else decodes, and each comes back as its
   * picture. No frame is dropped or repeated, however long it takes, and the matte's memory is
   * reset. The look is the effect's own; where its `quality` is `auto` a film gets the finest. Ends
   * with the next call of `feed`, `process` or `film`.
   * @returns the port for `filmAt`, to be used here or transferred to the worker that decodes.
   * @throws PortoonError `ERR_PARAMETER` naming a wrong option and what it takes.
   */
  async film(options: FilmOptions = {}): Promise<MessagePort> {
    checkFilmOptions(options);
    this.endOutput();
    await this.feed(null);
    const { port1, port2 } = new MessageChannel();
    await this.host.ask((api) => api.film(Comlink.transfer(port2, [port2]), { ...options }));
    return port1;
  }

  /**
   * Sends composited frames straight to another worker, which holds the other end of `port`: for
   * each frame that it wants it posts any message, and receives a `TappedFrame`. A tap ends with
   * the next one, and when the worker is replaced (event `canvas`).
   * @param port - `null` ends the tap.
   */
  async tap(port: MessagePort | null, options: TapOptions = {}): Promise<void> {
    await this.host.ask((api) =>
      port ? api.tap(Comlink.transfer(port, [port]), { ...options }) : api.untap(),
    );
  }

  /**
   * Shows styles on the newest frame, with the region and the strength of the look; the background
   * stays live. The pictures are made between frames, with one net run at most after each, so that
   * the live picture keeps its rate. Waits for the first frame of a source.
   * @throws PortoonError `ERR_PARAMETER` naming a wrong option and what it takes.
   * @throws the signal's reason once it is aborted.
   * @throws PortoonError `ERR_WORKER_DIED` if the effect is closed, or its worker dies.
   */
  async preview({ onPreview, onFault, signal, ...options }: PreviewOptions): Promise<void> {
    const { styles, width } = readPreviewOptions(options, this.styles);
    signal?.throwIfAborted();
    const job = { id: ++this.previews, styles, width };
    await runPreviewRound(this.host, job, { onPreview, onFault, signal }, () => this.closed);
  }

  /** Statistics of the last two seconds, at most a quarter of a second old. */
  stats(): EffectStats {
    return this.latest;
  }

  /**
   * Listens until the returned function is called. The first listener of `fault` is also called
   * with what went wrong before, while the effect was created.
   */
  on<Type extends keyof EffectEvents>(type: Type, listener: EffectEvents[Type]): () => void {
    return this.listeners.on(type, listener);
  }

  /** Ends the worker and frees what it held. The tracks that were fed stay the caller's. */
  async close(): Promise<void> {
    this.closed = true;
    this.endOutputs();
    await this.host.close();
  }

  private async start(): Promise<void> {
    const canvas = this.canvas.transferControlToOffscreen();
    const options = {
      canvas,
      ...this.files,
      ep: this.options.ep ?? 'auto',
      look: this.look.current,
    };
    this.styles = await this.host.open(options, (notice) => {
      this.handleNotice(notice);
    });
  }

  private handleNotice(notice: WorkerNotice): void {
    switch (notice.type) {
      case 'progress':
        this.options.onProgress?.(notice.progress);
        break;
      case 'beat':
        this.handleStats(notice.stats);
        break;
      case 'running':
        this.announceRunning();
        break;
      case 'fault':
        this.listeners.announceFault(notice.fault, notice.fatal);
        break;
    }
  }

  private handleStats(stats: EffectStats): void {
    const wasSlow = this.latest.held !== 'nothing';
    this.latest = stats;
    this.listeners.announce('stats', stats);
    if (stats.held !== 'nothing' && !wasSlow) this.listeners.announce('slow', stats);
  }

  private announceRunning(): void {
    if (this.running) return;
    this.running = true;
    this.listeners.announce('running');
  }

  /** Starts another worker, unless this one never opened or workers die too often. */
  private handleDeath(why: string): void {
    const opened = this.styles.length > 0;
    const fatal = !opened || ++this.deaths >= MAX_DEATHS;
    const error = workerDied(why, fatal);
    this.lastDeath = error;
    this.endOutputs();
    this.host.end(error);
    this.listeners.announceFault(error, fatal);
    if (!fatal)
      this.revive().catch((again: unknown) => {
        // Another death has been announced already, and was followed by another try or by none.
        if (!this.closed && again !== this.lastDeath)
          this.listeners.announceFault(again instanceof PortoonError ? again : workerDied(why, true), true);
      });
  }

  /** Starts another worker with the same look and source, on a new canvas: the old one is lost. */
  private async revive(): Promise<void> {
    this.canvas = document.createElement('canvas');
    await this.start();
    if (this.mirrored) await this.setMirrored(true);
    this.listeners.announce('canvas', this.canvas);
    await this.feed(this.track);
  }

  private endOutput(): void {
    endTrack(this.outputTrack);
    this.outputTrack = null;
  }

  private endOutputs(): void {
    this.endOutput();
    endTrack(this.stackedOutput);
  }
}

/** Stops a track and fires its `ended` event, which the browser does not when the page stops it. */
function endTrack(track: MediaStreamTrack | null): void {
  if (!track || track.readyState === 'ended') return;
  track.stop();
  track.dispatchEvent(new Event('ended'));
}

/**
 * Creates an effect: fetches the runtime and the nets, and has them ready for the first frame.
 *
 * @example
 * ```ts
 * const effect = await createEffect({ style: 'toon' });
 * document.body.append(effect.canvas);
 * const camera = await navigator.mediaDevices.getUserMedia({ video: true });
 * const cartoon = await effect.process(camera.getVideoTracks()[0]);
 * ```
 * @throws PortoonError `ERR_PARAMETER` naming a wrong option and what it takes.
 * @throws PortoonError if the runtime or the nets cannot be loaded, or the browser lacks what is
 * needed, or there is no browser: on a server.
 */
export function createEffect(options: EffectOptions = {}): Promise<Effect> {
  return Effect.create(options);
}

/**
 * Fetches and compiles ahead what `createEffect` with the same options will need, so that it starts
 * sooner: say, while somebody still reads a page. The browser keeps it as it keeps other files, by
 * the headers that they are served with.
 *
 * @example
 * ```ts
 * const onProgress = ({ loaded, total }) => (bar.value = total && loaded / total);
 * await preload({ style: 'toon', onProgress });
 * ```
 * @param options - as for `createEffect`; `onProgress` is called as bytes arrive.
 * @throws as `createEffect`.
 */
export async function preload(options: EffectOptions = {}): Promise<void> {
  const effect = await Effect.create(options);
  await effect.close();
}
