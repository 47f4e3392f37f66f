import { isSoftwareRenderer } from '../common/software-renderer.ts';
import type { StreamState } from '../call/media-server/media-connection.ts';
import { pauseAfter } from '../common/backoff.ts';
import { createEffect, type Effect, type EffectOptions } from '../effect/index.ts';
import { PortoonError } from '../common/errors.ts';
import { openCamera } from '../input/camera.ts';
import { openDemo } from '../input/demo.ts';
import type { Source } from '../input/source.ts';
import { mediaDevices } from '../media/devices.ts';

export interface EffectRunnerOptions {
  input: 'camera' | 'demo';
  effect: EffectOptions;
  /** To be shown in place of the one before. */
  onCanvas: (canvas: HTMLCanvasElement) => void;
  /** `state` or `fault` has changed. */
  onChange: () => void;
}

const SIZE = { width: 1280, height: 720 };

/**
 * Runs the effect on this page, for an OBS that may use the camera. After any failure it tries
 * again, until {@link stop}.
 */
export class EffectRunner {
  state: StreamState = 'connecting';
  fault: PortoonError | null = null;
  /** Null until it is made. */
  effect: Effect | null = null;
  private source: Source | null = null;
  private ending = Promise.withResolvers<PortoonError | null>();

  constructor(private readonly options: EffectRunnerOptions) {
    void this.run();
  }

  /** Gives the camera back. Safe to call twice. */
  stop(): void {
    this.state = 'stopped';
    this.ending.resolve(null);
    this.stopEffect();
  }

  /** What this browser lacks for it, in words for the person who sets it up. */
  diagnose(): string[] {
    const { effect, options } = this;
    const lines: string[] = [];
    if (!crossOriginIsolated) lines.push('Not cross-origin isolated: the nets run on one thread.');
    if (options.input === 'camera' && (!mediaDevices() || this.fault?.code === 'ERR_CAMERA_DENIED'))
      lines.push(
        'No camera: start OBS with --enable-media-stream --use-fake-ui-for-media-stream, over https or localhost.',
      );
    if (effect) {
      const { fps, ep, renderer, styleSize, ms } = effect.stats();
      lines.push(
        `${fps.toFixed(1)} fps, ${ms.total.toFixed(0)} ms a frame, style at ${styleSize.join(' × ')}`,
        ep === 'webgpu' ? 'The nets run on WebGPU.' : 'No WebGPU here: the nets run on the processor.',
        renderer,
      );
      if (isSoftwareRenderer(renderer))
        lines.push(
          'Drawn without a graphics processor: switch on browser source hardware acceleration in OBS.',
        );
    }
    return lines;
  }

  private async run(): Promise<void> {
    for (let failures = 0; !this.isStopped(); failures++) {
      try {
        const fault = await this.play();
        if (!fault) return;
        if (this.isLive()) failures = 0;
        this.become('reconnecting', fault);
      } catch (error) {
        if (this.isStopped()) return;
        const fault =
          error instanceof PortoonError
            ? error
            : new PortoonError(
                'ERR_PARAMETER',
                error instanceof Error ? error.message : '',
                'Check the address.',
              );
        this.become(this.state, fault);
      }
      this.stopEffect();
      await new Promise((resolve) => setTimeout(resolve, pauseAfter(failures)));
    }
  }

  /** Runs until the source ends. Resolves to the reason; null when it was stopped. */
  private async play(): Promise<PortoonError | null> {
    this.ending = Promise.withResolvers();
    const { input, effect: effectOptions, onCanvas } = this.options;
    const source = await (input === 'camera' ? openCamera(SIZE) : openDemo());
    this.source = source;
    const effect = await createEffect(effectOptions);
    this.effect = effect;
    if (this.isStopped()) {
      this.stopEffect();
      return null;
    }
    onCanvas(effect.canvas);
    effect.on('canvas', onCanvas);
    effect.on('running', () => {
      this.become('live', null);
    });
    effect.on('fault', ({ code, message, wayOut }, fatal) => {
      const fault = new PortoonError(code, message, wayOut);
      this.fault = fault;
      if (fatal) this.ending.resolve(fault);
    });
    if (input === 'camera') this.watchMute(source);
    await effect.feed(source.track);
    return Promise.race([source.ended, this.ending.promise]);
  }

  /** A key, a cover or the system may switch a camera off while it stays open. */
  private watchMute({ track, label }: Source): void {
    const onChange = () => {
      if (this.source?.track !== track) return;
      if (!track.muted) this.become('live', null);
      else
        this.become(
          'reconnecting',
          new PortoonError(
            'ERR_CAMERA_STOPPED',
            `${label} sends no picture: it was switched off, by a key, a cover or the system.`,
            'Switch it on again: the picture comes back by itself.',
          ),
        );
    };
    track.addEventListener('mute', onChange);
    track.addEventListener('unmute', onChange);
  }

  private stopEffect(): void {
    this.source?.stop();
    this.source = null;
    void this.effect?.close();
    this.effect = null;
  }

  private become(state: StreamState, fault: PortoonError | null): void {
    if (this.isStopped()) return;
    this.state = state;
    this.fault = fault;
    this.options.onChange();
  }

  // Methods, so that TypeScript does not keep a narrowed `state` across an await.
  private isLive(): boolean {
    return this.state === 'live';
  }

  private isStopped(): boolean {
    return this.state === 'stopped';
  }
}
