import { spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { freePort, missing, startCoturn, stopEngine } from '../../../fixtures/engines.ts';
import { startNode, TestPage, type Node } from '../../../fixtures/signalling.ts';
import type { IceServer } from '../../../../src/server/signals.ts';

const reason = missing('turnserver', 'turnutils_uclient');
if (reason) process.stdout.write(`TURN is not tested: ${reason}.\n`);

test('however often pages say that the relay refuses them, the operator reads one line a minute', async () => {
  const written = vi.spyOn(process.stderr, 'write');
  const node = await startNode();
  const pages = Array.from({ length: 3 }, () => new TestPage(node.url));
  try {
    const stranger = new TestPage(node.url);
    expect(await stranger.code('relay', { status: 401 })).toBe('ERR_NOT_JOINED');
    stranger.close();
    const room = randomBytes(16).toString('base64url');
    for (const page of pages) {
      await page.join(room);
      for (const status of [486, 401, 599]) expect(await page.code('relay', { status })).toBe('none');
    }
    const lines = written.mock.calls.map(([text]) => String(text)).filter((text) => text.includes('TURN'));
    expect(lines).toEqual([
      'TURN refused a page with 486: one page has all the relays that it may have (user-quota).\n',
    ]);
    const { values } = await node.metrics.relayRefused.get();
    expect(values.map(({ labels, value }) => [labels.status, value])).toEqual([
      [486, 3],
      [401, 3],
      [599, 3],
    ]);
  } finally {
    written.mockRestore();
    for (const page of pages) page.close();
    await node.close();
  }
});

describe.skipIf(reason)('credentials that a page gets on joining', () => {
  let coturn: ChildProcess;
  let port: number;
  let node: Node;
  let server: IceServer;

  beforeAll(async () => {
    port = await freePort();
    const secret = randomBytes(16).toString('hex');
    coturn = await startCoturn(port, secret);
    node = await startNode({ turn: { urls: [`stun:127.0.0.1:${port}`, `turn:127.0.0.1:${port}`], secret } });
    const page = new TestPage(node.url);
    const joined = await page.join(randomBytes(16).toString('base64url'));
    const asked = await page.ask('ice', {});
    page.close();
    if (!asked.ok) throw new Error(asked.error.code);
    expect(asked.ice.map(({ urls }) => urls)).toEqual(joined.ice.map(({ urls }) => urls));
    expect(joined.ice[0]).toEqual({ urls: [`stun:127.0.0.1:${port}`] });
    server = joined.ice[1]!;
  }, 30_000);

  afterAll(async () => {
    await node.close();
    await stopEngine(coturn);
  });

  /** Whether coturn relays for these. */
  function relays(username: string, credential: string): boolean {
    const args = [
      '-y',
      '-n',
      '2',
      '-m',
      '1',
      '-c',
      '-u',
      username,
      '-w',
      credential,
      '-p',
      String(port),
      '127.0.0.1',
    ];
    const { status, stdout } = spawnSync('turnutils_uclient', args, { encoding: 'utf8', timeout: 20_000 });
    return status === 0 && /tot_recv_msgs=[1-9]/.test(stdout);
  }

  test('are accepted by coturn, which relays', () => {
    expect(relays(server.username!, server.credential!)).toBe(true);
  }, 30_000);

  test('are refused with another secret, or with a longer life than they were given', () => {
    const [expiry, user] = server.username!.split(':') as [string, string];
    expect(Number(expiry)).toBeGreaterThan(Date.now() / 1000 + 3600);
    expect(relays(server.username!, randomBytes(20).toString('base64'))).toBe(false);
    expect(relays(`${Number(expiry) + 3600}:${user}`, server.credential!)).toBe(false);
  }, 60_000);
});
