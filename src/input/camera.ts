import { PortoonError } from '../common/errors.ts';
import { listCameras, mediaDevices, onDevicesChanged, type Device } from '../media/devices.ts';
import type { Source } from './source.ts';

/** What to ask of a camera. Nothing is required: the nearest mode of the camera is taken. */
export interface CameraRequest {
  /**
   * A camera's id from `listCameras` (src/media/devices.ts). When that camera is gone, any other is
   * taken.
   */
  deviceId?: string;
  /** Pixels. Default 1280. A camera that is held upright gives as many the other way round. */
  width?: number;
  /** Pixels. Default 720. */
  height?: number;
  /** Frames per second. Default 30. */
  frameRate?: number;
}

const WIDTH = 1280;
const HEIGHT = 720;
/** Up to this many times the pixels that were asked for it is the same mode in another shape. */
const SAME_MODE = 1.35;

/**
 * Opens a camera. The browser may ask the person first.
 *
 * @throws {PortoonError} `ERR_CAMERA_DENIED`, `ERR_CAMERA_BUSY`, `ERR_CAMERA_MISSING` or
 *   `ERR_CAMERA_UNSUPPORTED`.
 */
export async function openCamera(request: CameraRequest = {}): Promise<Source> {
  const devices = devicesOrThrow();
  const stream = await openStream(devices, request);
  const track = stream.getVideoTracks()[0];
  if (!track) throw cameraMissing();
  await limitSize(track, request);
  const { deviceId } = track.getSettings();
  return {
    kind: 'camera',
    label: track.label || 'Camera',
    track,
    ...(deviceId ? { deviceId } : {}),
    // The browser fires `ended` when the device or the permission goes, and not for our own stop().
    ended: new Promise((resolve) => {
      track.addEventListener('ended', () => {
        resolve(cameraStopped(track.label));
      });
    }),
    stop() {
      track.stop();
    },
  };
}

/**
 * Resolves when a camera is there: the one with `deviceId`, or any. For reopening after
 * `ERR_CAMERA_STOPPED` or `ERR_CAMERA_MISSING`. A camera that is listed but could not be opened
 * counts as `useless` until it, or any other device, comes or goes. Rejects with the signal's
 * reason when aborted.
 */
export async function waitForCamera(
  deviceId?: string,
  signal?: AbortSignal,
  useless: readonly Device[] = [],
): Promise<void> {
  let ignored = useless.map((camera) => camera.deviceId);
  const present = async () => {
    const ids = (await listCameras()).map((camera) => camera.deviceId);
    // A camera that was removed may work when it returns.
    ignored = ignored.filter((id) => ids.includes(id));
    return ids.some((id) => (deviceId === undefined || id === deviceId) && !ignored.includes(id));
  };
  signal?.throwIfAborted();
  if (await present()) return;
  await new Promise<void>((resolve, reject) => {
    const look = () => {
      present().then((there) => {
        if (there) settle(resolve);
      }, reject);
    };
    const onAbort = () => {
      settle(() => {
        reject(signal?.reason as Error);
      });
    };
    const settle = (how: () => void) => {
      stopListening();
      clearInterval(timer);
      signal?.removeEventListener('abort', onAbort);
      how();
    };
    const stopListening = onDevicesChanged(() => {
      ignored = [];
      look();
    });
    // Some systems do not report every device.
    const timer = setInterval(look, 2000);
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) onAbort();
  });
}

function devicesOrThrow(): MediaDevices {
  const devices = mediaDevices();
  if (devices) return devices;
  throw isSecureContext
    ? new PortoonError(
        'ERR_CAMERA_UNSUPPORTED',
        'This browser doesn’t let pages use a camera.',
        'Use a current Chrome, Edge or another Chromium, or play a video file or the demo instead.',
      )
    : new PortoonError(
        'ERR_CAMERA_UNSUPPORTED',
        `Cameras only work over https, and ${location.origin} does not use it.`,
        'Open Portoon at http://localhost on the machine that serves it, or over https.',
      );
}

/** `resizeMode` is not in TypeScript's DOM library. */
interface CameraMode extends MediaTrackConstraints {
  resizeMode?: { ideal: 'none' | 'crop-and-scale' };
}

/**
 * Has a camera whose pictures are larger than requested scale them down, in their own shape. A
 * camera that refuses stays as it is.
 */
async function limitSize(track: MediaStreamTrack, request: CameraRequest): Promise<void> {
  const { width = 0, height = 0, frameRate = 30 } = track.getSettings();
  const wanted = (request.width ?? WIDTH) * (request.height ?? HEIGHT);
  if (width * height <= wanted * SAME_MODE) return;
  const share = Math.sqrt(wanted / (width * height));
  const smaller: CameraMode = {
    width: { ideal: Math.round(width * share) },
    height: { ideal: Math.round(height * share) },
    frameRate: { ideal: frameRate },
    resizeMode: { ideal: 'crop-and-scale' },
  };
  await track.applyConstraints(smaller).catch(() => undefined);
}

async function openStream(devices: MediaDevices, request: CameraRequest): Promise<MediaStream> {
  const mode: CameraMode = {
    width: { ideal: request.width ?? WIDTH },
    height: { ideal: request.height ?? HEIGHT },
    frameRate: { ideal: request.frameRate ?? 30 },
    // The camera's own modes: the browser crops others out of these, without their sides.
    resizeMode: { ideal: 'none' },
  };
  const open = (video: MediaTrackConstraints) =>
    devices.getUserMedia({ video, audio: false }).catch((error: unknown) => {
      // A slow camera can exceed Chromium's time limit at the first try, but not at the second.
      if (nameOf(error) === 'AbortError') return devices.getUserMedia({ video, audio: false });
      throw error;
    });
  const openAny = () => open({ ...mode, facingMode: { ideal: 'user' } });
  try {
    if (!request.deviceId) return await openAny();
    try {
      return await open({ ...mode, deviceId: { exact: request.deviceId } });
    } catch (error) {
      // The remembered camera is not plugged in today.
      if (nameOf(error) === 'OverconstrainedError' || nameOf(error) === 'NotFoundError')
        return await openAny();
      throw error;
    }
  } catch (error) {
    throw explain(error);
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : '';
}

function explain(error: unknown): PortoonError {
  const options = { cause: error };
  switch (nameOf(error)) {
    case 'NotAllowedError':
    case 'SecurityError':
      // Chromium's words when the operating system, not the person, says no.
      return /system/i.test((error as Error).message)
        ? new PortoonError(
            'ERR_CAMERA_DENIED',
            'The operating system does not let this browser use the camera.',
            'Allow the camera for your browser in the system settings under privacy, then try again.',
            options,
          )
        : new PortoonError(
            'ERR_CAMERA_DENIED',
            'The browser was not allowed to use the camera.',
            'Click the camera or settings icon in the address bar, allow the camera for this page, then try again.',
            options,
          );
    case 'NotReadableError':
    case 'AbortError':
      return new PortoonError(
        'ERR_CAMERA_BUSY',
        'The camera sends no picture. Most likely another program is using it.',
        'Close other programs and tabs that use the camera, or plug it in again, then try again.',
        options,
      );
    case 'NotFoundError':
    case 'OverconstrainedError':
      return cameraMissing(options);
    default:
      return new PortoonError(
        'ERR_CAMERA_UNSUPPORTED',
        `The browser could not open the camera (${error instanceof Error ? error.message : String(error)}).`,
        'Try again, or play a video file or the demo instead.',
        options,
      );
  }
}

function cameraMissing(options?: ErrorOptions): PortoonError {
  return new PortoonError(
    'ERR_CAMERA_MISSING',
    'The browser sees no camera on this device.',
    'Plug one in and it will be used, or play a video file or the demo instead.',
    options,
  );
}

function cameraStopped(label: string): PortoonError {
  return new PortoonError(
    'ERR_CAMERA_STOPPED',
    `${label || 'The camera'} stopped: it was unplugged, switched off or taken away from this page.`,
    'Plug it in again or allow it again, or choose another camera.',
  );
}
