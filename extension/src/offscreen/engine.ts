/** One camera and one effect, for all pages of a site that use this camera. */
import { PortoonError } from '../../../src/common/errors.ts';
import { createEffect, type Effect, type LookOptions } from '../../../src/effect/index.ts';
import { openCamera } from '../../../src/input/camera.ts';
import type { Source } from '../../../src/input/source.ts';
import type { ShownFault } from '../faults.ts';
import { stillPicture, type StillPicture } from '../connection/still.ts';
import type { PictureKind } from '../background-protocol.ts';
import type { StyleName, VideoSize } from '../protocol.ts';
import type { SiteChoice } from '../sites.ts';
import { asksForSize, settingsFor } from './constraints.ts';

/** After this many milliseconds without a picture, the site's failure choice applies. */
const FIRST_FRAME_TIMEOUT_MS = 20_000;

const MEASURES = ['width', 'height', 'frameRate'] as const;

/** `resizeMode` is not in TypeScript's DOM library. */
interface CameraMode extends MediaTrackConstraints {
  resizeMode: { ideal: string };
}

/** Faults that the effect recovers from by itself. */
const RECOVERABLE = ['ERR_HALF_PRECISION', 'ERR_WEBGPU', 'ERR_WEBGL_LOST', 'ERR_WORKER_DIED'];

/** What an engine reports to its sessions. */
export interface EngineListener {
  /** Another track is shown from now on, or the same one has changed its size. */
  onPicture(): void;
  onShown(): void;
  /** The camera has stopped for good, as an unplugged one does. */
  onEnded(): void;
}

export class CameraEngine {
  /** What is sent now; null before the first frame. */
  picture: MediaStreamTrack | null = null;
  shown: PictureKind = 'starting';
  fault: ShownFault | null = null;
  readonly listeners = new Set<EngineListener>();
  private source: Promise<Source> | null = null;
  private opening: Promise<Source> | null = null;
  private camera: Source | null = null;
  private effect: Promise<Effect> | null = null;
  private running: Effect | null = null;
  private still: StillPicture | null = null;
  /** The effect's own track; `picture` is another one where the effect has failed. */
  private output: MediaStreamTrack | null = null;
  private size: VideoSize = { width: 0, height: 0, frameRate: 0 };
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private deviceId: string | undefined,
    private site: SiteChoice,
  ) {}

  get origin(): string {
    return this.site.origin;
  }

  /** Which camera it has, or will open; undefined for any. */
  get cameraId(): string | undefined {
    return this.camera?.deviceId ?? this.deviceId;
  }

  /** Chooses the camera of the next start; only while the engine rests. */
  choose(deviceId: string | undefined): void {
    this.deviceId = deviceId;
  }

  get styles(): readonly StyleName[] {
    const styles = this.running?.styles.filter(({ grade }) => grade === 'live') ?? [];
    return styles.map(({ id, title }) => ({ id, title }));
  }

  /**
   * Opens the camera, or asks an open one for more where this request is larger.
   * @param size - enough for `constraints`.
   * @returns what the browser would give for these constraints, out of what the camera sends now.
   * @throws PortoonError if it cannot be opened.
   * @throws OverconstrainedError if it cannot do what is asked.
   */
  async open(size: VideoSize, constraints: MediaTrackConstraints): Promise<MediaTrackSettings> {
    const grows = this.grow(size);
    const isOpen = this.source !== null;
    this.source ??= this.openSource();
    const { track } = await this.source;
    const answer = this.last.then(async () => {
      if (grows && isOpen) await this.enlarge(track);
      const settings = await settingsFor(track, constraints);
      // The picture may be smaller than the camera's own, or it needs more for a cut of this shape.
      const { width, height } = track.getSettings();
      const factor = Math.max((settings.width ?? 0) / (width ?? 1), (settings.height ?? 0) / (height ?? 1));
      const cover = { ...size, width: factor * (width ?? 0), height: factor * (height ?? 0) };
      if (asksForSize(constraints) && factor > 1 && this.grow(cover)) await this.enlarge(track);
      return settings;
    });
    // One after the other: the browser changes a camera only while it has a single track.
    this.last = answer.catch(() => undefined);
    return answer;
  }

  /** Whether more is wanted of the camera than before. */
  private grow({ width, height, frameRate }: VideoSize): boolean {
    const { size } = this;
    this.size = {
      width: Math.max(size.width, Math.round(width)),
      height: Math.max(size.height, Math.round(height)),
      frameRate: Math.max(size.frameRate, frameRate),
    };
    return MEASURES.some((measure) => this.size[measure] > size[measure]);
  }

  private async enlarge(track: MediaStreamTrack): Promise<void> {
    const ideal = <T>(value: T) => ({ ideal: value });
    const { width, height, frameRate } = this.size;
    const wanted: CameraMode = {
      ...{ width: ideal(width), height: ideal(height), frameRate: ideal(frameRate) },
      // All of the picture: each page gets its own cut of it.
      resizeMode: ideal('none'),
    };
    await track.applyConstraints(wanted);
    for (const listener of this.listeners) listener.onPicture();
  }

  /** The camera's own track; null while it is off. */
  get track(): MediaStreamTrack | null {
    return this.camera?.track ?? null;
  }

  /** The camera's picture in pixels; null while it is off. */
  get cameraSize(): { width: number; height: number } | null {
    const { width = 0, height = 0 } = this.track?.getSettings() ?? {};
    return width > 0 ? { width, height } : null;
  }

  /** What was chosen for the site has changed. */
  setSite(site: SiteChoice): void {
    this.site = site;
    const { running } = this;
    if (this.picture !== this.output) {
      if (this.fault) this.giveUp(this.fault);
      return;
    }
    running?.set(lookOf(site)).then(
      () => {
        if (!this.picture || this.picture !== this.output) return;
        this.fault = null;
        this.show(this.picture, moving(site));
      },
      (error: unknown) => {
        this.report(faultOf(error));
      },
    );
  }

  /** Tries the cartoon again, where it has failed. */
  again(): void {
    const { camera } = this;
    if (camera && this.picture && this.picture !== this.output) this.begin(camera);
  }

  /** Nobody watches: the camera is off, but the nets stay loaded for the next request. */
  rest(): void {
    this.camera?.stop();
    this.camera = null;
    this.source = null;
    this.opening = null;
    this.picture = null;
    this.output = null;
    this.shown = 'starting';
    this.fault = null;
    this.size = { width: 0, height: 0, frameRate: 0 };
    this.dropStill();
    void this.running?.feed(null).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.rest();
    const { effect } = this;
    this.effect = null;
    this.running = null;
    await effect?.then(
      (opened) => opened.close(),
      () => undefined,
    );
  }

  private async openSource(): Promise<Source> {
    const { deviceId } = this;
    const opening = openCamera({ ...this.size, ...(deviceId === undefined ? {} : { deviceId }) });
    this.opening = opening;
    try {
      const camera = await opening;
      // Nobody waits for it any longer.
      if (this.opening === opening) this.start(camera);
      else camera.stop();
      return camera;
    } catch (error) {
      if (this.opening === opening) this.rest();
      throw error;
    }
  }

  private start(camera: Source): void {
    this.camera = camera;
    void camera.ended.then((error) => {
      if (this.camera !== camera) return;
      this.fault = faultOf(error);
      for (const listener of this.listeners) listener.onEnded();
    });
    this.begin(camera);
  }

  private begin(camera: Source): void {
    this.draw(camera).catch((error: unknown) => {
      if (this.camera === camera) this.giveUp(faultOf(error));
    });
  }

  private async draw(camera: Source): Promise<void> {
    this.effect ??= this.create();
    const effect = await this.effect;
    const ready = Promise.withResolvers<null>();
    const stopListening = effect.on('running', () => {
      ready.resolve(null);
    });
    const timer = setTimeout(() => {
      ready.reject(
        new PortoonError(
          'ERR_RUNTIME',
          'The cartoon did not start in time.',
          'Close other tabs and programs that need the processor, then switch the camera off and on.',
        ),
      );
    }, FIRST_FRAME_TIMEOUT_MS);
    try {
      await effect.set(lookOf(this.site));
      // A camera that stopped meanwhile must not replace a newer one.
      if (this.camera !== camera) return;
      await effect.feed(camera.track);
      await ready.promise;
    } finally {
      clearTimeout(timer);
      stopListening();
    }
    if (this.camera !== camera) return;
    await this.showOutput(effect);
  }

  private async showOutput(effect: Effect): Promise<void> {
    this.output = await effect.output();
    if (!this.camera) return;
    this.fault = null;
    this.show(this.output, moving(this.site));
  }

  private async create(): Promise<Effect> {
    try {
      const effect = await createEffect(lookOf(this.site));
      this.running = effect;
      effect.on('fault', ({ code, message, wayOut }, fatal) => {
        // The fields alone: a port drops the message of an `Error`, which is not enumerable.
        const fault = { code, message, wayOut };
        if (fatal) this.fail(fault);
        else if (!RECOVERABLE.includes(code)) this.report(fault);
      });
      // A worker that was replaced has ended its track.
      effect.on('canvas', () => {
        void this.showOutput(effect).catch(() => undefined);
      });
      return effect;
    } catch (error) {
      this.effect = null;
      throw error;
    }
  }

  private fail(fault: ShownFault): void {
    const { effect } = this;
    this.effect = null;
    this.running = null;
    void effect?.then((opened) => opened.close()).catch(() => undefined);
    this.giveUp(fault);
  }

  /** Without a cartoon: shows what the person chose for that case. */
  private giveUp(fault: ShownFault): void {
    const { camera } = this;
    if (!camera) return;
    this.fault = fault;
    // A person who has switched the cartoon off wants to be seen.
    if (this.site.onFailure === 'camera' || !this.site.cartoon) {
      this.show(camera.track, 'plain');
      return;
    }
    const { width = 640, height = 360 } = camera.track.getSettings();
    this.still ??= stillPicture({ width, height });
    this.show(this.still.track, 'still');
  }

  private show(track: MediaStreamTrack, shown: PictureKind): void {
    const isNew = this.picture !== track;
    this.picture = track;
    this.shown = shown;
    if (shown !== 'still') this.dropStill();
    for (const listener of this.listeners) {
      if (isNew) listener.onPicture();
      listener.onShown();
    }
  }

  private report(fault: ShownFault): void {
    this.fault = fault;
    for (const listener of this.listeners) listener.onShown();
  }

  private dropStill(): void {
    this.still?.stop();
    this.still = null;
  }
}

/** Ignores `on`: a site that is switched off keeps its running calls until its page is reloaded. */
function moving({ cartoon }: SiteChoice): PictureKind {
  return cartoon ? 'cartoon' : 'plain';
}

function lookOf(site: SiteChoice): LookOptions {
  if (moving(site) === 'plain') return { style: 'none', background: 'live' };
  return { ...site.look };
}

function faultOf(error: unknown): ShownFault {
  if (error instanceof PortoonError)
    return { code: error.code, message: error.message, wayOut: error.wayOut };
  return {
    code: 'ERR_RUNTIME',
    message: `The cartoon failed (${error instanceof Error ? error.message : String(error)}).`,
    wayOut: 'Switch the camera off and on; if that does not help, reload the extension.',
  };
}
