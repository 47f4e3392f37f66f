import { signal } from '@preact/signals';
import { PortoonError, type ErrorCode } from '../effect/errors.ts';
import type { Fault } from '../effect/protocol.ts';
import { interfaceHidden } from './state.ts';

export interface Action {
  label: string;
  run: () => void;
}

export interface Notice {
  id: number;
  /** A notice replaces the standing one of the same topic. */
  topic: string;
  tone: 'info' | 'problem';
  title: string;
  /** One paragraph a line. */
  text: string;
  code?: ErrorCode | undefined;
  actions: Action[];
}

/** How long something that is merely good to know stays. Problems stay until dismissed. */
const INFO_MS = 6000;

export const notices = signal<readonly Notice[]>([]);
let lastId = 0;

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

/** Takes back whatever was said about a topic: it no longer holds. */
export function retract(topic: string): void {
  notices.value = notices.value.filter((notice) => notice.topic !== topic);
}

/** Shows a notice, in place of an older one on the same topic. */
export function tell(notice: Omit<Notice, 'id' | 'actions'> & { actions?: Action[] }): void {
  // One thing told by two: the one that offers something to do is kept.
  const twins = notices.value.filter(({ title, text }) => title === notice.title && text === notice.text);
  if (!notice.actions?.length && twins.some(({ actions }) => actions.length > 0)) return;
  for (const twin of twins) dismiss(twin.id);
  const id = ++lastId;
  retract(notice.topic);
  notices.value = [...notices.value, { actions: [], ...notice, id }];
  if (notice.tone === 'info') {
    setTimeout(() => {
      dismiss(id);
    }, INFO_MS);
  }
}

/** Leaves the picture alone on the page, and says how to come back. */
export function hideInterface(): void {
  interfaceHidden.value = true;
  tell({
    topic: 'hidden',
    tone: 'info',
    title: 'Controls hidden',
    text: 'Press H or touch the picture to bring them back.',
  });
}

export function showInterface(): void {
  interfaceHidden.value = false;
  retract('hidden');
}

/** Any thrown thing as something a person can read. */
export function asFault(error: unknown): Fault {
  if (error instanceof PortoonError)
    return { code: error.code, message: error.message, wayOut: error.wayOut };
  const detail = error instanceof Error ? error.message : String(error);
  return {
    code: 'ERR_RUNTIME',
    message: `Something went wrong: ${detail.replace(/\.$/, '')}.`,
    wayOut: 'Try again; if it comes back, reload the page.',
  };
}

const TITLES: Record<ErrorCode, string> = {
  ERR_CAMERA_DENIED: 'The camera is blocked',
  ERR_CAMERA_BUSY: 'The camera is busy',
  ERR_CAMERA_MISSING: 'No camera found',
  ERR_CAMERA_STOPPED: 'The camera stopped',
  ERR_CAMERA_UNSUPPORTED: 'This camera does not fit',
  ERR_VIDEO_UNREADABLE: 'This video cannot be read',
  ERR_IMAGE_UNREADABLE: 'This picture cannot be read',
  ERR_PARAMETER: 'The address asks for something unknown',
  ERR_MANIFEST: 'The list of styles did not load',
  ERR_MODEL_MISSING: 'A file did not load',
  ERR_MODEL_INTEGRITY: 'A file arrived damaged',
  ERR_MODEL_INVALID: 'A style cannot be used',
  ERR_PARTS_MISSING: 'That part cannot be told apart',
  ERR_RUNTIME: 'The effect stumbled',
  ERR_WEBGL_LOST: 'The graphics card let go',
  ERR_HALF_PRECISION: 'Half precision is not used',
  ERR_WEBGPU: 'The graphics card computes no more',
  ERR_WEBGL_MISSING: 'No graphics here',
  ERR_WORKER_DIED: 'The effect stopped',
  ERR_UNSUPPORTED_BROWSER: 'This browser cannot run Portoon',
  ERR_MICROPHONE_DENIED: 'The microphone is blocked',
  ERR_MICROPHONE_BUSY: 'The microphone is busy',
  ERR_MICROPHONE_MISSING: 'No microphone found',
  ERR_ROOM_FULL: 'The call is full',
  ERR_ROOM_LOCKED: 'The call is locked',
  ERR_REMOVED: 'You were taken out of the call',
  ERR_CALL_ELSEWHERE: 'The call is in another tab',
  ERR_RELAY_REFUSED: 'The relay refused us',
  ERR_SIGNALLING: 'The call cannot be reached',
  ERR_MESSAGE: 'The server did not understand',
  ERR_NOT_JOINED: 'You are not in this call',
  ERR_ALREADY_JOINED: 'You are in this call already',
  ERR_NOT_HOST: 'Only the host may do that',
  ERR_PEER_GONE: 'They have left',
  ERR_TOO_MANY: 'Too much at once',
  ERR_MEDIA_SERVER_ADDRESS: 'No stream at this address',
  ERR_MEDIA_SERVER_BLOCKED: 'This media server is not allowed here',
  ERR_MEDIA_SERVER_BUSY: 'The media server is busy',
  ERR_MEDIA_SERVER_PATH: 'The picture finds no way',
  ERR_MEDIA_SERVER_REFUSED: 'The media server refuses',
  ERR_MEDIA_SERVER_TOKEN: 'The token was refused',
  ERR_MEDIA_SERVER_UNREACHABLE: 'The media server is not reached',
  ERR_DISK_FULL: 'No room left',
  ERR_FILE_WRITE: 'The file could not be written',
  ERR_RECORDING: 'The recording stopped',
};

export function titleOf(code: ErrorCode): string {
  return TITLES[code];
}

/** Shows an error as a notice, with its way out. */
export function tellFault(topic: string, error: unknown, actions: Action[] = []): void {
  const { code, message, wayOut } = asFault(error);
  tell({ topic, tone: 'problem', title: titleOf(code), text: `${message} ${wayOut}`, code, actions });
}
