import { spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { OPEN_PER_ADDRESS } from '../../../src/server/http/limits.ts';
import { freePort, missing, startEngine, startRedis, stopEngine } from '../../fixtures/engines.ts';
import { projectRoot } from '../../fixtures/server.ts';
import { newRoom, offer, startNode, TestPages, type Node } from '../../fixtures/signalling.ts';

/**
 * The configuration that docs/guides/deploy.md gives, between nodes and certificates that are here.
 */
interface Proxy {
  program: string;
  configuration: (here: Here) => string;
  args: (file: string) => string[];
}

interface Here {
  folder: string;
  port: number;
  /** `127.0.0.1:port` of each. */
  nodes: string[];
}

const docs = readFileSync(join(projectRoot, 'docs/guides/deploy.md'), 'utf8');
const exampleWith = (word: string) =>
  [...docs.matchAll(/^```\w*\n([\s\S]*?)^```/gm)]
    .map(([, text]) => text!)
    .find((text) => text.includes(word))!;

/** Replaces a text that must occur exactly once; otherwise the example in the guide has changed. */
function replaced(text: string, what: string, by: string): string {
  if (text.split(what).length !== 2) throw new Error(`docs/guides/deploy.md does not say "${what}" once`);
  return text.replace(what, by);
}

const nginx: Proxy = {
  program: 'nginx',
  configuration: ({ folder, port, nodes }) => {
    let site = exampleWith('proxy_pass');
    site = replaced(site, 'listen 443 ssl', `listen 127.0.0.1:${port} ssl`);
    site = replaced(site, 'server 127.0.0.1:8080;', nodes.map((node) => `server ${node};`).join(' '));
    for (const file of ['fullchain', 'privkey']) {
      site = replaced(
        site,
        `/etc/letsencrypt/live/portoon.example.org/${file}.pem`,
        join(folder, `${file}.pem`),
      );
    }
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    const paths = temporary.map((name) => `${name}_temp_path ${join(folder, name)};`).join('\n');
    return `daemon off;\npid ${join(folder, 'pid')};\nerror_log stderr;\n${exampleWith('worker_connections')}\nhttp {\n${paths}\n${site}\n}\n`;
  },
  args: (file) => ['-p', tmpdir(), '-e', 'stderr', '-c', file],
};

const caddy: Proxy = {
  program: 'caddy',
  configuration: ({ folder, port, nodes }) => {
    let site = exampleWith('reverse_proxy 127.0.0.1:8080\n');
    const tls = `tls ${join(folder, 'fullchain.pem')} ${join(folder, 'privkey.pem')}`;
    site = replaced(site, 'portoon.example.org {', `https://127.0.0.1:${port} {\n${tls}`);
    site = replaced(site, '127.0.0.1:8080', nodes.join(' '));
    return `{\nadmin off\nauto_https disable_redirects\n}\n${site}`;
  },
  args: (file) => ['run', '--adapter', 'caddyfile', '--config', file],
};

const needed = missing('redis-server', 'openssl');

describe.each([nginx, caddy])('behind $program', ({ program, configuration, args }) => {
  const reason = needed ?? missing(program);
  if (reason) process.stdout.write(`Not tested: ${reason}.\n`);

  describe.skipIf(reason)('as docs/guides/deploy.md has it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'portoon-proxy-'));
    const pages = new TestPages();
    let redis: ChildProcess;
    let proxy: ChildProcess;
    let nodes: Node[] = [];
    let url: string;

    beforeAll(async () => {
      const certificate = ['fullchain.pem', 'privkey.pem'].map((name) => join(folder, name)) as [
        string,
        string,
      ];
      const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
      const files = ['-out', certificate[0], '-keyout', certificate[1]];
      const kind = [
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '1',
      ];
      expect(spawnSync('openssl', ['req', ...kind, ...subject, ...files]).status).toBe(0);
      const redisPort = await freePort();
      redis = await startRedis(redisPort);
      const settings = { redisUrl: `redis://127.0.0.1:${redisPort}`, proxies: 1 };
      nodes = await Promise.all([startNode(settings), startNode(settings)]);
      const port = await freePort();
      const here = { folder, port, nodes: nodes.map(({ url }) => `127.0.0.1:${new URL(url).port}`) };
      const file = join(folder, 'configuration');
      writeFileSync(file, configuration(here));
      proxy = await startEngine(program, args(file), port);
      url = `https://127.0.0.1:${port}/`;
    }, 30_000);

    afterEach(() => {
      pages.close();
    });

    afterAll(async () => {
      // nginx's workers end with their master only if it is asked to end.
      proxy.kill('SIGTERM');
      await Promise.all([once(proxy, 'exit'), ...nodes.map((node) => node.close())]);
      await stopEngine(redis);
      rmSync(folder, { recursive: true });
    });

    const connections = () =>
      Promise.all(nodes.map(async ({ metrics }) => (await metrics.connections.get()).values[0]?.value ?? 0));

    const open = (options: { localAddress?: string; extraHeaders?: Record<string, string> } = {}) => {
      const { extraHeaders, ...rest } = options;
      const origin = url.slice(0, -1);
      return pages.open(url, {
        rejectUnauthorized: false,
        extraHeaders: { origin, ...extraHeaders },
        ...(rest as object),
      });
    };

    test('pages reach both nodes over TLS, and meet', async () => {
      const room = newRoom();
      const a = open();
      const { self } = await a.join(room);
      const onFirst = (await connections())[0]! > 0;
      // The proxy chooses a node by turns or at random, so this opens connections until both nodes
      // have one.
      let b = open();
      await b.opened;
      for (let tries = 0; tries < 40; tries++) {
        const [first, second] = await connections();
        if (onFirst ? second! > 0 : first! > 0) break;
        b = open();
        await b.opened;
      }
      expect(Math.min(...(await connections()))).toBeGreaterThan(0);
      const guest = await b.join(room);
      expect(guest.peers.map(({ id }) => id)).toEqual([self]);
      await a.next('joined');
      await b.ask('signal', { to: self, data: offer });
      expect(await a.next('signal')).toMatchObject({ from: guest.self });
    });

    test('the page and /healthz are there, /metrics is not', async () => {
      expect(await status('healthz')).toBe(200);
      expect(await status('metrics')).toBe(404);
      expect(await status('nothing')).toBe(404);
      expect(await status('', { method: 'POST' })).toBe(405);
    });

    test("another site's page is refused", async () => {
      const refused = new Promise((resolve) => {
        const page = open({ extraHeaders: { origin: 'https://elsewhere.example' } });
        page.socket.once('connect_error', resolve);
        void page.opened.then(resolve);
      });
      expect(await refused).toBeInstanceOf(Error);
    });

    test('limits count the real address, not what a page claims', async () => {
      const outcome = async (localAddress: string, told: string) => {
        const page = open({ localAddress, extraHeaders: { 'x-forwarded-for': told } });
        const failed = new Promise<string>((resolve) => {
          page.socket.once('connect_error', (error) => {
            resolve((error as { data?: { code?: string } }).data?.code ?? error.message);
          });
        });
        return Promise.race([page.opened.then(() => 'let in'), failed]);
      };
      const results: string[] = [];
      // Each node counts on its own.
      for (let i = 0; i < 2 * OPEN_PER_ADDRESS + 60; i += 60) {
        const some = Array.from({ length: 60 }, (_, n) => outcome('127.0.0.2', `10.0.${n}.${i % 251}`));
        results.push(...(await Promise.all(some)));
      }
      expect(results.filter((result) => result === 'let in').length).toBeLessThanOrEqual(
        2 * OPEN_PER_ADDRESS,
      );
      expect(results).toContain('ERR_TOO_MANY');
      expect(await outcome('127.0.0.3', '127.0.0.2')).toBe('let in');
    }, 60_000);

    function status(path: string, options: RequestOptions = {}): Promise<number | undefined> {
      return new Promise((resolve, reject) => {
        const agent = new Agent({ rejectUnauthorized: false });
        const asked = request(`${url}${path}`, { agent, ...options }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        asked.on('error', reject);
        asked.end();
      });
    }
  });
});
