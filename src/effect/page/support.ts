import type { Fault } from '../../common/errors.ts';

/** Whether the effect can run here, and if not, why. */
export type Support = { readonly supported: true } | { readonly supported: false; readonly fault: Fault };

/**
 * Whether the effect can run in this browser and page. It starts nothing, and may be called on a
 * server.
 *
 * @example
 * ```ts
 * const support = isSupported();
 * if (!support.supported) console.info(support.fault.message, support.fault.wayOut);
 * ```
 */
export function isSupported(): Support {
  const fault = whyUnsupported() ?? whyNoPicture();
  return fault ? { supported: false, fault } : { supported: true };
}

/** What a page lacks for a camera's picture, or null. An effect on a video may do without it. */
function whyNoPicture(): Fault | null {
  if (!isSecureContext)
    return unsupported(
      'This page is neither served over https nor from localhost, so it gets no camera.',
      'Open it at localhost or over https.',
    );
  if (!hasWebGl())
    return {
      code: 'ERR_WEBGL_MISSING',
      message: 'This browser has no WebGL 2.',
      wayOut: 'Switch on hardware acceleration in the browser, or use a current one.',
    };
  return null;
}

/** What the effect lacks, as far as the page can find out at no cost, or null. */
export function whyUnsupported(): Fault | null {
  if (typeof window === 'undefined' || typeof document === 'undefined')
    return unsupported(
      'The effect was asked for where there is no page, such as on a server.',
      'Call it in the browser only: in an effect hook, after mounting, or on a click.',
    );
  const scope: object = globalThis;
  const browser = 'Use a current Chrome, Edge or another Chromium.';
  if (!('OffscreenCanvas' in scope) || !('VideoFrame' in scope))
    return unsupported('This browser cannot hand single video frames to a page.', browser);
  if (!('Worker' in scope) || !('WebAssembly' in scope))
    return unsupported('This browser has no workers or no WebAssembly.', browser);
  return null;
}

function unsupported(message: string, wayOut: string): Fault {
  return { code: 'ERR_UNSUPPORTED_BROWSER', message, wayOut };
}

function hasWebGl(): boolean {
  const context = new OffscreenCanvas(1, 1).getContext('webgl2');
  // A browser has few contexts at a time.
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return context !== null;
}
