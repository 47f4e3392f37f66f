import { PortoonError } from '../common/errors.ts';
import { createEffect, type Effect, type EffectOptions, type LookOptions } from '../effect/index.ts';
import { framesOf } from '../media/frames.ts';
import { createWritableTrack } from '../media/track.ts';

export interface JitsiOptions extends EffectOptions {
  /** Called if the effect cannot start; the camera's own picture goes on being shown. */
  onFailure?: (error: unknown) => void;
}

/** What lib-jitsi-meet asks of an effect, as far as this one answers it. */
interface JitsiTrack {
  isVideoTrack?: () => boolean;
  readonly videoType?: string;
}

/**
 * Makes an effect for `JitsiLocalTrack.setEffect` of lib-jitsi-meet. Its stream starts immediately,
 * and shows the camera's own picture until the cartoon is ready. Call `preload` before, if nobody
 * should see that.
 * @example
 * ```ts
 * const cartoon = cartoonEffect({ style: 'toon' });
 * await localVideoTrack.setEffect(cartoon);
 * await cartoon.set({ style: 'udnie' });
 * ```
 * @param options - as for `createEffect`; nothing is loaded before the effect starts.
 */
export function cartoonEffect(options: JitsiOptions = {}): CartoonEffect {
  return new CartoonEffect(options);
}

/** A stream effect of lib-jitsi-meet. It may start again on another stream, as after a mute. */
export class CartoonEffect {
  /** Kept while the camera is muted. */
  private effect: Promise<Effect> | null = null;
  private stopRun: () => void = () => undefined;
  private readonly options: EffectOptions;
  private readonly onFailure: JitsiOptions['onFailure'];

  constructor({ onFailure, ...options }: JitsiOptions) {
    this.options = options;
    this.onFailure = onFailure;
  }

  /** Whether the effect applies to a track: to a camera's, and not to a screen's. */
  isEnabled(track: JitsiTrack): boolean {
    return track.isVideoTrack?.() !== false && track.videoType !== 'desktop';
  }

  /**
   * Called by lib-jitsi-meet.
   * @returns a stream that shows the camera's own picture until the cartoon is ready.
   * @throws PortoonError `ERR_PARAMETER` if the stream has no video track.
   */
  startEffect(stream: MediaStream): MediaStream {
    const [source] = stream.getVideoTracks();
    if (!source)
      throw new PortoonError(
        'ERR_PARAMETER',
        'The stream has no video track.',
        'Give startEffect the stream of a camera.',
      );
    this.stopRun();
    const { track, frames } = createWritableTrack();
    const native = track.getSettings.bind(track);
    // A generated track has no size before the first frame.
    track.getSettings = () => ({ ...source.getSettings(), ...native() });
    const ended = new AbortController();
    this.stopRun = () => {
      ended.abort();
      track.stop();
    };
    const passing = new AbortController();
    const passed = passThrough(source, frames, AbortSignal.any([passing.signal, ended.signal]));
    const take = async () => {
      passing.abort();
      await passed;
    };
    this.draw(source, frames, take, ended.signal).catch((error: unknown) => {
      if (!ended.signal.aborted) this.onFailure?.(error);
    });
    return new MediaStream([track]);
  }

  /** Called by lib-jitsi-meet, also when the camera is muted: ends the stream, keeps the nets. */
  stopEffect(): void {
    this.stopRun();
    this.stopRun = () => undefined;
    void this.effect?.then((effect) => effect.feed(null)).catch(() => undefined);
  }

  /**
   * Changes the look, now or for when the effect starts.
   * @throws as `Effect.set`.
   */
  async set(look: LookOptions): Promise<void> {
    await (await this.effect)?.set(look);
    Object.assign(this.options, look);
  }

  /** Frees everything that the effect holds. It may start again. */
  async close(): Promise<void> {
    this.stopEffect();
    const { effect } = this;
    this.effect = null;
    await effect?.then(
      (opened) => opened.close(),
      () => undefined,
    );
  }

  /**
   * Draws the source's frames into a stream once the first of them is ready.
   * @param endBefore - ends what was written there before.
   */
  private async draw(
    source: MediaStreamTrack,
    frames: WritableStream<VideoFrame>,
    endBefore: () => Promise<void>,
    ended: AbortSignal,
  ): Promise<void> {
    const isOver = () => ended.aborted;
    const creating = (this.effect ??= createEffect({ ...this.options }));
    let effect: Effect;
    try {
      effect = await creating;
    } catch (error) {
      if (this.effect === creating) this.effect = null;
      throw error;
    }
    if (isOver()) return;
    const running = Promise.withResolvers<unknown>();
    const stopListening = effect.on('running', () => {
      running.resolve(null);
    });
    await effect.feed(source);
    await running.promise;
    stopListening();
    if (isOver()) return;
    await endBefore();
    await effect.write(frames);
  }
}

/** Passes a track's frames through until `signal` aborts; leaves the stream open. */
async function passThrough(
  source: MediaStreamTrack,
  frames: WritableStream<VideoFrame>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await framesOf(source).frames.pipeTo(frames, { signal, preventClose: true, preventAbort: true });
  } catch {
    // Aborted, or a source that has ended: nothing is shown then.
  }
}
