import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { Fault } from '../../effect/index.ts';
import type { Source } from '../../input/source.ts';
import type { Resolution } from '../base/preferences.ts';
import type { PreferencesStore } from '../base/preferences-store.ts';
import type { PageStore } from '../base/page-store.ts';
import { createStoreSlot } from '../base/store-slot.tsx';
import { faultOf } from '../../common/errors.ts';
import type { NoticeAction, NoticesStore } from '../notices/notices-store.ts';
import type { CameraPreference, SourceRequest } from './open-source.ts';

/** `lost`: the stage keeps its last picture and waits for the camera to come back. */
export type SourceStatus = 'none' | 'opening' | 'live' | 'lost';

/** Why there is no picture at all, and what was asked for. */
export interface SourceProblem {
  fault: Fault;
  request: SourceRequest;
}

/** The cameras of this computer. */
interface CameraDevices {
  list: () => Promise<{ deviceId: string; label: string }[]>;
  /** Resolves when a camera is plugged in that is not one of `useless`. */
  waitFor: (
    deviceId: string | undefined,
    signal: AbortSignal,
    useless?: { deviceId: string; label: string }[],
  ) => Promise<void>;
  onChanged: (listener: () => void) => void;
  /** The browser's camera permission. Rejects in browsers that don't reveal it. */
  permission: () => Promise<Pick<PermissionStatus, 'state' | 'addEventListener'>>;
}

export interface SourceNeeds {
  preferences: PreferencesStore;
  page: PageStore;
  notices: NoticesStore;
  openSource: (request: SourceRequest, camera: CameraPreference) => Promise<Source>;
  devices: CameraDevices;
  /** Lets the person pick a video file. */
  chooseVideo: (onChosen: (file: File) => void) => void;
  /** Shows the person the list of cameras. */
  showCameraList: () => void;
  /** Takes the last picture off the stage. */
  hidePicture: () => void;
}

/** Where the frames come from: a camera, a video file or the demo. */
export class SourceStore {
  readonly current = signal<Source | null>(null);
  readonly status = signal<SourceStatus>('none');
  readonly problem = signal<SourceProblem | null>(null);
  readonly cameras = signal<readonly { deviceId: string; label: string }[]>([]);
  /** What is being opened, to say so meanwhile. */
  readonly openingKind = signal<SourceRequest['kind'] | null>(null);
  /** The video file that is playing, if it is one. */
  readonly playingFile: ReadonlySignal<File | null> = computed(() => {
    const from = this.current.value?.kind === 'file' ? this.videoFrom.value : null;
    return from instanceof File ? from : null;
  });

  private readonly videoFrom = signal<File | string | null>(null);
  /** Answers to older requests are thrown away. */
  private newest: SourceRequest | null = null;
  private cameraReturn = new AbortController();

  constructor(private readonly needs: SourceNeeds) {}

  /** Follows cameras that come and go, and a camera block that is lifted. */
  start(): void {
    const { devices } = this.needs;
    devices.onChanged(() => void this.refreshCameras());
    devices.permission().then(
      (permission) => {
        permission.addEventListener('change', () => {
          const blocked = this.problem.value?.fault.code === 'ERR_CAMERA_DENIED';
          if (permission.state === 'granted' && blocked) void this.open({ kind: 'camera' });
        });
      },
      // Without it the person presses "Try again".
      () => undefined,
    );
  }

  /**
   * Opens another source and shows what goes wrong; never rejects.
   * @param remembered - whether the next visit starts with it. False if the link asked for it.
   */
  readonly open = async (request: SourceRequest, remembered = true): Promise<void> => {
    const { preferences, notices, openSource } = this.needs;
    this.newest = request;
    this.cameraReturn.abort();
    this.problem.value = null;
    notices.retract('source');
    const before = this.current.value;
    // Many phones can't open two cameras at once. The stage keeps its last picture meanwhile.
    if (before?.kind === 'camera' && request.kind === 'camera') this.stop(before);
    this.status.value = 'opening';
    this.openingKind.value = request.kind;
    try {
      const next = await openSource(request, preferences.current.value);
      if (this.newest !== request) {
        next.stop();
        return;
      }
      this.adopt(next, request, remembered);
      await this.refreshCameras();
    } catch (error) {
      if (this.newest === request) this.fail(error, request, remembered);
    }
  };

  private adopt(next: Source, request: SourceRequest, remembered: boolean): void {
    const { preferences, page } = this.needs;
    if (this.current.value) this.stop(this.current.value);
    if (request.kind === 'video') this.videoFrom.value = request.from;
    this.current.value = next;
    this.status.value = 'live';
    if (remembered) {
      preferences.update({ welcomed: true });
      if (next.kind !== 'file') preferences.update({ lastSource: next.kind });
      if (next.deviceId !== undefined) preferences.update({ cameraId: next.deviceId });
    }
    if (next.kind === 'camera') this.watchMute(next);
    page.announce(next.kind === 'demo' ? 'Demo playing' : `${next.label} on`);
    next.ended.then(
      (reason) => {
        this.lose(next, reason, request, remembered);
      },
      (error: unknown) => {
        this.needs.notices.showError('source', error);
      },
    );
  }

  /** A key, a cover or the system may switch a camera off while it stays open. */
  private watchMute(camera: Source): void {
    const { notices } = this.needs;
    const onChange = () => {
      if (this.current.value !== camera) return;
      if (!camera.track.muted) notices.retract('source');
      else
        notices.show({
          topic: 'source',
          tone: 'problem',
          title: 'The camera sends no picture',
          text: `${camera.label} was switched off, by a key, a cover or the system. Switch it on again: the picture comes back by itself.`,
        });
    };
    camera.track.addEventListener('mute', onChange);
    camera.track.addEventListener('unmute', onChange);
    onChange();
  }

  private stop(old: Source): void {
    old.stop();
    this.needs.notices.retract('source');
    if (this.current.value === old) this.current.value = null;
  }

  private fail(error: unknown, request: SourceRequest, remembered: boolean): void {
    const fault = faultOf(error);
    if (this.current.value) {
      // What played before goes on.
      this.status.value = 'live';
      this.needs.notices.showError('source', error, this.actionsFor({ fault, request }));
      return;
    }
    this.status.value = 'none';
    this.problem.value = { fault, request };
    if (fault.code !== 'ERR_CAMERA_MISSING') return;
    void this.reopenAfter(request, remembered, async (signal) => {
      // Some systems list a camera that doesn't open. Trying that one again would not help.
      const { list, waitFor } = this.needs.devices;
      await waitFor(undefined, signal, await list());
    });
  }

  private lose(old: Source, reason: unknown, request: SourceRequest, remembered: boolean): void {
    const { page, notices, devices } = this.needs;
    old.stop();
    if (this.current.value !== old) return;
    this.current.value = null;
    if (page.state.value === 'running') page.state.value = 'ready';
    this.status.value = 'lost';
    notices.showError('source', reason, this.actionsFor({ fault: faultOf(reason), request }));
    if (old.kind === 'camera')
      void this.reopenAfter(request, remembered, (signal) => devices.waitFor(old.deviceId, signal));
  }

  /** Opens a camera again once it is plugged in, unless the person opens something else before. */
  private async reopenAfter(
    request: SourceRequest,
    remembered: boolean,
    wait: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    this.cameraReturn.abort();
    this.cameraReturn = new AbortController();
    const { signal } = this.cameraReturn;
    try {
      await wait(signal);
      if (!signal.aborted) await this.open(request, remembered);
    } catch (error) {
      if (!signal.aborted) this.needs.notices.showError('source', error);
    }
  }

  /** What a person can do about a source that doesn't open. */
  actionsFor({ fault, request }: SourceProblem): NoticeAction[] {
    const actions: NoticeAction[] = [
      request.kind === 'video'
        ? { label: 'Choose another video', run: this.chooseVideo }
        : { label: 'Try again', run: () => void this.open(request) },
    ];
    const otherMayWork = fault.code === 'ERR_CAMERA_BUSY' || fault.code === 'ERR_CAMERA_UNSUPPORTED';
    if (otherMayWork && this.cameras.value.length > 1)
      actions.push({ label: 'Choose another camera', run: this.needs.showCameraList });
    if (request.kind !== 'video') actions.push({ label: 'Play a video', run: this.chooseVideo });
    if (request.kind !== 'demo')
      actions.push({ label: 'Use the demo', run: () => void this.open({ kind: 'demo' }) });
    return actions;
  }

  /** Lets the person pick a video file, and plays it. */
  readonly chooseVideo = (): void => {
    this.needs.chooseVideo((from) => void this.open({ kind: 'video', from }));
  };

  readonly setResolution = (resolution: Resolution): void => {
    this.needs.preferences.update({ resolution });
    const { kind, deviceId } = this.current.value ?? {};
    if (kind === 'camera') void this.open({ kind, ...(deviceId !== undefined && { deviceId }) });
  };

  /** Whether a camera is on, or will be as soon as it has opened or was plugged in again. */
  isFilming(): boolean {
    const current = this.current.value;
    if (current?.kind === 'camera') return true;
    const expected = current === null || this.status.value === 'opening';
    return this.newest?.kind === 'camera' && expected;
  }

  /** Turns the source off until the next {@link open}. Returns what was playing. */
  close(): SourceRequest | null {
    const { page, notices, hidePicture } = this.needs;
    const before = this.newest;
    this.newest = null;
    this.cameraReturn.abort();
    this.problem.value = null;
    notices.retract('source');
    if (this.current.value) this.stop(this.current.value);
    this.status.value = 'none';
    if (page.state.value === 'running') page.state.value = 'ready';
    // A person who turns the camera off doesn't want their last picture to stay.
    hidePicture();
    return before;
  }

  private async refreshCameras(): Promise<void> {
    try {
      this.cameras.value = await this.needs.devices.list();
    } catch {
      // Without a list there is no choice of camera, but the one in use goes on.
    }
  }
}

export function createSourceStore(needs: SourceNeeds): SourceStore {
  return new SourceStore(needs);
}

export const [useSource, provideSource] = createStoreSlot<SourceStore>('source');
