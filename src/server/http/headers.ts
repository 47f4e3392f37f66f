/** Cross-origin isolation: shared memory for wasm threads, and exact timers for the statistics. */
export const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/**
 * The policy allows no third party and no inline script. `wasm-unsafe-eval` lets WebAssembly be
 * compiled. Background pictures are decoded from blob: and drawn, like previews and icons, from
 * data:. Inline style attributes move the divider. mediabunny starts two workers of its own from
 * blob: (AAC, and splitting colour from alpha); they inherit this policy, and only our own scripts
 * can create one. In connect-src, 'self' covers this server's WebSocket too.
 *
 * @param origins - media servers to which pages may send a broadcast, or whose streams they may
 *   play.
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
