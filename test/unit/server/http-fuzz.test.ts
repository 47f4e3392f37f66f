import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mulberry, pick, requestNoise, type Random } from '../../fixtures/nonsense.ts';
import { NodeProcess, noProc } from '../../fixtures/spawn-node.ts';

const FILES = [
  '/',
  '/obs.html',
  '/assets/index-abc123.js',
  '/assets/large-abc123.bin',
  '/assets/gone-abc123.bin',
];
const PATHS = [
  ...FILES,
  ...FILES,
  ...FILES,
  '/assets',
  '/healthz',
  '/metrics',
  '/signalling/?EIO=4&transport=websocket',
  '/signalling/?EIO=4&transport=polling',
  '/signalling/%',
  '/..%2f..%2fetc/passwd',
  '/%00',
  '/%',
  '//',
  '*',
  'http://elsewhere/',
  `/${'x'.repeat(9000)}`,
];
/** The last request: after its answer the server closes the connection. */
const LAST = 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
const REQUESTS = 1500;
const AT_ONCE = 20;

let folder: string;
let node: NodeProcess | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portoon-fuzz-'));
  await mkdir(join(folder, 'assets'));
  const script = 'export const words = "cartoon";\n'.repeat(100);
  await writeFile(join(folder, 'index.html'), '<!doctype html>');
  await writeFile(join(folder, 'obs.html'), '<!doctype html>');
  await writeFile(join(folder, 'assets/index-abc123.js'), script);
  await writeFile(join(folder, 'assets/index-abc123.js.gz'), gzipSync(script));
  await writeFile(join(folder, 'assets/large-abc123.bin'), Buffer.alloc(4 << 20, 3));
  await writeFile(join(folder, 'assets/gone-abc123.bin'), 'here');
}, 30_000);

afterAll(async () => {
  await node?.stop();
  await rm(folder, { recursive: true });
});

/** How a client closes a connection: properly, without notice, or with a reset. */
const ENDS = [
  (wire: Socket) => {
    wire.destroySoon();
  },
  (wire: Socket) => wire.destroy(),
  (wire: Socket) => wire.resetAndDestroy(),
];

/** One connection: sends a request or a part of it, reads some of the answer, and closes. */
async function converse(port: number, random: Random): Promise<void> {
  const { bytes, broken } = requestNoise(random, PATHS);
  const cut = random() < 0.4;
  const end = pick(random, ENDS);
  const enough = random() < 0.5 ? 1 : random() * 3e6;
  const wire = connect(port);
  wire.on('error', () => undefined);
  const closed = once(wire, 'close').catch(() => undefined);
  await once(wire, 'connect');
  if (cut) {
    wire.write(bytes.subarray(0, Math.floor(random() * bytes.length)), () => {
      end(wire);
    });
  } else {
    let heard = 0;
    wire.on('data', (data: Buffer) => {
      heard += data.length;
      if (heard < enough) return;
      wire.removeAllListeners('data');
      end(wire);
    });
    wire.write(bytes);
    // After a broken request the server waits for more until the client says that there is none.
    if (broken) wire.end();
    else wire.write(LAST);
  }
  await closed;
}

test.skipIf(noProc)(
  `${REQUESTS} random requests, broken off anywhere: the server keeps running, leaves nothing open, and does not grow`,
  async () => {
    node = await NodeProcess.start(folder);
    const { port } = node;
    await rm(join(folder, 'assets/gone-abc123.bin'));
    const before = node.handles;
    const random = mulberry(13);
    const round = async (requests: number) => {
      for (let i = 0; i < requests; i += AT_ONCE) {
        await Promise.all(Array.from({ length: AT_ONCE }, () => converse(port, random)));
        expect(node!.alive).toBe(true);
      }
      await expect.poll(() => node!.handles).toBeLessThanOrEqual(before);
    };
    // The first requests make the server compile code and allocate buffers, which happens only
    // once.
    await round(REQUESTS / 3);
    const memory = await node.memory();
    await round((REQUESTS * 2) / 3);
    await expect.poll(() => node!.memory()).toBeLessThan(memory + 32);
    const answer = await fetch(`${node.url}assets/large-abc123.bin`);
    expect((await answer.arrayBuffer()).byteLength).toBe(4 << 20);
    expect((await fetch(`${node.url}healthz`)).status).toBe(200);
    const numbers = await (await fetch(`${node.url}metrics`)).text();
    expect(numbers).toContain('portoon_connections 0\n');
    expect(numbers).toContain('portoon_pending_connections 0\n');
    expect(node.complaints).toBe('');
  },
  120_000,
);
