import { createEffect, type Effect, type EffectOptions, type LookOptions } from '../effect/index.ts';

export { isSupported } from '../effect/index.ts';

/** How long a track's first frame is waited for, in milliseconds. */
const FIRST_FRAME_TIMEOUT_MS = 3000;

/** What livekit-client hands to a processor, as far as this one needs it. */
export interface RawTrack {
  readonly track: MediaStreamTrack;
}

/**
 * Makes a cartoon processor for a local video track of livekit-client.
 *
 * @example
 * ```ts
 * const cartoon = cartoonProcessor({ style: 'toon' });
 * await localVideoTrack.setProcessor(cartoon);
 * await cartoon.set({ style: 'udnie' });
 * ```
 * It also goes into `videoCaptureDefaults.processor`; one processor serves one track at a time.
 * @param options - as for `createEffect`; nothing is loaded before the processor is set.
 */
export function cartoonProcessor(options: EffectOptions = {}): CartoonProcessor {
  return new CartoonProcessor(options);
}

/** A `TrackProcessor` of livekit-client for video. It keeps its track while the camera changes. */
export class CartoonProcessor {
  readonly name = 'portoon';
  /** The cartoon; livekit-client sends it in place of the camera's track. */
  processedTrack?: MediaStreamTrack;
  private effect: Promise<Effect> | null = null;

  constructor(private readonly options: EffectOptions) {}

  /**
   * Changes the look, now or for when the processor is set.
   * @throws as `Effect.set`.
   */
  async set(look: LookOptions): Promise<void> {
    await (await this.effect)?.set(look);
    Object.assign(this.options, look);
  }

  /**
   * Called by livekit-client, which shows the camera itself until this resolves: with the first
   * frame of the cartoon, or when there is none to wait for.
   * @throws as `createEffect`; the camera's track stays in place then.
   */
  async init({ track }: RawTrack): Promise<void> {
    this.effect ??= createEffect({ ...this.options });
    try {
      await this.show(await this.effect, track);
    } catch (error) {
      await this.destroy();
      throw error;
    }
  }

  /** Called with another camera's track, or when the camera comes back. */
  async restart({ track }: RawTrack): Promise<void> {
    if (this.effect) await this.show(await this.effect, track);
    else await this.init({ track });
  }

  /**
   * Called when the processor is taken off: frees everything that it holds. It may be set again.
   */
  async destroy(): Promise<void> {
    const { effect } = this;
    this.effect = null;
    await effect?.then(
      (opened) => opened.close(),
      () => undefined,
    );
  }

  private async show(effect: Effect, track: MediaStreamTrack): Promise<void> {
    const shown = firstFrame(effect, track);
    // A camera that is switched off has an ended track, and comes back with another.
    await effect.feed(track.readyState === 'ended' ? null : track);
    // livekit-client ends the track when it stops a processor.
    if (this.processedTrack?.readyState !== 'live') this.processedTrack = await effect.output();
    await shown;
  }
}

/** Resolves with the first frame that is composited, or when none is to be expected. */
function firstFrame(effect: Effect, track: MediaStreamTrack): Promise<void> {
  if (track.readyState === 'ended' || track.muted || !track.enabled) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      stopListening();
      resolve();
    };
    const timer = setTimeout(finish, FIRST_FRAME_TIMEOUT_MS);
    const stopListening = effect.on('running', finish);
  });
}
