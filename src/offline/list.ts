/** The files of a build that are kept for when the server is out of reach. */
export interface OfflineList {
  /**
   * Addresses, seen from the page. A file whose name does not depend on its content gets `?v=` and
   * its checksum, so that a new version has a new address.
   */
  readonly files: readonly string[];
}

/**
 * Whether the service worker answers for an address. It does for the studio; OBS, signalling and
 * health need the server.
 * @param path - seen from the page; empty for the page itself.
 */
export function isCached(path: string): boolean {
  return path === '' || /^(?:assets|models|demo)\/|^[\w-]+\.(?:svg|png|webmanifest)$/.test(path);
}

/** What a machine runs on. */
export interface RuntimeProfile {
  readonly ep: 'wasm' | 'webgpu';
  /** Whether its nets compute in half precision. */
  readonly half: boolean;
}

/** What a page asks for when its picture runs: a copy of the files that it runs on. */
export interface KeepRequest {
  /**
   * Service workers of earlier versions, one of which may still be active, know it by this name.
   */
  readonly keep: RuntimeProfile['ep'];
  readonly half: boolean;
}

/**
 * The files that this machine uses: one of the runtime's three builds, and the half-precision nets
 * where they run, together with the full nets that may have to replace them.
 */
export function filesToCache(
  { ep, half }: RuntimeProfile,
  hasJspi: boolean,
  { files }: OfflineList,
): string[] {
  const build = ep === 'wasm' ? '' : hasJspi ? '.jspi' : '.asyncify';
  return files.filter((file) => {
    if (!half && /-half\.onnx(\?|$)/.test(file)) return false;
    const runtime = /\/ort-wasm-simd-threaded(\.[a-z]+)?-[^/]*$/.exec(file);
    return !runtime || (runtime[1] ?? '') === build;
  });
}
