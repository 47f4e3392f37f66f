/** All error codes. docs/errors.md lists each with its way out. */
export type ErrorCode =
  | 'ERR_CAMERA_DENIED'
  | 'ERR_CAMERA_BUSY'
  | 'ERR_CAMERA_MISSING'
  | 'ERR_CAMERA_STOPPED'
  | 'ERR_CAMERA_UNSUPPORTED'
  | 'ERR_VIDEO_UNREADABLE'
  | 'ERR_IMAGE_UNREADABLE'
  | 'ERR_PARAMETER'
  | 'ERR_MANIFEST'
  | 'ERR_ASSETS'
  | 'ERR_MODEL_MISSING'
  | 'ERR_MODEL_INTEGRITY'
  | 'ERR_MODEL_INVALID'
  | 'ERR_PARTS_MISSING'
  | 'ERR_RUNTIME'
  | 'ERR_HALF_PRECISION'
  | 'ERR_WEBGPU'
  | 'ERR_WEBGL_LOST'
  | 'ERR_WEBGL_MISSING'
  | 'ERR_WORKER_DIED'
  | 'ERR_TWO_COPIES'
  | 'ERR_UNSUPPORTED_BROWSER'
  | 'ERR_MICROPHONE_DENIED'
  | 'ERR_MICROPHONE_BUSY'
  | 'ERR_MICROPHONE_MISSING'
  | 'ERR_ROOM_FULL'
  | 'ERR_ROOM_LOCKED'
  | 'ERR_REMOVED'
  | 'ERR_CALL_ELSEWHERE'
  | 'ERR_SIGNALLING'
  | 'ERR_RELAY_REFUSED'
  | 'ERR_MESSAGE'
  | 'ERR_NOT_JOINED'
  | 'ERR_ALREADY_JOINED'
  | 'ERR_NOT_HOST'
  | 'ERR_PEER_GONE'
  | 'ERR_TOO_MANY'
  | 'ERR_MEDIA_SERVER_ADDRESS'
  | 'ERR_MEDIA_SERVER_BLOCKED'
  | 'ERR_MEDIA_SERVER_BUSY'
  | 'ERR_MEDIA_SERVER_PATH'
  | 'ERR_MEDIA_SERVER_REFUSED'
  | 'ERR_MEDIA_SERVER_TOKEN'
  | 'ERR_MEDIA_SERVER_UNREACHABLE'
  | 'ERR_DISK_FULL'
  | 'ERR_FILE_WRITE'
  | 'ERR_INTERRUPTED'
  | 'ERR_RECORDING';

/**
 * An error with a code for programs, a sentence for people (`message`) and a sentence that says
 * what to do about it (`wayOut`).
 */
export class PortoonError extends Error {
  override readonly name = 'PortoonError';
  readonly code: ErrorCode;
  readonly wayOut: string;

  constructor(code: ErrorCode, message: string, wayOut: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.wayOut = wayOut;
  }
}

/** What is left of an error when it has crossed a worker boundary: plain data, without a stack. */
export interface Fault {
  code: ErrorCode;
  message: string;
  wayOut: string;
}

/**
 * Reduces anything that was thrown to what a program and a person need of it.
 * @param wayOut - for an error that has none of its own. It gets the code `ERR_RUNTIME`.
 */
export function faultOf(error: unknown, wayOut = 'Try again. If it happens again, reload the page.'): Fault {
  if (error instanceof PortoonError)
    return { code: error.code, message: error.message, wayOut: error.wayOut };
  const detail = error instanceof Error ? error.message : String(error);
  return {
    code: 'ERR_RUNTIME',
    message: `Something went wrong: ${detail.replace(/\.$/, '')}.`,
    wayOut,
  };
}

/** The opposite of {@link faultOf}. */
export function errorOf({ code, message, wayOut }: Fault, cause?: unknown): PortoonError {
  return new PortoonError(code, message, wayOut, { cause });
}
