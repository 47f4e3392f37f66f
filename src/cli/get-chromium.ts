/** Finds a browser that can be driven, or downloads one, once. */
import { spawnSync } from 'node:child_process';
import { findChromium, findDownloaded, HOW_TO_GET_CHROMIUM } from './chromium.ts';
import { installPackages, mayInstallPackages } from './debian.ts';
import { HOW_TO_GET_PLAYWRIGHT, playwrightProgram } from './playwright.ts';
import type { CliOutput } from './cli-output.ts';

/** How long the other end of a download may keep silent, in milliseconds; Playwright has 30 s. */
const DOWNLOAD_TIMEOUT_MS = '10000';

/**
 * The path of a Chromium or Chrome. If there is none, Playwright's is downloaded into its cache. If
 * that cannot be downloaded or does not start, Debian's is installed, as root or with a sudo that
 * asks for no password. Each step is reported on standard error. If `CHROME_PATH` is set, it alone
 * decides; with PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 nothing is installed.
 *
 * @returns undefined if there is no browser and none can be installed; `HOW_TO_GET_CHROMIUM` says
 *   what to do then.
 */
export function getChromium(): string | undefined {
  const { CHROME_PATH, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: skip } = process.env;
  const found = findChromium();
  if (found !== undefined || CHROME_PATH || (skip && skip !== '0')) return found;
  tell('There is no Chromium on this machine yet. Getting one, once:');
  return download() ?? install();
}

/** As `getChromium`, for those who cannot go on without. Throws a sentence for people. */
export function needChromium(): string {
  const path = getChromium();
  if (path === undefined) throw new Error(HOW_TO_GET_CHROMIUM);
  return path;
}

/**
 * As `getChromium`, for a command that drives it.
 * @returns nothing where there is no browser or nothing to drive it with, which has been reported
 *   by then.
 */
export function browserFor(report: CliOutput): string | undefined {
  if (playwrightProgram() === undefined) {
    report.ended('ERR_UNSUPPORTED_BROWSER', 'playwright-core is not installed.', HOW_TO_GET_PLAYWRIGHT);
    return undefined;
  }
  const path = getChromium();
  if (path === undefined)
    report.ended('ERR_UNSUPPORTED_BROWSER', 'No Chromium was found.', HOW_TO_GET_CHROMIUM);
  return path;
}

function download(): string | undefined {
  tell("Playwright's download ...");
  const said = playwright('install', '--no-shell', 'chromium');
  const path = findDownloaded();
  if (path === undefined) {
    tell(`It failed: ${/^Error: (.*)$/m.exec(said)?.[1] ?? 'it did not say why'}`);
    return undefined;
  }
  if (starts(path)) return path;
  if (!mayInstallPackages()) {
    tell('It does not start here: libraries of the system are missing.');
    return undefined;
  }
  tell('It needs libraries of the system ...');
  playwright('install-deps', 'chromium');
  return starts(path) ? path : undefined;
}

function install(): string | undefined {
  if (!mayInstallPackages()) return undefined;
  tell("Debian's package chromium ...");
  installPackages(['chromium']);
  const path = findChromium();
  return path !== undefined && starts(path) ? path : undefined;
}

/** Runs Playwright's own program, whose progress is shown. What it says of failures is returned. */
function playwright(...args: string[]): string {
  const { stderr } = spawnSync(process.execPath, [playwrightProgram()!, ...args], {
    stdio: ['ignore', 2, 'pipe'],
    encoding: 'utf8',
    env: { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: DOWNLOAD_TIMEOUT_MS, ...process.env },
  });
  return stderr;
}

/**
 * On other systems a browser brings all that it needs, and asking its version may open a window.
 */
function starts(path: string): boolean {
  return process.platform !== 'linux' || spawnSync(path, ['--version'], { stdio: 'ignore' }).status === 0;
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}
