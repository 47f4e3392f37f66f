import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readSettings } from '../../../src/server/settings.ts';
import { MAX_PERSONS } from '../../../src/server/signals.ts';
import { freePort, missing, stopEngine } from '../../fixtures/engines.ts';
import { projectRoot } from '../../fixtures/server.ts';

const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8');

interface Service {
  image?: string;
  build?: string;
  environment?: Record<string, string>;
  depends_on?: Record<string, unknown>;
  volumes?: string[];
  command?: string[];
}

describe('containers', () => {
  test('dockerfilelint finds nothing in the Dockerfile', () => {
    const lint = spawnSync('node_modules/.bin/dockerfilelint', ['-o', 'json', 'Dockerfile'], {
      cwd: projectRoot,
      encoding: 'utf8',
    });
    const { files } = JSON.parse(lint.stdout) as { files: { issues: unknown[] }[] };
    expect(files).toHaveLength(1);
    expect(files[0]!.issues).toEqual([]);
  }, 30_000);

  test('what the Dockerfile copies and runs is there', () => {
    const lines = read('Dockerfile').split('\n');
    const copied = lines
      .filter((line) => /^COPY (?!--from)/.test(line))
      .flatMap((line) => line.split(/\s+/).slice(1, -1));
    expect(copied.length).toBeGreaterThan(3);
    for (const path of copied) expect(existsSync(join(projectRoot, path)), path).toBe(true);
    const command = JSON.parse(lines.find((line) => line.startsWith('CMD '))!.slice(4)) as string[];
    expect(command).toEqual(['node', 'bin/portoon.js', 'start']);
    expect(existsSync(join(projectRoot, command[1]!))).toBe(true);
  });

  test('the compose file gives the app settings that it can read', () => {
    const { services } = parse(read('compose.yaml')) as { services: Record<string, Service> };
    expect(Object.keys(services).sort()).toEqual(['app', 'coturn', 'redis']);
    for (const { image, build } of Object.values(services)) expect(image ?? build).toBeTruthy();
    const given = { TURN_HOST: 'turn.example.org', TURN_SECRET: 'secret' };
    const fill = (text: string) =>
      text.replace(/\$\{(\w+)(?::\?[^}]*)?\}/g, (_, name: string) => given[name as keyof typeof given]);
    const environment = Object.fromEntries(
      Object.entries(services.app!.environment!).map(([name, value]) => [name, fill(value)]),
    );
    const settings = readSettings(environment);
    expect(settings).toMatchObject({ redisUrl: 'redis://redis:6379', proxies: 1 });
    expect(settings.turn.urls).toHaveLength(3);
    expect(services.app!.depends_on).toHaveProperty('redis');
    for (const volume of services.coturn!.volumes!) {
      expect(existsSync(join(projectRoot, volume.split(':')[0]!))).toBe(true);
    }
  });
});

describe('docs/guides/deploy.md', () => {
  test('lists each variable that is read, and no other', () => {
    const asked = new Set<string>();
    const env = new Proxy<Record<string, string | undefined>>(
      {},
      {
        get(_, name) {
          asked.add(String(name));
          return undefined;
        },
      },
    );
    readSettings(env);
    const listed = [...read('docs/guides/deploy.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(
      ([, name]) => name!,
    );
    expect(listed.sort()).toEqual([...asked].sort());
  });
});

describe('deploy/turnserver.conf', () => {
  const number = (name: string) =>
    Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(read('deploy/turnserver.conf'))?.[1]);
  const [first, last, all, each] = ['min-port', 'max-port', 'total-quota', 'user-quota'].map(number) as [
    number,
    number,
    number,
    number,
  ];

  test('has a port for each relay that it promises, and the documentation opens those', () => {
    expect(last - first + 1).toBeGreaterThanOrEqual(all);
    expect(last).toBeLessThanOrEqual(65_535);
    const docs = read('docs/guides/deploy.md');
    expect(docs).toContain(`UDP ${first} to ${last}`);
    expect(docs).toContain(`${all} relays`);
  });

  test('lets one person of a full call look for another way on two networks at once', () => {
    const { services } = parse(read('compose.yaml')) as { services: Record<string, Service> };
    const ways = services.app!.environment!.TURN_URLS!.match(/turn:/g)!.length;
    // The relays in use, and as many new ones for reconnections.
    expect(each).toBeGreaterThanOrEqual((MAX_PERSONS - 1) * ways * 2 * 2);
  });
});

const reason = missing('turnserver');
test.skipIf(reason)(
  'coturn takes every line of its configuration',
  async () => {
    const port = await freePort();
    // Without its log file the server logs to its output, which the test reads.
    const file = join(mkdtempSync(join(tmpdir(), 'portoon-turn-')), 'turnserver.conf');
    writeFileSync(file, read('deploy/turnserver.conf').replace(/^log-file=.*$/m, ''));
    const args = ['-c', file, '--static-auth-secret=s', '--realm=r'];
    const here = [
      `--listening-port=${port}`,
      '--listening-ip=127.0.0.1',
      '--pidfile=/dev/null',
      '--log-file=stdout',
    ];
    const child = spawn('turnserver', [...args, ...here], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stdout.on('data', (data: Buffer) => (said += data.toString()));
    child.stderr.on('data', (data: Buffer) => (said += data.toString()));
    try {
      await expect.poll(() => said).toMatch(/Total General servers/);
      expect(said).not.toMatch(/bad configuration|unrecognized/i);
    } finally {
      await stopEngine(child);
    }
  },
  20_000,
);
