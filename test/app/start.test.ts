import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { launchBrowser } from '../fixtures/browser.ts';
import { projectRoot } from '../fixtures/server.ts';
import { LONG_WAIT } from '../fixtures/waits.ts';

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

/** Runs what `npm start` runs, but without npm, which would not pass on the signals. */
function start(port: string, args: string[] = [], path = process.env.PATH) {
  const child = spawn(process.execPath, [join(projectRoot, 'bin/start.js'), ...args], {
    cwd: projectRoot,
    env: { ...process.env, PORT: port, PATH: path },
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
  // Tests that expect a failed start do not wait for the address.
  address.catch(() => undefined);
  return { child, said, ended, address };
}

describe('npm start', () => {
  test('serves the built page, cross-origin isolated and without errors', async () => {
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
        LONG_WAIT,
      );
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s stops it properly', async (signal) => {
    const { child, address, ended } = start('0');
    const response = await fetch(await address);
    expect(response.status).toBe(200);
    child.kill(signal);
    expect(await ended).toBe(0);
  });

  test('a wrong port is explained at once', async () => {
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

  test('the next free port is taken where none was asked for', async () => {
    const other = createServer();
    const taken = await new Promise<boolean>((resolve) => {
      other.once('error', () => {
        resolve(false);
      });
      other.listen(8080, () => {
        resolve(true);
      });
    });
    const { said, address } = start('');
    const { port } = new URL(await address);
    expect(Number(port)).toBeGreaterThan(8080);
    expect(said.out).toContain('Port 8080 is taken by another program.');
    if (taken) other.close();
  });

  test('opens the page where that is asked for, and says so where it cannot', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'portoon-open-'));
    const opened = join(folder, 'opened');
    const { address: without, said } = start('0', ['--open'], folder);
    const url = await without;
    await expect.poll(() => said.out).toContain(`open ${url} yourself`);
    for (const name of ['xdg-open', 'open'])
      await writeFile(join(folder, name), `#!/bin/sh\necho "$1" > ${opened}\n`, { mode: 0o755 });
    const { address } = start('0', ['--open'], folder);
    await expect.poll(() => readFile(opened, 'utf8').catch(() => '')).toBe(`${await address}\n`);
    await rm(folder, { recursive: true });
  });

  test('help names the variables', async () => {
    const { said, ended } = start('0', ['--help']);
    expect(await ended).toBe(0);
    expect(said.out).toMatch(/--open[^]*PORT[^]*HOST/);
  });

  test('a Node that is too old is refused before anything else', async () => {
    const old = `Object.defineProperty(process, 'versions', { value: { node: '18.20.4' } });`;
    const file = pathToFileURL(join(projectRoot, 'bin/start.js')).href;
    const code = `${old} await import(${JSON.stringify(file)});`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code]);
    let said = '';
    child.stderr.on('data', (data: Buffer) => (said += data.toString()));
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(said).toMatch(/^Portoon needs Node 20\.19 or newer; this is 18\.20\.4.*\n$/);
  });
});

/** Runs the command line with nothing but these arguments. */
async function portoon(...args: string[]): Promise<{ code: number; errors: string }> {
  const child = spawn(process.execPath, [join(projectRoot, 'bin/portoon.js'), ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  running.push(child);
  let errors = '';
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, errors };
}

describe('portoon', () => {
  test('start with an unknown option fails, and says why', async () => {
    expect(await portoon('start', '--bogus')).toEqual({ code: 1, errors: "Unknown option '--bogus'\n" });
  });

  test.each([['worker'], ['convert', 'film.mp4']])(
    '%s says at which address no Redis answers',
    async (...command) => {
      const { code, errors } = await portoon(...command, '--queue', 'redis://127.0.0.1:1');
      expect(code).toBe(1);
      expect(errors).toMatch(
        /^No Redis answers at redis:\/\/127\.0\.0\.1:1: .*\.\n {2}Start Redis there, or correct --queue\.\n$/,
      );
    },
  );
});
