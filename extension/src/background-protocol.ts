/** Messages between the extension's service worker, which handles no media, and other parts. */

/**
 * What people see in the call: `starting` is nothing yet, `plain` the camera's own picture, and
 * `still` a picture that does not move.
 */
export type PictureKind = 'starting' | 'cartoon' | 'plain' | 'still';

/** What the calls of a frame, or of a tab, show. */
export interface CallState {
  readonly shown: PictureKind | 'none';
  readonly fault: boolean;
}

/** To the service worker. */
export type ToBackground =
  | { type: 'ensure-offscreen' }
  /** The sender's frame shows something else than before. */
  | { type: 'changed' }
  /** A frame of this tab may be gone. */
  | { type: 'left'; tabId: number };

/** To a frame, which answers with its `CallState`. */
export interface ToFrame {
  type: 'tell';
}

/** Of several calls, what matters most to the person. */
export function worstOf(all: readonly PictureKind[]): PictureKind | 'none' {
  const order: readonly PictureKind[] = ['still', 'plain', 'starting', 'cartoon'];
  return order.find((one) => all.includes(one)) ?? 'none';
}
