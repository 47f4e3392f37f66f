import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const brotli = promisify(brotliCompress);
const deflate = promisify(gzip);

const WORTH_IT = new Set(['.js', '.mjs', '.css', '.html', '.wasm', '.onnx', '.json', '.svg']);
/** Below one network packet nothing is gained. */
const SMALLEST = 1400;
/** The runtime's wasm is 27 MB: the last few per cent of brotli would take a minute. */
const LARGE = 1 << 20;
const AT_ONCE = 2;

/** Writes `.br` and `.gz` beside every file of a build that gets at least 5 % smaller by it. */
export async function compressFolder(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && WORTH_IT.has(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name));
  const next = files.values();
  const work = async () => {
    for (const file of next) await compressFile(file);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function compressFile(file: string): Promise<void> {
  if ((await stat(file)).size < SMALLEST) return;
  const content = await readFile(file);
  const large = content.length > LARGE;
  const variants = {
    '.br': brotli(content, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: large ? 5 : 9,
        [constants.BROTLI_PARAM_LGWIN]: 22,
        [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
      },
    }),
    '.gz': deflate(content, { level: large ? 6 : 9 }),
  };
  for (const [suffix, compressed] of Object.entries(variants)) {
    const bytes = await compressed;
    if (bytes.length < content.length * 0.95) await writeFile(file + suffix, bytes);
  }
}
