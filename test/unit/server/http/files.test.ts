import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { listen, type Listening } from '../../../../src/server/listen.ts';
import { createAppServer } from '../../../../src/server/server.ts';
import { NodeProcess, noProc } from '../../../fixtures/spawn-node.ts';

/** Each byte's value depends on its position. */
const film = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251));
const script = Buffer.from('export const words = "cartoon";\n'.repeat(100));
const large = Buffer.alloc(8 << 20, 3);

let folder: string;
let root: string;
let app: Listening;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portoon-files-'));
  root = await makeBuild(folder);
  app = await listen(createAppServer(root), 0);
});

afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

async function makeBuild(within: string): Promise<string> {
  // A leading dot in the path of the build itself must not hide its files.
  const build = join(await mkdtemp(join(within, 'build-')), '.dist');
  await mkdir(join(build, 'assets'), { recursive: true });
  await mkdir(join(build, '.hidden'));
  await mkdir(join(build, '.well-known'));
  await writeFile(join(build, 'index.html'), '<!doctype html><title>Portoon</title>');
  await writeFile(join(build, 'obs.html'), '<!doctype html><title>OBS</title>');
  await writeFile(join(build, '.built'), 'now');
  await writeFile(join(build, '.hidden/note.txt'), 'secret');
  await writeFile(join(build, '.well-known/security.txt'), 'Contact: x');
  await writeFile(join(build, 'film.webm'), film);
  await writeFile(join(build, 'empty.txt'), '');
  await writeFile(join(build, 'a name with 100%, ü.txt'), 'odd');
  await writeFile(join(build, 'assets/large-abc123.bin'), large);
  await writeFile(join(build, 'assets/index-abc123.js'), script);
  await writeFile(join(build, 'assets/index-abc123.js.br'), brotliCompressSync(script));
  await writeFile(join(build, 'assets/index-abc123.js.gz'), gzipSync(script));
  await writeFile(join(build, 'assets/runtime-abc123.wasm'), 'wasm');
  await symlink('film.webm', join(build, 'link.webm'));
  return build;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

function ask(
  path: string,
  headers: Record<string, string> = {},
  { method = 'GET', port = app.port, agent }: { method?: string; port?: number; agent?: Agent } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, path, headers, method, ...(agent ? { agent } : {}) }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode: status = 0 } = response;
        resolve({ status, headers: response.headers, body: Buffer.concat(parts) });
      });
    });
    asked.on('error', reject);
    asked.end();
  });
}

const size = film.length;

describe('a range, by RFC 9110', () => {
  test.each([
    ['the first byte', 'bytes=0-0', 0, 0],
    ['from the first', 'bytes=0-9', 0, 9],
    ['in the middle', 'bytes=1000-1999', 1000, 1999],
    ['to the end', 'bytes=4990-', 4990, 4999],
    ['all of it', 'bytes=0-', 0, 4999],
    ['more than there is', 'bytes=4990-6000', 4990, 4999],
    ['far more than there is', 'bytes=4990-99999999999999999999', 4990, 4999],
    ['the last byte', 'bytes=-1', 4999, 4999],
    ['the last five', 'bytes=-5', 4995, 4999],
    ['the last of more than there are', 'bytes=-6000', 0, 4999],
    ['two that touch, as one', 'bytes=0-9,10-19', 0, 19],
    ['one that exists, and one that does not', 'bytes=10-19,9000-', 10, 19],
  ])('%s: %s', async (_, range, first, last) => {
    const { status, headers, body } = await ask('/film.webm', { range });
    expect(status).toBe(206);
    expect(headers['content-range']).toBe(`bytes ${first}-${last}/${size}`);
    expect(headers['content-length']).toBe(String(last - first + 1));
    expect(body.equals(film.subarray(first, last + 1))).toBe(true);
  });

  test.each([
    ['the other way round', 'bytes=5-2'],
    ['after the end', 'bytes=5000-'],
    ['far after the end', 'bytes=99999999999999999999-'],
    ['the last none', 'bytes=-0'],
  ])('%s is refused: %s', async (_, range) => {
    const { status, headers, body } = await ask('/film.webm', { range });
    expect(status).toBe(416);
    expect(headers['content-range']).toBe(`bytes */${size}`);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers.etag).toBeUndefined();
    expect(body.toString()).toContain('no such part');
  });

  test.each([
    ['no numbers', 'bytes=a-b'],
    ['half a number', 'bytes=1x-2'],
    ['three numbers', 'bytes=1-2-3'],
    ['no bounds', 'bytes=-'],
    ['nothing', 'bytes='],
    ['no dash', 'bytes=5'],
    ['less than nothing', 'bytes=--5'],
    ['another unit', 'lines=0-9'],
    ['no unit', '0-9'],
    // A server may answer a request for several ranges with the whole file.
    ['two that do not touch', 'bytes=0-9,100-109'],
    ['hundreds', `bytes=${Array.from({ length: 500 }, (_, i) => `${i * 4}-${i * 4 + 1}`).join(',')}`],
  ])('%s: the whole file', async (_, range) => {
    const { status, headers, body } = await ask('/film.webm', { range });
    expect(status).toBe(200);
    expect(headers['content-range']).toBeUndefined();
    expect(body.equals(film)).toBe(true);
  });

  test.each(['bytes=0-9', 'bytes=5-2', 'bytes=-5', 'bytes=a-b', 'bytes=9000-'])(
    'means nothing with HEAD: %s',
    async (range) => {
      const { status, headers, body } = await ask('/film.webm', { range }, { method: 'HEAD' });
      expect(status).toBe(200);
      expect(headers['content-length']).toBe(String(size));
      expect(headers['content-range']).toBeUndefined();
      expect(headers['accept-ranges']).toBe('bytes');
      expect(body).toHaveLength(0);
    },
  );

  test('of an empty file there is none', async () => {
    expect((await ask('/empty.txt', { range: 'bytes=0-' })).status).toBe(416);
    expect((await ask('/empty.txt', { range: 'bytes=-1' })).status).toBe(416);
    expect(await ask('/empty.txt')).toMatchObject({ status: 200, body: Buffer.alloc(0) });
  });

  test('a part is of the file as it is, never of a compressed copy', async () => {
    const headers = { range: 'bytes=7-11', 'accept-encoding': 'br, gzip' };
    const part = await ask('/assets/index-abc123.js', headers);
    expect(part.status).toBe(206);
    expect(part.headers['content-encoding']).toBeUndefined();
    expect(part.headers['content-range']).toBe(`bytes 7-11/${script.length}`);
    expect(part.body.toString()).toBe('const');
  });

  test('with If-Range: a part of an unchanged file, else all of it', async () => {
    const { headers } = await ask('/film.webm');
    const withIfRange = async (ifRange: string) =>
      (await ask('/film.webm', { range: 'bytes=0-9', 'if-range': ifRange })).status;
    expect(await withIfRange(headers['last-modified']!)).toBe(206);
    expect(await withIfRange('Thu, 01 Jan 1970 00:00:00 GMT')).toBe(200);
    expect(await withIfRange('nonsense')).toBe(200);
    // A weak validator never matches here (RFC 9110, 13.1.5).
    expect(headers.etag).toMatch(/^W\//);
    expect(await withIfRange(headers.etag!)).toBe(200);
    expect(await withIfRange(headers.etag!.slice(2))).toBe(200);
  });
});

describe('conditional requests', () => {
  test.each(['GET', 'HEAD'])('%s of an unchanged file: 304, with what a cache renews', async (method) => {
    const { headers } = await ask('/assets/index-abc123.js', { 'accept-encoding': 'br' });
    const conditions = [
      { 'if-none-match': headers.etag! },
      { 'if-none-match': `"x", ${headers.etag!}` },
      { 'if-none-match': '*' },
      { 'if-modified-since': headers['last-modified']! },
    ];
    for (const condition of conditions) {
      const again = await ask(
        '/assets/index-abc123.js',
        { 'accept-encoding': 'br', ...condition },
        { method },
      );
      expect(again.status).toBe(304);
      expect(again.body).toHaveLength(0);
      expect(again.headers.etag).toBe(headers.etag);
      expect(again.headers['cache-control']).toContain('immutable');
      expect(again.headers.vary).toBe('Accept-Encoding');
    }
  });

  test('of a changed one: the file, or 412 where only the old one was wanted', async () => {
    expect((await ask('/film.webm', { 'if-none-match': '"x"' })).status).toBe(200);
    const refused = await ask('/film.webm', { 'if-match': '"x"' });
    expect(refused.status).toBe(412);
    expect(refused.headers['cache-control']).toBe('no-store');
  });
});

describe('content codings', () => {
  const of = async (accept?: string) =>
    ask('/assets/index-abc123.js', accept === undefined ? {} : { 'accept-encoding': accept });

  test.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['br;q=0, *', 'gzip'],
    ['*', 'br'],
    ['br;q=0.1, gzip;q=0.5', 'br'],
    ['br;q=0, gzip;q=0', undefined],
    ['*;q=0', undefined],
    ['brotli, gzippy', undefined],
    ['identity', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s: %s', async (accept, coding) => {
    const { status, headers, body } = await of(accept);
    expect(status).toBe(200);
    expect(headers['content-encoding']).toBe(coding);
    expect(headers['content-type']).toMatch(/^text\/javascript\b/);
    expect(headers.vary).toBe('Accept-Encoding');
    const decode = { br: brotliDecompressSync, gzip: gunzipSync }[coding ?? ''] ?? ((bytes: Buffer) => bytes);
    expect(decode(body).equals(script)).toBe(true);
  });

  test('each copy has a validator of its own', async () => {
    const tags = await Promise.all(['br', 'gzip', ''].map(async (accept) => (await of(accept)).headers.etag));
    expect(new Set(tags).size).toBe(3);
  });
});

describe('addresses', () => {
  test.each(['/', '/index.html', '/index', '/obs', '/obs.html', '/obs/', '/obs?x=1'])(
    '%s is a page, with its policy',
    async (path) => {
      const { status, headers, body } = await ask(path);
      expect(status).toBe(200);
      expect(headers['content-type']).toMatch(/^text\/html; ?charset=utf-8$/i);
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(body.toString()).toContain(path.includes('obs') ? 'OBS' : 'Portoon');
    },
  );

  test.each([
    ['/link.webm', 'video/webm'],
    ['/assets/runtime-abc123.wasm', 'application/wasm'],
    ['/.well-known/security.txt', 'text/plain; charset=utf-8'],
    [encodeURI('/a name with 100%, ü.txt'), 'text/plain; charset=utf-8'],
  ])('%s is a file', async (path, type) => {
    const { status, headers } = await ask(path);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe(type);
  });

  test.each([
    '/.built',
    '/.hidden/note.txt',
    '/%2ehidden/note.txt',
    '/assets',
    '/assets/',
    '/assets/index-abc123.js.br',
    '/assets/index-abc123.js%2egz',
    '/film',
    '//index.html',
    '/./index.html',
    '/%2e/index.html',
    '/assets/../index.html',
    '/assets/..%2findex.html',
    '/index.html%00',
    '/__proto__',
    '/constructor',
    '*',
  ])('%s is nothing', async (path) => {
    const { status, body } = await ask(path);
    expect(status).toBe(404);
    expect(body.toString()).toContain('Open the studio');
  });
});

describe('a file that was removed since the start', () => {
  test.each(['GET', 'HEAD'])('%s: 404, and nothing about it is revealed', async (method) => {
    const build = await makeBuild(folder);
    const own = await listen(createAppServer(build), 0);
    const before = await ask('/assets/index-abc123.js', {}, { port: own.port });
    expect(before.headers['cache-control']).toContain('immutable');
    await rm(join(build, 'assets'), { recursive: true });
    const wishes = [
      {},
      { 'accept-encoding': 'br' },
      { range: 'bytes=0-9' },
      { range: 'bytes=5-2' },
      { 'if-none-match': before.headers.etag! },
    ];
    for (const wish of wishes) {
      const { status, headers } = await ask('/assets/index-abc123.js', wish, { method, port: own.port });
      expect(status).toBe(404);
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['content-type']).toContain('text/html');
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['cross-origin-embedder-policy']).toBe('require-corp');
      for (const name of ['content-encoding', 'content-range', 'etag', 'last-modified', 'vary'])
        expect(headers).not.toHaveProperty(name);
    }
    await own.close();
  });

  test('and where a folder took its place', async () => {
    const build = await makeBuild(folder);
    const own = await listen(createAppServer(build), 0);
    await rm(join(build, 'film.webm'));
    await mkdir(join(build, 'film.webm'));
    const { status, headers } = await ask('/film.webm', {}, { port: own.port });
    expect(status).toBe(404);
    expect(headers).not.toHaveProperty('location');
    await own.close();
  });
});

describe('what should not happen', () => {
  test('a page that fails, or throws: 500, one line for the operator, and the server goes on', async () => {
    const lines: string[] = [];
    const write = vi.spyOn(process.stderr, 'write').mockImplementation((line) => {
      lines.push(String(line));
      return true;
    });
    const pages = {
      '/rejects': () => Promise.reject(new Error('no\nluck')),
      '/throws': () => {
        throw new Error('no luck');
      },
    };
    const own = await listen(createAppServer(root, pages), 0);
    try {
      for (const path of ['/rejects?room=secret', '/throws?room=secret']) {
        const { status, headers, body } = await ask(path, {}, { port: own.port });
        expect(status).toBe(500);
        expect(headers['cache-control']).toBe('no-store');
        expect(body.toString()).not.toContain('luck');
      }
      expect(lines).toEqual(Array(2).fill('Answered with 500: Error: no luck\n'));
      expect((await ask('/', {}, { port: own.port })).status).toBe(200);
    } finally {
      write.mockRestore();
      await own.close();
    }
  });
});

describe.skipIf(noProc)('handles', () => {
  const nodes: NodeProcess[] = [];
  const wires: Socket[] = [];
  afterEach(async () => {
    for (const wire of wires.splice(0)) wire.destroy();
    for (const node of nodes.splice(0)) await node.stop();
  });

  async function start(build: string, options?: { handles: number }): Promise<NodeProcess> {
    const node = await NodeProcess.start(build, options);
    nodes.push(node);
    // After the first request, everything that the server opens only once is open.
    expect((await ask('/film.webm', { connection: 'close' }, { port: node.port })).status).toBe(200);
    return node;
  }

  /** A connection that sends requests, and reads only the first bytes of the answer. */
  async function broken(node: NodeProcess, requests = 1): Promise<Socket> {
    const wire = connect(node.port);
    wires.push(wire);
    wire.on('error', () => undefined);
    wire.write('GET /assets/large-abc123.bin HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(requests));
    await Promise.race([once(wire, 'data'), once(wire, 'close')]);
    wire.pause();
    return wire;
  }

  test('300 downloads that are broken off leave none behind', async () => {
    const node = await start(root);
    const before = node.handles;
    for (let i = 0; i < 300; i += 50) {
      const some = await Promise.all(Array.from({ length: 50 }, () => broken(node)));
      if (i === 0) expect(node.handles).toBeGreaterThan(before + 90);
      for (const wire of some) wire.destroy();
    }
    await expect.poll(() => node.handles).toBeLessThanOrEqual(before);
    expect(node.complaints).toBe('');
  }, 30_000);

  test('nor do downloads that waited behind another on their connection, which opens one at a time', async () => {
    const node = await start(root);
    const before = node.handles;
    const some = await Promise.all(Array.from({ length: 10 }, () => broken(node, 20)));
    expect(node.handles).toBeLessThanOrEqual(before + 20);
    for (const wire of some) wire.destroy();
    await expect.poll(() => node.handles).toBeLessThanOrEqual(before);
    expect(node.complaints).toBe('');
  }, 30_000);

  test('none left: 503 and when to ask again; afterwards all is well', async () => {
    const node = await start(root, { handles: 64 });
    const before = node.handles;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const asked = () =>
      ask('/assets/index-abc123.js', { 'accept-encoding': 'br' }, { port: node.port, agent });
    expect((await asked()).status).toBe(200);
    let answer: Answer | undefined;
    for (let i = 0; i < 64 && answer?.status !== 503; i++) {
      await broken(node);
      answer = await asked();
    }
    expect(answer!.status).toBe(503);
    expect(answer!.headers['retry-after']).toBe('5');
    expect(answer!.headers['cache-control']).toBe('no-store');
    for (const name of ['content-encoding', 'etag', 'last-modified'])
      expect(answer!.headers).not.toHaveProperty(name);
    for (const wire of wires) wire.destroy();
    await expect.poll(async () => (await asked()).status).toBe(200);
    agent.destroy();
    await expect.poll(() => node.handles).toBeLessThanOrEqual(before);
    expect(node.complaints).toBe('');
  }, 30_000);

  test('a file that gets shorter meanwhile cuts off its own answer, and no other', async () => {
    const build = await makeBuild(folder);
    const node = await start(build);
    const wire = await broken(node, 2);
    const ended = once(wire, 'close');
    let rest = '';
    wire.on('data', (data: Buffer) => (rest += data.toString('latin1')));
    await truncate(join(build, 'assets/large-abc123.bin'), 4096);
    wire.resume();
    await ended;
    // A client would take the next answer for the rest of this one.
    expect(rest).not.toContain('HTTP/1.1');
    expect((await ask('/film.webm', {}, { port: node.port })).status).toBe(200);
    expect(node.complaints).toBe('');
  }, 30_000);
});
