import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const HELPER = join(import.meta.dirname, '../../../src/cli/get-chromium.ts');

// A folder that stands for a machine: the path has only what a test puts there, and downloads fail.
let machine: string;
beforeEach(() => {
  machine = mkdtempSync(join(tmpdir(), 'portoon-bare-'));
});
afterEach(() => {
  rmSync(machine, { recursive: true });
});

function program(name: string, ...lines: string[]): string {
  const path = join(machine, name);
  writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(path, 0o755);
  return path;
}

/** A Debian whose apt has a browser that starts or not, for root and for others. */
function debian(starts = true): void {
  const browser = join(machine, 'chromium');
  const written = `printf '#!/bin/sh\\nexit ${starts ? 0 : 127}\\n' > ${browser}; /bin/chmod 755 ${browser}`;
  program('env', 'shift', 'exec "$@"');
  program('sudo', 'shift', 'exec "$@"');
  program(
    'apt-get',
    `echo "$@" >> ${join(machine, 'asked')}`,
    `case "$*" in *install*chromium) ${written};; esac`,
  );
}

function getChromium(env: Record<string, string> = {}): { path: string; said: string } {
  const code = `console.log((await import(${JSON.stringify(HELPER)})).getChromium())`;
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', code],
    {
      encoding: 'utf8',
      env: {
        PATH: machine,
        HOME: machine,
        TMPDIR: machine,
        PLAYWRIGHT_BROWSERS_PATH: join(machine, 'cache'),
        PLAYWRIGHT_DOWNLOAD_HOST: 'http://127.0.0.1:9',
        ...env,
      },
    },
  );
  return { path: stdout.trim(), said: stderr };
}

describe.skipIf(process.platform !== 'linux')('where there is no browser', () => {
  test('one is installed, reported, and found silently the next time', () => {
    debian();
    const first = getChromium();
    expect(first.said).toMatch(/There is no Chromium.*\n.*download \.\.\.\n/);
    expect(first.said).toMatch(/It failed: .*127\.0\.0\.1:9/);
    expect(first.path).toBe(join(machine, 'chromium'));
    expect(readFileSync(join(machine, 'asked'), 'utf8')).toContain(
      '-q install -y --no-install-recommends chromium',
    );
    expect(getChromium()).toEqual({ path: first.path, said: '' });
  });

  test('one that does not start does not count', () => {
    debian(false);
    expect(getChromium().path).toBe('undefined');
  });

  test('and nothing may be installed, there is none', () => {
    debian();
    // For root no password is asked, so there apt is missing instead.
    program('sudo', 'exit 1');
    if (process.getuid?.() === 0) rmSync(join(machine, 'apt-get'));
    expect(getChromium().path).toBe('undefined');
  });

  test.each([{ PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' }, { CHROME_PATH: '/no/such/browser' }])(
    'nothing is touched with %o',
    (env) => {
      debian();
      expect(getChromium(env)).toEqual({ path: 'undefined', said: '' });
      expect(existsSync(join(machine, 'asked'))).toBe(false);
    },
  );
});
