import { PortoonError } from '../../common/errors.ts';

declare global {
  /** The copies of the library in a page, which share no variables of their modules. */
  var portoonCopies: Map<string, string> | undefined;
}

/**
 * Registers this copy of the library, and says in the console where it is not the only one. Both go
 * on.
 * @param address - of a file that is beside this copy.
 */
export function noteCopy(version: string, address: string): void {
  const copies = (globalThis.portoonCopies ??= new Map<string, string>());
  if (copies.has(address)) return;
  copies.set(address, version);
  if (copies.size === 1) return;
  const list = [...copies].map(([at, version]) => `${version} with ${at}`).join(', ');
  const { code, message, wayOut } = new PortoonError(
    'ERR_TWO_COPIES',
    `This page has more than one copy of portoon: ${list}. Each loads nets of its own, and an error of one is not a PortoonError of the other.`,
    'See with npm ls portoon who brings them, and let the bundler keep one (such as resolve.dedupe of Vite).',
  );
  console.warn(`${code}: ${message} ${wayOut}`);
}
