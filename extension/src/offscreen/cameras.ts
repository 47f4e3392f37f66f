/** The machine's cameras, under names that each site has for itself. */
import { PortoonError } from '../../../src/common/errors.ts';
import type { ShownFault } from '../faults.ts';
import type { CameraInfo, RequestedVideo, ListedCamera } from '../protocol.ts';

/** The same camera has another id on each site, so that sites cannot compare theirs. */
async function idFor(origin: string, id: string): Promise<string> {
  const bytes = new TextEncoder().encode(`${origin} ${id}`);
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function ownCameras(): Promise<MediaDeviceInfo[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter(({ kind }) => kind === 'videoinput');
}

export async function listCamerasFor(origin: string): Promise<ListedCamera[]> {
  return Promise.all(
    (await ownCameras()).map(async ({ deviceId, groupId, label }) => ({
      deviceId: await idFor(origin, deviceId),
      groupId: await idFor(origin, groupId),
      label,
    })),
  );
}

/**
 * Finds the camera that a page means.
 * @returns our own id of it; undefined for any.
 * @throws OverconstrainedError if it must be this one, and it is not there.
 */
export async function findCamera(
  origin: string,
  { camera, facing }: RequestedVideo,
): Promise<string | undefined> {
  if (!camera && !facing) return undefined;
  const own = await ownCameras();
  for (const { deviceId, label } of own) {
    const id = await idFor(origin, deviceId);
    if (camera?.oneOf.some((one) => (one.label ? one.label === label : one.deviceId === id))) return deviceId;
  }
  if (camera?.exact) throw new OverconstrainedError('deviceId', 'There is no such camera.');
  return own.find((device) => device instanceof InputDeviceInfo && isFacing(device.getCapabilities(), facing))
    ?.deviceId;
}

function isFacing({ facingMode = [] }: MediaTrackCapabilities, facing: RequestedVideo['facing']): boolean {
  return facing?.oneOf.some((side) => facingMode.includes(side)) === true;
}

/** What a page may know of a camera. */
export async function cameraInfoFor(origin: string, track: MediaStreamTrack): Promise<CameraInfo> {
  const settings = track.getSettings();
  const capabilities = track.getCapabilities();
  const ids = {
    deviceId: await idFor(origin, settings.deviceId ?? ''),
    groupId: await idFor(origin, settings.groupId ?? ''),
  };
  return {
    label: track.label,
    settings: { ...settings, ...ids },
    capabilities: { ...capabilities, ...ids },
  };
}

/** The constraint that a camera cannot meet; undefined where it can meet all. */
export function unmetConstraint(
  track: Pick<MediaStreamTrack, 'getCapabilities'>,
  { limits, facing }: RequestedVideo,
): string | undefined {
  const capabilities = track.getCapabilities();
  if (facing?.exact && !isFacing(capabilities, facing)) return 'facingMode';
  return (['width', 'height', 'frameRate', 'aspectRatio'] as const).find((name) => {
    const { min: least = 0, max: most = Infinity } = capabilities[name] ?? {};
    const { min = 0, max = Infinity } = limits[name] ?? {};
    return min > most || max < least || min > max;
  });
}

export interface CameraRefusal {
  name: string;
  message: string;
  constraint?: string;
  fault: ShownFault | null;
}

const NAMES: Partial<Record<string, string>> = {
  ERR_CAMERA_DENIED: 'NotAllowedError',
  ERR_CAMERA_MISSING: 'NotFoundError',
};

/** What `getUserMedia` throws for the same reason, and what to tell the person. */
export function toCameraError(error: unknown): CameraRefusal {
  if (error instanceof OverconstrainedError)
    return { name: error.name, message: error.message, constraint: error.constraint, fault: null };
  if (!(error instanceof PortoonError)) return { name: 'AbortError', message: String(error), fault: null };
  const { code, message } = error;
  const denied = code === 'ERR_CAMERA_DENIED';
  // The page's own settings would not help.
  const wayOut = denied ? 'Click Portoon on the toolbar, and allow the camera there.' : error.wayOut;
  return { name: NAMES[code] ?? 'NotReadableError', message, fault: { code, message, wayOut } };
}
