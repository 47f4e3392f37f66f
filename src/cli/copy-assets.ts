import { cp, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UsageError } from './options.ts';

const assets = resolve(import.meta.dirname, '../../dist-lib/assets');

/**
 * `portoon copy-assets DIR`: copies what the library loads as it runs, for the option `assets`.
 * @throws UsageError if no folder is named, or the library is not built.
 */
export async function copyAssets(args: readonly string[]): Promise<void> {
  const [to, ...more] = args;
  if (to === undefined || to.startsWith('-') || more.length > 0)
    throw new UsageError('copy-assets takes one folder, such as public/portoon.');
  const built = await stat(join(assets, 'effect.worker.js')).catch(() => undefined);
  if (!built) throw new UsageError('The library is not built yet: npm run build:library builds it.');
  await cp(assets, to, { recursive: true });
  process.stdout.write(
    `Copied to ${to}. Serve it, and name its address: createEffect({ assets: '/portoon/' })\n`,
  );
}
