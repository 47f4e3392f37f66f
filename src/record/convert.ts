import * as Comlink from 'comlink';
import '../common/error-transfer.ts';
import {
  createEffect,
  type Effect,
  type EffectOptions,
  type LookOptions,
  type FilmOptions,
} from '../effect/index.ts';
import { PortoonError } from '../common/errors.ts';
import type {
  ConvertRequest,
  ConvertProgress,
  ConvertResult,
  ConvertWorkerApi,
  SegmentStarts,
  FilmInfo,
  FilmSource,
  JoinRequest,
} from './convert-protocol.ts';

export interface ConvertOptions extends FilmOptions {
  /** The film's look. `quality: 'auto'` means the finest. Defaults are those of `createEffect`. */
  look?: LookOptions;
  onProgress?: (progress: ConvertProgress) => void;
  /** Called with the canvas that will show the pictures as they are made, at the film's size. */
  onCanvas?: (canvas: HTMLCanvasElement) => void;
  /** Ends the conversion; nothing is left of the file. */
  signal?: AbortSignal;
}

/**
 * Converts films, one at a time. Every frame goes through an effect of its own, in order, and keeps
 * its time. All work happens in workers, which continue in a hidden tab.
 */
export class Converter {
  private readonly worker: Worker;
  private readonly api: Comlink.Remote<ConvertWorkerApi>;
  /** Rejects when the converting worker dies. */
  private readonly death = Promise.withResolvers<never>();
  private effect: Promise<Effect> | null = null;

  /** @param options - of the effect, without its look. */
  constructor(private readonly options: Pick<EffectOptions, 'ep' | 'manifestUrl' | 'onProgress'> = {}) {
    this.worker = new Worker(new URL('./convert/convert.worker.ts', import.meta.url), {
      type: 'module',
      name: 'convert',
    });
    this.api = Comlink.wrap<ConvertWorkerApi>(this.worker);
    this.death.promise.catch(() => undefined);
    this.worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.death.reject(died(event.message));
    });
  }

  /**
   * What a film's file says about it.
   * @throws PortoonError `ERR_VIDEO_UNREADABLE`, saying what the file is and what would do.
   */
  inspect(film: FilmSource, name: string): Promise<FilmInfo> {
    return Promise.race([this.api.inspect(film, name), this.death.promise]);
  }

  /**
   * Converts one film.
   * @throws PortoonError `ERR_PARAMETER` naming a wrong option and what it takes.
   * @throws PortoonError saying what is wrong with the film or stopped the conversion. No file
   *   remains.
   * @throws the signal's reason once it is aborted. No file remains.
   */
  async convert(
    request: ConvertRequest,
    { look = {}, onProgress, onCanvas, signal, ...film }: ConvertOptions = {},
  ): Promise<ConvertResult> {
    signal?.throwIfAborted();
    const effect = await this.effectWithLook(look);
    onCanvas?.(effect.canvas);
    const broken = Promise.withResolvers<never>();
    broken.promise.catch(() => undefined);
    const stopListening = effect.on('fault', (fault, fatal) => {
      if (!fatal && fault.code !== 'ERR_WORKER_DIED') return;
      broken.reject(new PortoonError(fault.code, fault.message, 'Convert the film again.'));
      // Its port is dead, even if the effect itself is not.
      if (this.effect) void this.forget(this.effect);
    });
    const cancel = () => void this.api.cancel().catch(() => undefined);
    const tell = Comlink.proxy((progress: ConvertProgress) => onProgress?.(progress));
    try {
      const port = await effect.film(film);
      signal?.throwIfAborted();
      signal?.addEventListener('abort', cancel);
      const converting = this.api.convert(request, Comlink.transfer(port, [port]), tell);
      const result = await Promise.race([converting, broken.promise, this.death.promise]);
      if (result) return result;
      signal?.throwIfAborted();
      throw new Error('a conversion ended without result');
    } catch (error) {
      cancel();
      throw error;
    } finally {
      signal?.removeEventListener('abort', cancel);
      stopListening();
    }
  }

  /**
   * Where to cut a film into segments of about `seconds` seconds.
   * @throws PortoonError as `inspect`.
   */
  cuts(request: Pick<ConvertRequest, 'film' | 'name' | 'trim'>, seconds: number): Promise<SegmentStarts> {
    return Promise.race([this.api.cuts(request, seconds), this.death.promise]);
  }

  /**
   * Joins the converted segments of a film, without encoding their pictures again.
   * @throws PortoonError saying what stopped it.
   */
  async join(
    request: JoinRequest,
    { onProgress }: Pick<ConvertOptions, 'onProgress'> = {},
  ): Promise<ConvertResult> {
    const tell = Comlink.proxy((progress: ConvertProgress) => onProgress?.(progress));
    const result = await Promise.race([this.api.join(request, tell), this.death.promise]);
    if (!result) throw new Error('a film was joined without result');
    return result;
  }

  /** Halts after the next frame, or goes on. Holds for the films that come as well. */
  async pause(paused: boolean): Promise<void> {
    await this.api.pause(paused);
  }

  /** Ends the workers; a conversion under way is cancelled. */
  async close(): Promise<void> {
    await Promise.race([this.api.cancel(), this.death.promise]).catch(() => undefined);
    if (this.effect) await this.forget(this.effect);
    this.death.reject(new PortoonError('ERR_WORKER_DIED', 'The converter is closed.', 'Create another one.'));
    this.api[Comlink.releaseProxy]();
    this.worker.terminate();
  }

  /** The effect with this look, without anything of the look of the film before. */
  private async effectWithLook(look: LookOptions): Promise<Effect> {
    const whole = { ...PLAIN, ...look };
    if (this.effect) {
      const effect = await this.effect;
      await effect.set(whole);
      return effect;
    }
    const { background, ...rest } = whole;
    const making = createEffect({ ...this.options, ...rest });
    this.effect = making;
    try {
      const effect = await making;
      // An effect is made even where its style or region cannot be loaded; only `set` says why.
      await effect.set({ background, region: whole.region, style: whole.style });
      return effect;
    } catch (error) {
      await this.forget(making);
      throw error;
    }
  }

  private async forget(effect: Promise<Effect>): Promise<void> {
    if (this.effect === effect) this.effect = null;
    await effect.then(
      (made) => made.close(),
      () => undefined,
    );
  }
}

/** The values of options that are not named. */
const PLAIN = {
  style: 'none',
  region: 'person',
  strength: 1,
  line: 1,
  colour: 1,
  palette: 'none',
  detail: 'auto',
  background: 'live',
  quality: 'auto',
} as const satisfies LookOptions;

function died(why: string): PortoonError {
  return new PortoonError(
    'ERR_WORKER_DIED',
    `The converter's worker stopped: ${why}.`,
    'Convert the film again; if that does not help, reload the page.',
  );
}
