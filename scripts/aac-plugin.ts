import { join } from 'node:path';
import type { Plugin } from 'vite';

/**
 * Builds the AAC encoder without mediabunny, which it takes from the worker that loads it: so it is
 * the same file for all workers.
 */
export function lendMediabunny(): Plugin {
  const lent = join(import.meta.dirname, '../src/record/file/lent-mediabunny.ts');
  return {
    name: 'portoon-lent-mediabunny',
    enforce: 'pre',
    resolveId(source, importer) {
      return source === 'mediabunny' && importer?.includes('/@mediabunny/aac-encoder/') ? lent : null;
    },
  };
}
