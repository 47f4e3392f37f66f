import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { compressFolder } from '../../../scripts/compress.ts';
import { listen, parsePort, type Listening } from '../../../src/server/listen.ts';
import { createAppServer } from '../../../src/server/server.ts';

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

const script = 'export const words = "cartoon ".repeat(3);\n'.repeat(200);
const net = Buffer.alloc(4000, 7);
const sha256 = createHash('sha256').update(net).digest('hex');
const half = Buffer.alloc(2000, 7);
const halfSha256 = createHash('sha256').update(half).digest('hex');

let folder: string;
let app: Listening;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portoon-server-'));
  const root = join(folder, 'dist');
  await mkdir(join(root, 'assets'), { recursive: true });
  await mkdir(join(root, 'models/matte'), { recursive: true });
  await mkdir(join(root, 'demo'));
  await writeFile(join(folder, 'secret.txt'), 'not yours');
  await writeFile(join(root, 'index.html'), '<!doctype html><title>Portoon</title>');
  await writeFile(join(root, 'assets/index-abc123.js'), script);
  await writeFile(join(root, 'assets/tiny-abc123.js'), 'export {};');
  await writeFile(join(root, 'models/matte/portrait.onnx'), net);
  await writeFile(join(root, 'demo/demo.webm'), Buffer.alloc(5000, 1));
  await writeFile(join(root, 'models/matte/portrait-half.onnx'), half);
  const twin = { file: 'matte/portrait-half.onnx', sha256: halfSha256 };
  const models = [{ id: 'portrait', kind: 'matte', file: 'matte/portrait.onnx', sha256, half: twin }];
  await writeFile(join(root, 'models/manifest.json'), JSON.stringify({ models }));
  await compressFolder(root);
  app = await listen(createAppServer(root, {}, ['https://media.example']), 0);
});

afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ port: app.port, path, headers, method }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts),
        });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('headers', () => {
  test('the page is isolated, strict and asked about each time', async () => {
    const { status, headers } = await ask('/');
    expect(status).toBe(200);
    expect(headers['content-type']).toContain('text/html');
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(headers['cross-origin-embedder-policy']).toBe('require-corp');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).toContain("connect-src 'self' blob: https://media.example;");
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['permissions-policy']).toContain('camera=(self)');
    expect(headers['permissions-policy']).toContain('microphone=(self)');
    expect(headers['cache-control']).toBe('no-cache');
  });

  test('a worker is isolated too and carries no page policy', async () => {
    const { headers } = await ask('/assets/index-abc123.js');
    expect(headers['cross-origin-embedder-policy']).toBe('require-corp');
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
    expect(headers['content-type']).toContain('javascript');
    expect(headers['content-security-policy']).toBeUndefined();
  });
});

describe('caching', () => {
  test.each([
    ['/assets/index-abc123.js', 'immutable'],
    ['/models/manifest.json', 'no-cache'],
    ['/models/matte/portrait.onnx', 'no-cache'],
    [`/models/matte/portrait.onnx?v=${sha256}`, 'immutable'],
    [`/models/matte/portrait.onnx?v=${sha256.slice(0, 16)}`, 'immutable'],
    ['/models/matte/portrait.onnx?v=', 'no-cache'],
    [`/models/matte/portrait.onnx?v=${'0'.repeat(64)}`, 'no-cache'],
    [`/models/matte/portrait-half.onnx?v=${halfSha256}`, 'immutable'],
    [`/models/matte/portrait-half.onnx?v=${sha256}`, 'no-cache'],
    ['/demo/demo.webm', 'no-cache'],
  ])('%s', async (path, expected) => {
    const { status, headers } = await ask(path);
    expect(status).toBe(200);
    expect(headers['cache-control']).toContain(expected);
  });

  test('an unchanged file is answered with 304', async () => {
    const first = await ask('/models/manifest.json');
    const second = await ask('/models/manifest.json', { 'if-none-match': first.headers.etag ?? '' });
    expect(second.status).toBe(304);
    expect(second.body).toHaveLength(0);
  });
});

describe('compression', () => {
  test('brotli where it is taken', async () => {
    const { headers, body } = await ask('/assets/index-abc123.js', { 'accept-encoding': 'gzip, br' });
    expect(headers['content-encoding']).toBe('br');
    expect(headers.vary).toContain('Accept-Encoding');
    expect(headers['content-type']).toContain('javascript');
    expect(brotliDecompressSync(body).toString()).toBe(script);
  });

  test('gzip where brotli is not', async () => {
    const { headers, body } = await ask('/assets/index-abc123.js', { 'accept-encoding': 'gzip' });
    expect(headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(body).toString()).toBe(script);
  });

  test('a net keeps its type', async () => {
    const { headers, body } = await ask('/models/matte/portrait.onnx', { 'accept-encoding': 'br' });
    expect(headers['content-type']).toBe('application/octet-stream');
    expect(brotliDecompressSync(body).equals(net)).toBe(true);
  });

  test('neither where nothing is gained', async () => {
    const { headers } = await ask('/assets/tiny-abc123.js', { 'accept-encoding': 'gzip, br' });
    expect(headers['content-encoding']).toBeUndefined();
  });

  test('the compressed copies have no address', async () => {
    expect((await ask('/assets/index-abc123.js.br')).status).toBe(404);
    expect((await ask('/assets/index-abc123.js.gz?x')).status).toBe(404);
  });

  test('a video is given in parts', async () => {
    const { status, headers, body } = await ask('/demo/demo.webm', { range: 'bytes=1000-1999' });
    expect(status).toBe(206);
    expect(headers['content-range']).toBe('bytes 1000-1999/5000');
    expect(body).toHaveLength(1000);
  });
});

describe('what is not there', () => {
  test.each(['/nothing', '/assets/index-gone.js', '/models/', '//', '/%', '/%00', '/\\'])(
    '%s gets a page in words',
    async (path) => {
      const { status, headers, body } = await ask(path);
      expect(status).toBe(404);
      expect(headers['content-type']).toContain('text/html');
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers['cache-control']).toBe('no-store');
      expect(body.toString()).toContain('Open the studio');
    },
  );

  test.each(['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/assets/../../secret.txt'])(
    '%s does not leave the folder',
    async (path) => {
      const { status, body } = await ask(path);
      expect(status).toBe(404);
      expect(body.toString()).not.toContain('not yours');
    },
  );

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is refused', async (method) => {
    const { status, headers } = await ask('/', {}, method);
    expect(status).toBe(405);
    expect(headers.allow).toBe('GET, HEAD');
  });

  test('HEAD says what GET would, without a body', async () => {
    const { status, headers, body } = await ask('/', {}, 'HEAD');
    expect(status).toBe(200);
    expect(Number(headers['content-length'])).toBeGreaterThan(0);
    expect(body).toHaveLength(0);
  });

  test('a request that is not HTTP ends with 400, and the server keeps running', async () => {
    const answer = await new Promise<string>((resolve) => {
      let heard = '';
      const socket = connect({ port: app.port }, () => {
        socket.write('once upon a time\r\n\r\n');
      });
      socket.on('data', (data) => (heard += data.toString()));
      socket.on('close', () => {
        resolve(heard);
      });
    });
    expect(answer).toContain('400 Bad Request');
    expect((await ask('/')).status).toBe(200);
  });
});

describe('a build without models', () => {
  test('is served', async () => {
    const bare = await mkdtemp(join(folder, 'bare-'));
    await writeFile(join(bare, 'index.html'), '<!doctype html>');
    const other = await listen(createAppServer(bare), 0);
    expect((await fetch(other.url)).status).toBe(200);
    await other.close();
  });
});

describe('the port', () => {
  test.each([
    [undefined, 8080],
    ['', 8080],
    ['0', 0],
    ['65535', 65535],
  ])('%s is %i', (value, port) => {
    expect(parsePort(value)).toBe(port);
  });

  test.each(['http', '-1', '65536', '80.5', '0x50', ' 80', '1e3'])('%s is explained', (value) => {
    expect(() => parsePort(value)).toThrow(/PORT must be a whole number from 0 to 65535/);
  });

  test('in use is explained, with a free one to try', async () => {
    await expect(listen(createAppServer(folder), app.port)).rejects.toThrow(
      `Port ${app.port} is taken by another program. Stop that one, or choose another: PORT=`,
    );
  });

  test('connections that cannot be accepted end no server, and are logged once', async () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const http = createAppServer(folder);
    const other = await listen(http, 0);
    try {
      for (let i = 0; i < 3; i++) http.emit('error', new Error('accept EMFILE'));
      expect(write.mock.calls).toEqual([['A connection could not be accepted: accept EMFILE\n']]);
      expect((await fetch(`${other.url}secret.txt`)).status).toBe(200);
    } finally {
      write.mockRestore();
      await other.close();
    }
  });

  test('closing does not wait for a connection that is kept alive', async () => {
    const other = await listen(createAppServer(folder), 0);
    const socket = connect(other.port);
    await new Promise((resolve) => socket.once('connect', resolve));
    const begun = Date.now();
    await other.close();
    expect(Date.now() - begun).toBeLessThan(4000);
  });
});
