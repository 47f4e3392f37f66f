import type { Fault } from '../../../src/common/errors.ts';

/** What can go wrong between a page and the extension. */
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
      'Switch the page’s camera off and on. If that does not help, look whether a policy or another extension forbids WebRTC.',
  },
  patched: {
    code: 'ERR_CAMERA_PATCHED',
    message: 'Something else changes the camera of this page: another extension, or the page itself.',
    wayOut: 'If the picture is not your cartoon, switch the other extension off for this page.',
  },
} as const satisfies Record<string, Fault>;
