/** The cameras, microphones and loudspeakers of this machine, as the browser lists them. */

/** A camera, microphone or loudspeaker. */
export interface Device {
  /** Empty until the person has allowed one of its kind once. */
  readonly deviceId: string;
  /** The device's name, or "Camera 1" and so on until one was allowed. */
  readonly label: string;
}

/** The cameras there are; an empty list when there is none or the page may not ask. */
export function listCameras(): Promise<Device[]> {
  return list('videoinput', 'Camera');
}

/** The microphones that can be chosen; none until the person has allowed one. */
export async function listMicrophones(): Promise<Device[]> {
  return (await list('audioinput', 'Microphone')).filter(({ deviceId }) => deviceId !== '');
}

/** The loudspeakers that can be chosen; none until the person has allowed a microphone. */
export async function listSpeakers(): Promise<Device[]> {
  return (await list('audiooutput', 'Loudspeaker')).filter(({ deviceId }) => deviceId !== '');
}

/**
 * Calls `listener` whenever a device is plugged in or out. Returns a function that ends it.
 */
export function onDevicesChanged(listener: () => void): () => void {
  const devices = mediaDevices();
  devices?.addEventListener('devicechange', listener);
  return () => {
    devices?.removeEventListener('devicechange', listener);
  };
}

/** The browser's own list; undefined where pages have none, as without https. */
export function mediaDevices(): MediaDevices | undefined {
  return (navigator as { mediaDevices?: MediaDevices }).mediaDevices;
}

async function list(kind: MediaDeviceKind, name: string): Promise<Device[]> {
  const all = (await mediaDevices()?.enumerateDevices()) ?? [];
  return all
    .filter((device) => device.kind === kind)
    .map(({ deviceId, label }, index) => ({ deviceId, label: label || `${name} ${index + 1}` }));
}
