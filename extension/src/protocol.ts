/** What the parts of the extension say to each other. All of it is plain data. */
import type { ShownFault } from './faults.ts';
import type { PictureKind } from './background-protocol.ts';
import type { SiteChoice } from './sites.ts';

/** The message with which the patch hands one end of a channel to the content script, once. */
export const HELLO = 'portoon: camera';
/** The name of the ports that lead to the offscreen document. */
export const CAMERA_PORT = 'camera';

/** A picture's size in pixels, and its rate in frames a second. */
export interface VideoSize {
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
}

/** What a page asks of a camera. */
export interface RequestedVideo {
  /** For which size and rate the camera is opened. */
  readonly size: VideoSize;
  /** What the page asked for, which the browser compares with what the camera can do. */
  readonly constraints: MediaTrackConstraints;
  /** Cameras that the browser itself has named to this page: their ids may be in the request. */
  readonly known: readonly ListedCamera[];
}

/** What a page may know of the camera that it was given. */
export interface CameraInfo {
  readonly label: string;
  readonly settings: MediaTrackSettings;
  readonly capabilities: MediaTrackCapabilities;
}

/** A camera as `enumerateDevices` lists it, with ids that are made for one site. */
export interface ListedCamera {
  readonly deviceId: string;
  readonly groupId: string;
  readonly label: string;
}

/** From the receiver of a picture (a patched page, the popup) to the offscreen document. */
export type FromReceiver =
  | { type: 'open'; requested: RequestedVideo }
  | { type: 'answer'; sdp: string }
  | { type: 'candidate'; candidate: RTCIceCandidateInit }
  | { type: 'constrain'; id: number; requested: RequestedVideo }
  | { type: 'devices' }
  /** Tries the cartoon again, after it has failed. */
  | { type: 'retry' }
  | { type: 'close' };

/** The content script and the popup add what was chosen for the site; a page cannot. */
export type ToOffscreen = FromReceiver | { type: 'site'; site: SiteChoice };

/** From the offscreen document to the receiver. */
export type ToReceiver =
  | { type: 'camera'; camera: CameraInfo }
  | { type: 'offer'; sdp: string }
  | { type: 'candidate'; candidate: RTCIceCandidateInit }
  | { type: 'constrained'; id: number; camera?: CameraInfo; refused?: string }
  /** The camera cannot be opened; `name` and `constraint` are those of the page's exception. */
  | { type: 'refused'; name: string; message: string; constraint?: string; fault: ShownFault | null }
  | { type: 'ended' }
  | { type: 'devices'; cameras: ListedCamera[] }
  | { type: 'shown'; shown: PictureKind; fault: ShownFault | null; styles: readonly StyleName[] };

/** From the content script to the patch, before anything else. */
export type ToPatch = ToReceiver | { type: 'off' } | { type: 'on'; onFailure: SiteChoice['onFailure'] };

/** From the patch to the content script. */
export type FromPatch = FromReceiver | { type: 'failed'; reason: 'silent' | 'link' } | { type: 'patched' };

export interface StyleName {
  readonly id: string;
  readonly title: string;
}

/** Whether a page's message may go on to the offscreen document. */
export const isFromReceiver = (message: FromPatch): message is FromReceiver =>
  ['open', 'answer', 'candidate', 'constrain', 'devices', 'close'].includes(message.type);
