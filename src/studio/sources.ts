import { computed, effect, signal } from '@preact/signals';
import { PortoonError } from '../effect/errors.ts';
import type { Effect } from '../effect/effect.ts';
import type { Fault } from '../effect/protocol.ts';
import { listCameras, onDevicesChanged, openCamera, waitForCamera } from '../input/camera.ts';
import { openDemo } from '../input/demo.ts';
import { openVideo } from '../input/file.ts';
import type { Source } from '../input/source.ts';
import type { Resolution } from './choices.ts';
import { pictureShown, stageCanvas, theEffect } from './engine.ts';
import { asFault, retract, tellFault, type Action } from './notices.ts';
import { announce, choices, choose, pageState, togglePanel } from './state.ts';

export type SourceRequest =
  { kind: 'camera'; deviceId?: string } | { kind: 'demo' } | { kind: 'video'; from: File | string };

/** `lost`: the stage keeps its last picture and waits for the camera to come back. */
export type SourceStatus = 'none' | 'opening' | 'live' | 'lost';

export const source = signal<Source | null>(null);
/** The file that plays, if one does. */
export const playingFile = computed(() => {
  const from = source.value?.kind === 'file' ? played.value : null;
  return from instanceof File ? from : null;
});
/** What the newest video was opened from. */
const played = signal<File | string | null>(null);
export const sourceStatus = signal<SourceStatus>('none');
/** Why there is no picture at all, and what was asked. */
export const sourceProblem = signal<{ fault: Fault; request: SourceRequest } | null>(null);
export const cameras = signal<readonly { deviceId: string; label: string }[]>([]);

const SIZES: Record<Resolution, { width: number; height: number }> = {
  '360p': { width: 640, height: 360 },
  '720p': { width: 1280, height: 720 },
  '1080p': { width: 1920, height: 1080 },
};

/** What is being opened, for the words while one waits. */
export const openingKind = signal<SourceRequest['kind'] | null>(null);

/** The newest request; answers to older ones are thrown away. */
let newest: SourceRequest | null = null;
let waiting = new AbortController();

function openSource(request: SourceRequest): Promise<Source> {
  switch (request.kind) {
    case 'demo':
      return openDemo();
    case 'video':
      return openVideo(request.from);
    case 'camera': {
      const deviceId = request.deviceId ?? choices.value.deviceId;
      const size = SIZES[choices.value.resolution];
      return openCamera(deviceId === null ? size : { ...size, deviceId });
    }
  }
}

/**
 * Takes frames from somewhere else, and remembers that for the next visit unless it was the address that asked.
 * Never rejects: what goes wrong is shown.
 */
export async function open(request: SourceRequest, remembered = true): Promise<void> {
  newest = request;
  waiting.abort();
  sourceProblem.value = null;
  retract('source');
  const before = source.value;
  // Many phones cannot open two cameras at once. The stage keeps its last picture meanwhile.
  if (before?.kind === 'camera' && request.kind === 'camera') letGo(before);
  sourceStatus.value = 'opening';
  openingKind.value = request.kind;
  try {
    const next = await openSource(request);
    if (newest !== request) {
      next.stop();
      return;
    }
    if (source.value) letGo(source.value);
    if (request.kind === 'video') played.value = request.from;
    source.value = next;
    sourceStatus.value = 'live';
    if (remembered) {
      choose({ welcomed: true });
      if (next.kind !== 'file') choose({ lastInput: next.kind });
      if (next.deviceId !== undefined) choose({ deviceId: next.deviceId });
    }
    announce(next.kind === 'demo' ? 'Demo playing' : `${next.label} on`);
    watch(next, request, remembered);
    await refreshCameras();
  } catch (error) {
    const why = await explained(error, request);
    if (newest === request) refuse(why, request, remembered);
  }
}

/** A player says only that it cannot play a file; the file itself tells what it is. */
async function explained(error: unknown, request: SourceRequest): Promise<unknown> {
  const file = request.kind === 'video' && request.from instanceof File ? request.from : null;
  if (!file || asFault(error).code !== 'ERR_VIDEO_UNREADABLE') return error;
  try {
    const { FilmReader } = await import('../record/film-reader.ts');
    (await FilmReader.open(file, file.name)).close();
  } catch (reason) {
    if (reason instanceof PortoonError) return reason;
  }
  return error;
}

function letGo(old: Source): void {
  old.stop();
  if (source.value === old) source.value = null;
}

function refuse(error: unknown, request: SourceRequest, remembered: boolean): void {
  const fault = asFault(error);
  if (source.value) {
    // What played before goes on.
    sourceStatus.value = 'live';
    tellFault('source', error, sourceActions(fault, request));
  } else {
    sourceStatus.value = 'none';
    sourceProblem.value = { fault, request };
    // Some systems list a camera that does not open; asking for it again and again would not help.
    if (fault.code === 'ERR_CAMERA_MISSING')
      void comeBack(request, remembered, async (signal) => {
        await waitForCamera(undefined, signal, await listCameras());
      });
  }
}

/** What a person can do about a source that does not come. */
export function sourceActions(fault: Fault, request: SourceRequest): Action[] {
  const again = { label: 'Try again', run: () => void open(request) };
  const demo = { label: 'Use the demo', run: () => void open({ kind: 'demo' }) };
  const actions: Action[] = [];
  if (request.kind === 'video') actions.push({ label: 'Choose another video', run: chooseVideo });
  else actions.push(again);
  const another = fault.code === 'ERR_CAMERA_BUSY' || fault.code === 'ERR_CAMERA_UNSUPPORTED';
  if (another && cameras.value.length > 1) actions.push({ label: 'Choose another camera', run: showCameras });
  if (request.kind !== 'demo') actions.push(demo);
  return actions;
}

function showCameras(): void {
  togglePanel(true);
  requestAnimationFrame(() => document.getElementById('camera')?.focus());
}

function watch(current: Source, request: SourceRequest, remembered: boolean): void {
  current.ended.then(
    (reason) => {
      current.stop();
      if (source.value !== current) return;
      source.value = null;
      if (pageState.value === 'running') pageState.value = 'ready';
      sourceStatus.value = 'lost';
      tellFault('source', reason, sourceActions(asFault(reason), request));
      if (current.kind === 'camera')
        void comeBack(request, remembered, (signal) => waitForCamera(current.deviceId, signal));
    },
    (error: unknown) => {
      tellFault('source', error);
    },
  );
}

/** Opens a camera that was unplugged or missing as soon as it is there, unless the person went elsewhere. */
async function comeBack(
  request: SourceRequest,
  remembered: boolean,
  wait: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  waiting.abort();
  waiting = new AbortController();
  const { signal } = waiting;
  try {
    await wait(signal);
    if (!signal.aborted) await open(request, remembered);
  } catch (error) {
    if (!signal.aborted) tellFault('source', error);
  }
}

async function refreshCameras(): Promise<void> {
  try {
    cameras.value = await listCameras();
  } catch {
    // Without a list there is no choice of camera; the one that runs goes on.
  }
}

/** Lets a person pick a video file. */
export function chooseVideo(): void {
  chooseFile('video/*', (file) => void open({ kind: 'video', from: file }));
}

export function chooseFile(accept: string, then: (file: File) => void): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = accept;
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (file) then(file);
  });
  input.click();
}

export function setResolution(resolution: Resolution): void {
  choose({ resolution });
  const camera = source.value?.kind === 'camera' ? source.value : null;
  if (camera)
    void open({ kind: 'camera', ...(camera.deviceId === undefined ? {} : { deviceId: camera.deviceId }) });
}

/** Cameras that look away from the person are never mirrored. */
const looksAway = computed(() => source.value?.track.getSettings().facingMode === 'environment');

export const mirrored = computed(() => {
  const { mirrorCamera, mirrorOther } = choices.value;
  const isCamera =
    source.value === null ? choices.value.lastInput === 'camera' : source.value.kind === 'camera';
  return isCamera && !looksAway.value ? mirrorCamera : mirrorOther;
});

export function toggleMirror(): void {
  const next = !mirrored.value;
  choose(
    source.value?.kind === 'camera' && !looksAway.value ? { mirrorCamera: next } : { mirrorOther: next },
  );
  announce(next ? 'Mirrored' : 'Not mirrored');
}

/** Whether the machine has something better to do than the live picture, which then stands still unless somebody else sees it. */
export const resting = signal(false);

/** Whether somebody else is to see the composite: then there is a track of it, {@link outgoing}. */
export const sending = signal(false);
/** The same of an audience. */
export const broadcasting = signal(false);
/** What pages that watch want: the composite, and the person alone. */
export const watching = signal({ opaque: false, stacked: false });
/** Whether there are such pages, whatever they want at the moment. */
export const watched = signal(false);
/** Whether hanging up leaves somebody who looks on. */
export const hasAudience = computed(() => broadcasting.value || watched.value);
/** The person alone as a track (`stacked-1`), while it is wanted. */
export const outgoingStacked = signal<MediaStreamTrack | null>(null);
/** Whether this browser can make such a track. */
export const stackable = signal('MediaStreamTrackGenerator' in self);
/** The composite as a track, while it is sent and there is a source. Another one whenever the source is another. */
export const outgoing = signal<MediaStreamTrack | null>(null);

const stackedWanted = computed(() => watching.value.stacked);
const sendWanted = computed(() => sending.value || broadcasting.value || watching.value.opaque);
/** What the effect is to be fed with. */
const wanted = computed(() =>
  resting.value && !sendWanted.value && !stackedWanted.value ? null : source.value,
);

let feeds = 0;

async function feed(to: Effect, track: MediaStreamTrack | null, send: boolean): Promise<void> {
  const mine = ++feeds;
  try {
    if (!send || !track) {
      await to.feed(track);
      if (mine === feeds) outgoing.value = null;
      return;
    }
    const processed = await to.process(track);
    if (mine === feeds) outgoing.value = processed;
  } catch (error) {
    if (theEffect.value === to && mine === feeds) {
      const fault = asFault(error);
      tellFault('feed', new PortoonError(fault.code, fault.message, fault.wayOut, { cause: error }));
    }
  }
}

function forgetOutgoing(): void {
  feeds++;
  outgoing.value = null;
}

async function stack(from: Effect, canvas: HTMLCanvasElement | null): Promise<void> {
  try {
    const track = await from.stacked();
    const { stacked } = watching.peek();
    if (theEffect.peek() === from && stageCanvas.peek() === canvas && stacked) outgoingStacked.value = track;
  } catch (error) {
    // A worker that died is replaced, and the next one is asked. What the browser lacks, it goes on lacking: then the composite is sent.
    if (error instanceof PortoonError && error.code !== 'ERR_WORKER_DIED') stackable.value = false;
  }
}

/** Whether a camera films, or will as soon as it has opened or come back. */
export function filming(): boolean {
  const { value: current } = source;
  if (current?.kind === 'camera') return true;
  return newest?.kind === 'camera' && (current === null || sourceStatus.value === 'opening');
}

/** Lets go of the source and waits for none: nothing is filmed until {@link open}. Returns what was playing. */
export function closeSource(): SourceRequest | null {
  const before = newest;
  newest = null;
  waiting.abort();
  sourceProblem.value = null;
  retract('source');
  if (source.value) letGo(source.value);
  sourceStatus.value = 'none';
  if (pageState.value === 'running') pageState.value = 'ready';
  // Who wants to be seen no more does not want their last picture left standing.
  pictureShown.value = false;
  return before;
}

/** Whenever there are frames and an effect, they meet. */
export function startSources(): void {
  let fed = false;
  effect(() => {
    const to = theEffect.value;
    // Only what changes these begins anew: a source that is fed again is interrupted, and the matte has no past.
    const send = sendWanted.value;
    const from = wanted.value;
    // A worker that was replaced has another canvas, and writes to no track of the one before.
    const drawn = !send || stageCanvas.value !== null;
    // What the last effect drew ended with it.
    if (!to) forgetOutgoing();
    if (to && drawn && (from || fed)) void feed(to, from?.track ?? null, send);
    fed = from !== null;
  });
  effect(() => {
    const { value: from } = theEffect;
    const { value: canvas } = stageCanvas;
    outgoingStacked.peek()?.stop();
    outgoingStacked.value = null;
    if (stackedWanted.value && from) void stack(from, canvas);
  });
  onDevicesChanged(() => void refreshCameras());
  watchPermission().catch(() => undefined);
}

/** Whether the browser would open the camera without asking. */
export async function cameraGranted(): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: 'camera' })).state === 'granted';
  } catch {
    return false;
  }
}

/** A person who lifts the block need not come back and press a button. */
async function watchPermission(): Promise<void> {
  const permission = await navigator.permissions.query({ name: 'camera' });
  permission.addEventListener('change', () => {
    const blocked = sourceProblem.value?.fault.code === 'ERR_CAMERA_DENIED';
    if (permission.state === 'granted' && blocked) void open({ kind: 'camera' });
  });
}
