/** What of a build is kept for when the server is out of reach. */
export interface OfflineList {
  /** Addresses; a file whose name does not change with its content has `?v=` and its checksum, so that a new one is another address. */
  readonly files: readonly string[];
}

/** Whether the service worker answers for an address of the studio; the others (OBS, signalling, health) are the server's alone. */
export function isKept(pathname: string): boolean {
  return pathname === '/' || /^\/(?:assets|models|demo)\/|^\/[\w-]+\.(?:svg|png|webmanifest)$/.test(pathname);
}

/** The files that a machine runs on: of the runtime's three builds, one. */
export function listFor(ep: 'wasm' | 'webgpu', hasJspi: boolean, { files }: OfflineList): string[] {
  const build = ep === 'wasm' ? '' : hasJspi ? '.jspi' : '.asyncify';
  return files.filter((file) => {
    const runtime = /\/ort-wasm-simd-threaded(\.[a-z]+)?-[^/]*$/.exec(file);
    return !runtime || (runtime[1] ?? '') === build;
  });
}
