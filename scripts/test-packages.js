/**
 * `npm run test:packages`: gets the packages of test/package.json, where they are missing: what
 * tests, checks and benches need beside the app. Plain JavaScript, as it runs before anything else.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const root = join(import.meta.dirname, '..');
const read = (/** @type {string} */ path) => JSON.parse(readFileSync(join(root, path), 'utf8'));

const missing = Object.entries(read('test/package.json').devDependencies).filter(([name, version]) => {
  try {
    return read(`node_modules/${name}/package.json`).version !== version;
  } catch {
    return true;
  }
});
if (missing.length > 0) {
  process.stdout.write('Getting the packages that tests and checks need: once, some hundred megabytes ...\n');
  // Adds what is missing, as the lock file has it, and changes no file of ours.
  const args = [
    'install',
    '--no-save',
    '--workspaces',
    '--include-workspace-root',
    '--no-audit',
    '--no-fund',
  ];
  // The npm that runs this script, if one does.
  const { npm_execpath: npm } = process.env;
  const { status } = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) {
    process.stderr.write('They could not be fetched. Go online, and try again: npm run test:packages\n');
    process.exitCode = 1;
  }
}
