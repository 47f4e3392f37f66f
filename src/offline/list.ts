/** What of a build is kept for when the server is out of reach. */
export interface OfflineList {
  /** Addresses; a file whose name does not change with its content has `?v=` and its checksum, so that a new one is another address. */
  readonly files: readonly string[];
}

/** Whether the service worker answers for an address of the studio; the others (OBS, signalling, health) are the server's alone. */
export function isKept(pathname: string): boolean {
  return pathname === '/' || /^\/(?:assets|models|demo)\/|^\/[\w-]+\.(?:svg|png|webmanifest)$/.test(pathname);
}

/** What a machine runs on. */
export interface RunsOn {
  readonly ep: 'wasm' | 'webgpu';
  /** Whether its nets reckon in half precision. */
  readonly half: boolean;
}

/** The files that a machine runs on: of the runtime's three builds, one; and half-precision nets where it takes them, with those whose place they may have to leave. */
export function listFor({ ep, half }: RunsOn, hasJspi: boolean, { files }: OfflineList): string[] {
  const build = ep === 'wasm' ? '' : hasJspi ? '.jspi' : '.asyncify';
  return files.filter((file) => {
    if (!half && /-half\.onnx(\?|$)/.test(file)) return false;
    const runtime = /\/ort-wasm-simd-threaded(\.[a-z]+)?-[^/]*$/.exec(file);
    return !runtime || (runtime[1] ?? '') === build;
  });
}
