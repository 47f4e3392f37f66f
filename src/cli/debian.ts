/** Programs from Debian's packages, where this user may install them unasked. */
import { spawnSync } from 'node:child_process';

const QUIET = { stdio: 'ignore' } as const;

/** The words before a command that changes the system; undefined if this user may not run it. */
function asRoot(): readonly string[] | undefined {
  if (process.getuid?.() === 0) return [];
  const asked = spawnSync('sudo', ['-n', 'true'], QUIET);
  return asked.status === 0 ? ['sudo', '-n'] : undefined;
}

/** Whether `installPackages` can do anything: apt is there, and root or sudo without a password. */
export function mayInstallPackages(): boolean {
  return spawnSync('apt-get', ['--version'], QUIET).status === 0 && asRoot() !== undefined;
}

let updated = false;

/** Installs packages; apt's output goes to standard error. Returns whether all went well. */
export function installPackages(names: readonly string[]): boolean {
  const root = asRoot();
  if (!root) return false;
  const apt = (...args: string[]) => {
    const [command, ...rest] = [...root, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', ...args];
    return spawnSync(command!, rest, { stdio: ['ignore', 2, 2] }).status === 0;
  };
  // Once is enough; and a list that stays old or incomplete may still have what is needed.
  if (!updated) apt('update');
  updated = true;
  return apt('install', '-y', '--no-install-recommends', ...names);
}
