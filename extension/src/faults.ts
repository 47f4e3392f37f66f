/** Errors in the form shown to people, with those that only the extension has. */
import type { ErrorCode } from '../../src/common/errors.ts';

export interface ShownFault {
  readonly code: ErrorCode | 'ERR_CAMERA_PATCHED' | 'ERR_EXTENSION_GONE' | 'ERR_EXTENSION_LINK';
  readonly message: string;
  readonly wayOut: string;
}

export const FAULTS = {
  gone: {
    code: 'ERR_EXTENSION_GONE',
    message: 'Portoon was updated or removed while this page was open.',
    wayOut: 'Reload the page.',
  },
  link: {
    code: 'ERR_EXTENSION_LINK',
    message: 'The cartoon did not reach this page.',
    wayOut:
      'Switch the camera off and on. If that does not help, see whether a policy or another extension forbids WebRTC.',
  },
  patched: {
    code: 'ERR_CAMERA_PATCHED',
    message: 'Something else changes the camera of this page: another extension, or the page itself.',
    wayOut: 'If the picture is not your cartoon, switch the other extension off for this page.',
  },
} as const satisfies Record<string, ShownFault>;
