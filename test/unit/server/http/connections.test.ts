import { once } from 'node:events';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import {
  OPEN_PER_ADDRESS,
  PENDING_PER_ADDRESS,
  REFUSED_PER_ADDRESS,
} from '../../../../src/server/http/limits.ts';
import { listen } from '../../../../src/server/listen.ts';
import { createAppServer } from '../../../../src/server/server.ts';
import { newRoom, startNode, TestPages, type Node } from '../../../fixtures/signalling.ts';

const wires: Wire[] = [];
const nodes: Node[] = [];
const pages = new TestPages();
afterEach(async () => {
  pages.close();
  for (const { socket } of wires.splice(0)) socket.destroy();
  for (const node of nodes.splice(0)) await node.close();
});

async function start(settings?: Parameters<typeof startNode>[0]): Promise<Node> {
  const node = await startNode(settings);
  nodes.push(node);
  return node;
}

/** A raw connection that sends what a test says, and never closes by itself. */
class Wire {
  readonly socket: Socket;
  readonly closed: Promise<unknown>;
  heard = '';

  constructor(node: Node, words: string, localAddress = '127.0.0.1') {
    const { port } = new URL(node.url);
    this.socket = connect({ port: Number(port), host: '127.0.0.1', localAddress, allowHalfOpen: true });
    this.socket.on('data', (data: Buffer) => (this.heard += data.toString('latin1')));
    this.socket.on('error', () => undefined);
    this.closed = Promise.race([once(this.socket, 'end'), once(this.socket, 'close')]).catch(() => undefined);
    if (words !== '') this.socket.write(words);
    wires.push(this);
  }

  get ended(): boolean {
    return this.socket.destroyed || this.socket.readableEnded;
  }
}

const upgrade = (path = '/signalling/?EIO=4&transport=websocket', forwarded = '') =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${forwarded}` +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';

const pending = async ({ metrics }: Node) => (await metrics.pending.get()).values[0]?.value ?? 0;
const connections = async ({ metrics }: Node) => (await metrics.connections.get()).values[0]?.value ?? 0;
const rejected = async ({ metrics }: Node, code: string) =>
  (await metrics.rejected.get()).values.find(({ labels }) => labels.code === code)?.value ?? 0;

function ask(node: Node, localAddress = '127.0.0.1'): Promise<number | undefined> {
  const { port } = new URL(node.url);
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path: '/healthz', localAddress }, (response) => {
      response.resume();
      response.on('end', () => {
        resolve(response.statusCode);
      });
    });
    asked.on('error', reject);
    asked.end();
  });
}

test('WebSockets that say nothing count, are limited by address, and are closed in time', async () => {
  const node = await start();
  const extra = 30;
  const letIn = OPEN_PER_ADDRESS + REFUSED_PER_ADDRESS;
  // Not all at once, because connections with an incomplete request are limited as well.
  for (let i = 0; i < letIn + extra; i += 50) {
    const some = Array.from({ length: 50 }, () => new Wire(node, upgrade()));
    await expect.poll(() => some.every(({ heard }) => heard.includes('\r\n\r\n'))).toBe(true);
  }
  const accepted = wires.filter(({ heard }) => heard.startsWith('HTTP/1.1 101 '));
  expect(accepted).toHaveLength(letIn);
  expect(wires.filter(({ heard }) => heard.startsWith('HTTP/1.1 400 '))).toHaveLength(extra);
  expect(await connections(node)).toBe(letIn);
  expect(await rejected(node, 'ERR_TOO_MANY')).toBe(REFUSED_PER_ADDRESS + extra);
  expect(await pending(node)).toBe(0);

  const url = node.url.replace('localhost', '127.0.0.1');
  const elsewhere = pages.open(url, { localAddress: '127.0.0.2' } as object);
  await elsewhere.join(newRoom());

  // These clients do not answer the server's request to close, so the server must cut them off.
  await Promise.all(accepted.map(({ closed }) => closed));
  await expect.poll(() => connections(node)).toBe(1);
  expect(await rejected(node, 'ERR_PROTOCOL')).toBe(letIn);
  // Their places are free again, so a page can join.
  const page = pages.open(url);
  await page.join(newRoom());
}, 30_000);

test('the address that is counted is the one behind the proxy', async () => {
  const node = await start({ proxies: 1 });
  const from = (address: string) => upgrade(undefined, `X-Forwarded-For: 10.9.9.9, ${address}\r\n`);
  const crowd = Array.from(
    { length: OPEN_PER_ADDRESS + REFUSED_PER_ADDRESS },
    () => new Wire(node, from('192.0.2.1')),
  );
  await expect.poll(() => crowd.every(({ heard }) => heard.startsWith('HTTP/1.1 101 '))).toBe(true);
  const others = [new Wire(node, from('192.0.2.1')), new Wire(node, from('192.0.2.2'))] as const;
  await expect.poll(() => others.map(({ heard }) => heard.slice(9, 12))).toEqual(['400', '101']);
}, 30_000);

test('half a request: counted, limited by address, closed in time with 408; behind a proxy not limited', async () => {
  const [node, proxied] = await Promise.all([start(), start({ proxies: 1 })]);
  const half = 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow';
  const extra = 20;
  const all = (at: Node) => Array.from({ length: PENDING_PER_ADDRESS + extra }, () => new Wire(at, half));
  const [direct, behind] = [all(node), all(proxied)];
  await expect.poll(() => rejected(node, 'ERR_TOO_MANY')).toBe(extra);
  await expect.poll(() => direct.filter(({ ended }) => ended).length).toBe(extra);
  expect(await pending(node)).toBe(PENDING_PER_ADDRESS);
  await expect.poll(() => pending(proxied)).toBe(PENDING_PER_ADDRESS + extra);

  await expect(ask(node)).rejects.toThrow();
  expect(await ask(node, '127.0.0.2')).toBe(200);
  expect(await ask(proxied)).toBe(200);

  await Promise.all([...direct, ...behind].map(({ closed }) => closed));
  expect(direct.filter(({ heard }) => heard.startsWith('HTTP/1.1 408 '))).toHaveLength(PENDING_PER_ADDRESS);
  expect(behind.filter(({ heard }) => heard.startsWith('HTTP/1.1 408 '))).toHaveLength(behind.length);
  for (const [at, count] of [
    [node, PENDING_PER_ADDRESS],
    [proxied, behind.length],
  ] as const) {
    await expect.poll(() => pending(at)).toBe(0);
    expect(await rejected(at, 'ERR_TIMEOUT')).toBe(count);
  }
  expect(await ask(node)).toBe(200);
}, 30_000);

test('a connection that is made ahead and not used is closed without a response', async () => {
  const node = await start();
  const unused = new Wire(node, '');
  const usedOnce = new Wire(node, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET / HT');
  await expect.poll(() => pending(node)).toBe(1);
  await Promise.all([unused.closed, usedOnce.closed]);
  expect(unused.heard).toBe('');
  expect(usedOnce.heard).toMatch(/^HTTP\/1\.1 200 (?![^]*HTTP)/);
  expect(await rejected(node, 'ERR_TIMEOUT')).toBe(2);
  await expect.poll(() => pending(node)).toBe(0);
}, 30_000);

test('input that is not HTTP is answered and counted', async () => {
  const node = await start();
  const many = Array.from({ length: 300 }, (_, i) => `X-${i}: ${'x'.repeat(100)}\r\n`).join('');
  for (const [words, status] of [
    ['\x16\x03\x01\x02', 400],
    [`GET / HTTP/1.1\r\n${many}`, 431],
  ] as const) {
    const wire = new Wire(node, words);
    await wire.closed;
    expect(wire.heard).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  }
  expect(await rejected(node, 'ERR_PROTOCOL')).toBe(2);
  await expect.poll(() => pending(node)).toBe(0);
});

test('a plain request at the address of signalling is answered, also with the id of a connection', async () => {
  const node = await start();
  const page = pages.open(node.url);
  await page.opened;
  const { id } = page.socket.io.engine as unknown as { id: string };
  for (const transport of ['websocket', 'polling']) {
    const response = await fetch(`${node.url}signalling/?EIO=4&transport=${transport}&sid=${id}`);
    expect(response.status).toBe(404);
  }
  expect(await page.code('ice', {})).toBe('ERR_NOT_JOINED');
});

test('an answer that nobody reads is ended', async () => {
  const body = 'x'.repeat(16 << 20);
  const large = () => Promise.resolve({ status: 200, type: 'text/plain', body });
  const http = createAppServer(import.meta.dirname, { '/large': large });
  expect(http.timeout).toBe(120_000);
  http.timeout = 100;
  const app = await listen(http, 0);
  const wire = connect(app.port);
  wire.on('error', () => undefined);
  wire.write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(wire, 'data');
  wire.pause();
  const open = () =>
    new Promise<number>((resolve) => {
      http.getConnections((_, count) => {
        resolve(count);
      });
    });
  await expect.poll(open).toBe(0);
  wire.destroy();
  await app.close();
});
