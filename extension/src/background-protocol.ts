/** Messages to the extension's service worker, which handles no media. */

/**
 * What people see in the call: `starting` is nothing yet, `plain` the camera's own picture, and
 * `still` a picture that does not move.
 */
export type PictureKind = 'starting' | 'cartoon' | 'plain' | 'still';

/** To the service worker. */
export type ToBackground =
  { type: 'ensure-offscreen' } | { type: 'badge'; shown: PictureKind | 'none'; fault: boolean };
