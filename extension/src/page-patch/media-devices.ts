/** Sends the page's requests for a camera, and nothing else, through the extension. */
import { requestCamera, requestCameras, reportPatched } from './camera-request.ts';
import { mayUseCamera } from '../frame-policy.ts';
import { asksForScreen, isWanted, plainConstraints } from './requested-video.ts';

type GetUserMedia = (this: MediaDevices, constraints?: MediaStreamConstraints) => Promise<MediaStream>;
interface BrowsersOwn {
  getUserMedia: GetUserMedia;
  enumerateDevices: (this: MediaDevices) => Promise<MediaDeviceInfo[]>;
}

/** As they were when this script ran. */
const own: BrowsersOwn = MediaDevices.prototype;
const { getUserMedia, enumerateDevices } = own;
const isNative = (method: unknown) => Function.prototype.toString.call(method).includes('[native code]');

export function patchMediaDevices(devices: MediaDevices): void {
  let reported = !isNative(getUserMedia) || Object.hasOwn(devices, 'getUserMedia');
  if (reported) reportPatched();
  const ours: GetUserMedia = async function (constraints) {
    if (!reported && devices.getUserMedia !== ours) {
      reported = true;
      reportPatched();
    }
    return giveMedia(devices, constraints);
  };
  replace(MediaDevices.prototype, 'getUserMedia', ours);
  replace(MediaDevices.prototype, 'enumerateDevices', () => listDevices(devices));
  for (const name of ['getUserMedia', 'webkitGetUserMedia']) patchLegacy(name, devices);
  patchPermissions();
}

async function giveMedia(devices: MediaDevices, constraints?: MediaStreamConstraints): Promise<MediaStream> {
  const direct = () => getUserMedia.call(devices, constraints);
  const video = constraints?.video;
  const wanted = plainConstraints(video);
  if (!isWanted(video) || asksForScreen(wanted) || !mayUseCamera()) return direct();

  const picture = enumerateDevices.call(devices).then((listed) => requestCamera(wanted, listed));
  if (!isWanted(constraints?.audio)) {
    const track = await picture;
    return track ? new MediaStream([track]) : direct();
  }
  const [seen, heard] = await Promise.allSettled([
    picture,
    getUserMedia.call(devices, { audio: constraints!.audio! }),
  ]);
  if (seen.status === 'fulfilled' && heard.status === 'fulfilled' && seen.value)
    return new MediaStream([...heard.value.getAudioTracks(), seen.value]);
  // The page asked for picture and sound, so one of them alone is given back.
  if (heard.status === 'fulfilled') for (const track of heard.value.getTracks()) track.stop();
  if (seen.status === 'fulfilled') seen.value?.stop();
  if (seen.status === 'rejected') throw seen.reason as Error;
  if (heard.status === 'rejected') throw heard.reason as Error;
  return direct();
}

/**
 * The browser gives no labels to a page that never had the camera itself; ours are listed instead.
 */
async function listDevices(devices: MediaDevices): Promise<MediaDeviceInfo[]> {
  const known = await enumerateDevices.call(devices);
  const isCamera = ({ kind }: MediaDeviceInfo) => kind === 'videoinput';
  if (known.some((device) => isCamera(device) && device.label !== '')) return known;
  const cameras = await requestCameras();
  if (!cameras) return known;
  const listed = cameras.map((camera): MediaDeviceInfo => {
    const info = { ...camera, kind: 'videoinput' as const };
    return Object.create(InputDeviceInfo.prototype, {
      ...Object.fromEntries(Object.entries(info).map(([name, value]) => [name, { value, enumerable: true }])),
      toJSON: { value: () => info },
      getCapabilities: { value: () => ({ deviceId: info.deviceId, groupId: info.groupId }) },
    }) as MediaDeviceInfo;
  });
  const after = known.findLastIndex(({ kind }) => kind === 'audioinput') + 1;
  const rest = known.filter((device) => !isCamera(device));
  return rest.toSpliced(after, 0, ...listed);
}

/** The forms with callbacks, older than promises. */
function patchLegacy(name: string, devices: MediaDevices): void {
  if (!(name in Navigator.prototype)) return;
  replace(
    Navigator.prototype,
    name,
    (
      constraints: MediaStreamConstraints,
      onStream: (stream: MediaStream) => void,
      onError: (error: unknown) => void,
    ) => {
      giveMedia(devices, constraints).then(onStream, onError);
    },
  );
}

/** Enabling a site also allows its pages the camera: some ask before they offer a call. */
function patchPermissions(): void {
  const permissions: {
    query: (this: Permissions, asked: PermissionDescriptor) => Promise<PermissionStatus>;
  } = Permissions.prototype;
  const { query } = permissions;
  replace(
    Permissions.prototype,
    'query',
    async function (this: Permissions, descriptor: PermissionDescriptor) {
      const status = await query.call(this, descriptor);
      const isCamera = (descriptor as { name: string }).name === 'camera';
      if (isCamera && status.state !== 'granted' && (await requestCameras()))
        Object.defineProperty(status, 'state', { get: () => 'granted', configurable: true });
      return status;
    },
  );
}

function replace(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, configurable: true, enumerable: true, writable: true });
}
