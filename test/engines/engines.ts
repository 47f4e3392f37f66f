/**
 * `npm run engines`: installs the programs that tests need besides a browser, where they are
 * missing, from Debian's packages; needs root, or a sudo without a password. Then lists what is
 * installed. Exits with 1 if something is still missing; its tests are then skipped.
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { getChromium } from '../../src/cli/get-chromium.ts';
import { installPackages, mayInstallPackages } from '../../src/cli/debian.ts';
import { missing } from '../fixtures/engines.ts';
import { missingJanus } from '../fixtures/janus.ts';

interface Engine {
  readonly name: string;
  /** Why the program cannot be used; undefined if it can. */
  readonly missing: () => string | undefined;
  readonly install: () => void;
}

const packaged = (name: string, programs: readonly string[], packages: readonly string[]): Engine => ({
  name,
  missing: () => missing(...programs),
  install: () => {
    installPackages(packages);
  },
});

const ENGINES: readonly Engine[] = [
  packaged('FFmpeg', ['ffmpeg', 'ffprobe'], ['ffmpeg']),
  packaged('Redis', ['redis-server'], ['redis-server']),
  packaged('coturn', ['turnserver', 'turnutils_uclient'], ['coturn']),
  packaged('nginx', ['nginx', 'openssl'], ['nginx-light', 'openssl']),
  packaged('Caddy', ['caddy'], ['caddy']),
  packaged('Firefox', ['firefox-esr', 'Xvfb'], ['firefox-esr', 'xvfb']),
  {
    name: 'Janus, with WHIP and WHEP',
    missing: missingJanus,
    install: () => {
      installPackages(['janus', 'g++', 'make', 'python3']);
      const script = join(import.meta.dirname, 'janus.sh');
      spawnSync('bash', [script, 'install'], { stdio: ['ignore', 2, 2] });
    },
  },
];

/** Names of the programs that are missing or incomplete. */
export function missingEngines(): string[] {
  return ENGINES.filter((engine) => engine.missing() !== undefined).map(({ name }) => name);
}

function getEngines(): boolean {
  const absent = ENGINES.filter((engine) => engine.missing() !== undefined);
  if (absent.length > 0 && !mayInstallPackages()) {
    process.stdout.write(
      'Only Debian and its kin are known here, and root or a sudo without a password is needed to install.\n',
    );
  } else {
    for (const { name, install } of absent) {
      process.stdout.write(`Installing ${name} ...\n`);
      install();
    }
  }
  let complete = true;
  for (const engine of ENGINES) {
    const why = engine.missing();
    process.stdout.write(`${why === undefined ? 'yes' : 'no '}  ${engine.name}${why ? `: ${why}` : ''}\n`);
    complete &&= why === undefined;
  }
  return complete;
}

if (import.meta.url === pathToFileURL(resolve(process.argv[1] ?? '')).href) {
  const complete = getEngines();
  process.exitCode = getChromium() !== undefined && complete ? 0 : 1;
}
