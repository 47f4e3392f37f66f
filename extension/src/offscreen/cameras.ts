/** The machine's cameras, under names that each site has for itself. */
import { PortoonError } from '../../../src/common/errors.ts';
import type { ShownFault } from '../faults.ts';
import type { CameraInfo, ListedCamera } from '../protocol.ts';

/** The same camera has another id on each site, so that sites cannot compare theirs. */
async function idFor(origin: string, id: string): Promise<string> {
  const bytes = new TextEncoder().encode(`${origin} ${id}`);
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Under their real ids. */
export async function ownCameras(): Promise<MediaDeviceInfo[]> {
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

/** What a page may know of a camera. */
export async function cameraInfoFor(
  origin: string,
  track: MediaStreamTrack,
  settings: MediaTrackSettings,
): Promise<CameraInfo> {
  const ids = {
    deviceId: await idFor(origin, settings.deviceId ?? ''),
    groupId: await idFor(origin, settings.groupId ?? ''),
  };
  return {
    label: track.label,
    settings: { ...settings, ...ids },
    capabilities: { ...track.getCapabilities(), ...ids },
  };
}

export interface CameraRefusal {
  name: string;
  message: string;
  constraint?: string;
  fault: ShownFault | null;
}

const EXCEPTIONS: Partial<Record<string, string>> = {
  ERR_CAMERA_DENIED: 'NotAllowedError',
  ERR_CAMERA_MISSING: 'NotFoundError',
};

/** Where the studio's way out would not help. */
const WAYS_OUT: Partial<Record<string, string>> = {
  ERR_CAMERA_DENIED: 'Click Portoon on the toolbar, and allow the camera there.',
  ERR_CAMERA_MISSING: 'Plug one in, then switch the camera of the call on again.',
};

/** What `getUserMedia` throws for the same reason, and what to tell the person. */
export function toCameraError(error: unknown): CameraRefusal {
  if (error instanceof OverconstrainedError)
    return { name: error.name, message: error.message, constraint: error.constraint, fault: null };
  if (!(error instanceof PortoonError)) return { name: 'AbortError', message: String(error), fault: null };
  const { code, message } = error;
  const wayOut = WAYS_OUT[code] ?? error.wayOut;
  return { name: EXCEPTIONS[code] ?? 'NotReadableError', message, fault: { code, message, wayOut } };
}
