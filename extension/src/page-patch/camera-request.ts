/** One request for a camera: asks the extension, and falls back as its owner chose. */
import { LinkError, Receiver } from '../connection/receiver.ts';
import { stillPicture } from '../connection/still.ts';
import {
  HELLO,
  type CameraInfo,
  type FromPatch,
  type ListedCamera,
  type ToPatch,
  type ToReceiver,
} from '../protocol.ts';
import { CallCamera } from './call-camera.ts';
import { readRequestedVideo, type VideoConstraints } from './requested-video.ts';

// Saved before the page's scripts could replace them.
const { MessageChannel: Channel } = self;

/** One channel for all requests, as `document.open` removes the listeners of the window. */
const { port1: requests, port2 } = new Channel();
self.postMessage(HELLO, self.origin === 'null' ? '*' : self.origin, [port2]);

/** A content script that sends nothing for this many milliseconds does not run. */
const ANSWER_TIMEOUT_MS = 5000;

type Answer = { type: 'off' } | { type: 'on'; onFailure: 'still' | 'camera' };

/** A message channel to the content script, for one request. */
interface RequestChannel {
  readonly answer: Promise<Answer>;
  readonly post: (message: FromPatch) => void;
  readonly listen: (take: (message: ToReceiver) => void) => void;
  readonly close: () => void;
}

function openLine(): RequestChannel {
  const { port1, port2 } = new Channel();
  const answer = Promise.withResolvers<Answer>();
  let take: (message: ToReceiver) => void = () => undefined;
  port1.onmessage = ({ data }: MessageEvent<ToPatch>) => {
    if (data.type === 'on' || data.type === 'off') answer.resolve(data);
    else take(data);
  };
  // If the extension was removed nobody answers. The cartoon is then taken to be on, so that the
  // camera is not shown unasked.
  setTimeout(() => {
    answer.resolve({ type: 'on', onFailure: 'still' });
  }, ANSWER_TIMEOUT_MS);
  requests.postMessage(null, [port2]);
  return {
    answer: answer.promise,
    post: (message) => {
      port1.postMessage(message);
    },
    listen: (listener) => {
      take = listener;
    },
    close: () => {
      port1.close();
    },
  };
}

/** Cameras as the browser lists them to this page; without names where it never had one. */
export type KnownDevices = readonly MediaDeviceInfo[];

/**
 * Gives a track with the cartoon.
 * @returns null if the page is to have the camera itself.
 * @throws as `getUserMedia`.
 */
export async function requestCamera(
  video: VideoConstraints,
  devices: KnownDevices,
): Promise<MediaStreamTrack | null> {
  const cameras = devices.filter(({ kind }) => kind === 'videoinput');
  const line = openLine();
  const answer = await line.answer;
  if (answer.type === 'off') {
    line.close();
    return null;
  }
  const receiver = new Receiver(line.post, {
    onEnded: () => {
      call.end();
    },
  });
  const call = new CallCamera({
    camera: () => asListed(receiver.camera ?? UNKNOWN, cameras),
    constrain: (constraints) => receiver.constrain(readRequestedVideo(constraints, cameras)),
    free: () => {
      receiver.close();
      line.close();
    },
  });
  line.listen((message) => {
    receiver.receive(message).catch((error: unknown) => {
      receiver.fail(String(error));
    });
  });
  const requested = readRequestedVideo(video, cameras);
  try {
    return call.adopt(await receiver.open(requested), withoutLegacy(video));
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    line.post({ type: 'failed', reason: 'link' });
    return answer.onFailure === 'camera' ? null : stillCamera(requested.size, receiver.camera);
  }
}

/** The cameras that the page may choose from; null where the site is off. */
export async function requestCameras(): Promise<ListedCamera[] | null> {
  const line = openLine();
  try {
    if ((await line.answer).type === 'off') return null;
    const list = Promise.withResolvers<ListedCamera[] | null>();
    line.listen((message) => {
      if (message.type === 'devices') list.resolve(message.cameras);
      if (message.type === 'ended') list.resolve(null);
    });
    setTimeout(() => {
      list.resolve(null);
    }, ANSWER_TIMEOUT_MS);
    line.post({ type: 'devices' });
    return await list.promise;
  } finally {
    line.post({ type: 'close' });
    line.close();
  }
}

/** Says that something else changes the page's camera as well. */
export function reportPatched(): void {
  openLine().post({ type: 'patched' });
}

const UNKNOWN: CameraInfo = { label: 'Camera', settings: {}, capabilities: {} };

/** Gives a camera the ids that the browser lists it with to this page, where it does. */
function asListed(camera: CameraInfo, devices: KnownDevices): CameraInfo {
  const listed = devices.find(({ label }) => label === camera.label);
  if (!listed) return camera;
  const { deviceId, groupId } = listed;
  return {
    ...camera,
    settings: { ...camera.settings, deviceId, groupId },
    capabilities: { ...camera.capabilities, deviceId, groupId },
  };
}

function stillCamera(size: { width: number; height: number }, camera: CameraInfo | null): MediaStreamTrack {
  const still = stillPicture(size);
  const call = new CallCamera({
    camera: () => camera ?? UNKNOWN,
    constrain: () => Promise.resolve(),
    free: () => {
      still.stop();
    },
  });
  return call.adopt(still.track, {});
}

/** What `getConstraints` gives: the older forms are no part of it. */
function withoutLegacy(video: VideoConstraints): MediaTrackConstraints {
  const constraints = { ...video };
  delete constraints.mandatory;
  delete constraints.optional;
  return constraints;
}
