import type { FileAddresses } from '../protocol.ts';
import { filesVersion, ownFiles } from './own-files.ts';
import { wrongOption } from './wrong-option.ts';

/**
 * Where the package's files are: the address of a folder with all of them, relative to the page if
 * it is no whole one, or a function that gives the address of each, such as
 * `runtime/ort-wasm-simd-threaded.wasm`.
 */
export type AssetsOption = string | URL | ((name: string) => string | URL);

const TAKES = 'the address of a folder, as a string or URL, or a function that gives the address of a file';
const isNet = (name: string) => name.endsWith('.onnx');

/**
 * Reads the option `assets`.
 * @param assets - by default each file is beside the module.
 * @returns absolute addresses. Nets of a folder are left out: they are beside their list.
 * @throws PortoonError `ERR_PARAMETER` if it is none of what it takes, or its function gives no
 * address.
 */
function resolveAssets(assets?: AssetsOption): FileAddresses {
  const names = Object.keys(ownFiles);
  const list = (names: readonly string[], address: (name: string) => string): FileAddresses =>
    Object.fromEntries(names.map((name) => [name, address(name)]));
  if (assets === undefined) return list(names, (name) => new URL(ownFiles[name]!(), document.baseURI).href);
  if (typeof assets === 'function')
    return list(names, (name) => absolute(assets(name), `what assets(${JSON.stringify(name)}) gives`));
  const folder = absolute(assets, 'assets').replace(/\/?$/, '/');
  return list(
    names.filter((name) => !isNet(name)),
    (name) => new URL(filesVersion ? `${name}?v=${filesVersion}` : name, folder).href,
  );
}

function absolute(address: unknown, what: string): string {
  const given = typeof address === 'string' || address instanceof URL ? String(address) : '';
  if (given === '' || !URL.canParse(given, document.baseURI)) throw wrongOption(what, address, TAKES);
  return new URL(given, document.baseURI).href;
}

/** The worker's options for the files that `createEffect` was given. */
export function filesOf({ assets, manifestUrl }: { assets?: AssetsOption; manifestUrl?: string }): {
  manifestUrl: string;
  files: FileAddresses;
} {
  const files = resolveAssets(assets);
  if (manifestUrl === undefined) return { manifestUrl: files['models/manifest.json']!, files };
  // The nets of another list are beside it.
  const others = Object.entries(files).filter(([name]) => !isNet(name));
  return { manifestUrl: new URL(manifestUrl, document.baseURI).href, files: Object.fromEntries(others) };
}
