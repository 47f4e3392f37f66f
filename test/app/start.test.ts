import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { launchBrowser } from '../fixtures/browser.ts';
import { projectRoot } from '../fixtures/server.ts';

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** `npm start` without npm between, which would keep the signals to itself. */
function start(port: string) {
  const child = spawn(process.execPath, ['--import', 'tsx', join(projectRoot, 'src/server/start.ts')], {
    cwd: projectRoot,
    env: { ...process.env, PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  const said = { out: '', err: '' };
  child.stdout.on('data', (data: Buffer) => (said.out += data.toString()));
  child.stderr.on('data', (data: Buffer) => (said.err += data.toString()));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const address = (async () => {
    for (;;) {
      const found = /^Portoon is at (http:\/\/localhost:\d+\/)$/m.exec(said.out)?.[1];
      if (found) return found;
      if (child.exitCode !== null) throw new Error(said.err);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  // Asked for only where it is expected to start.
  address.catch(() => undefined);
  return { child, said, ended, address };
}

describe('npm start', () => {
  test('serves the built page, isolated and without a broken rule', async () => {
    const { address } = start('0');
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (/Content Security Policy|ERR_BLOCKED/i.test(message.text())) complaints.push(message.text());
      });
      await page.goto(await address);
      expect(await page.title()).toBe('Portoon');
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
      await page.waitForFunction(
        () => ['ready', 'running', 'error'].includes(document.documentElement.dataset.state ?? ''),
        undefined,
        { timeout: 60_000 },
      );
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it in peace', async (signal) => {
    const { child, address, ended } = start('0');
    const response = await fetch(await address);
    expect(response.status).toBe(200);
    child.kill(signal);
    expect(await ended).toBe(0);
  });

  test('a port that is none is explained at once', async () => {
    const { said, ended } = start('eighty');
    expect(await ended).toBe(1);
    expect(said.err).toBe(
      'PORT must be a whole number from 0 to 65535 (0 picks a free one), not "eighty".\n',
    );
  });

  test('a port in use is explained with another to try', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, resolve));
    const { port } = other.address() as AddressInfo;
    const { said, ended } = start(String(port));
    expect(await ended).toBe(1);
    expect(said.err).toContain(`Port ${port} is taken by another program.`);
    expect(said.err.trim().split('\n')).toHaveLength(1);
    other.close();
  });
});
