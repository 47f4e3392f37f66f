/** Cross-origin isolation: shared memory for wasm threads, and exact timers for the read-out. */
export const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/**
 * No third party, no inline script. `wasm-unsafe-eval` is what compiling WebAssembly takes; blob: is fetched to decode
 * the background that a person picks, and drawn with data: as previews and icons; inline style attributes are how the
 * divider moves. mediabunny starts two workers of its own from blob: (AAC, and the split of colour and alpha); they inherit this
 * policy, and only our own scripts can make one. In connect-src 'self' covers this server's own WebSocket, ws: and wss:.
 *
 * @param origins - of the media servers that pages may send a broadcast to, or play one from.
 */
export function contentSecurityPolicy(origins: readonly string[] = []): string {
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self' blob:",
    ["connect-src 'self' blob:", ...origins].join(' '),
    "img-src 'self' blob: data:",
    "media-src 'self' blob:",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join('; ');
}
