/** `npm start` and `portoon start`: builds what is not built, serves it, and says where. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { networkInterfaces } from 'node:os';
import { parseArgs } from 'node:util';
import { aboutOtherDevices } from './other-devices.ts';
import { explain, root, serve } from './serve.ts';
import { readSettings } from './settings.ts';

const HELP = `npm start, portoon start     serves the app; in a checkout builds it first where its sources changed
npm start -- --open          opens it in the browser as well (portoon start --open)

PORT   8080 by default, or the next one that is free; 0 picks any
HOST   the address to listen at; all of this machine's by default. HOST=127.0.0.1 keeps others out
The other variables are for servers: docs/guides/deploy.md
`;

/**
 * @param args - of the command line, without the command.
 * @returns the exit code: 0 once it serves, 1 if it cannot, which it has explained by then.
 */
export async function start(args: readonly string[]): Promise<0 | 1> {
  try {
    await buildAndServe(args);
    return 0;
  } catch (error) {
    explain(error);
    return 1;
  }
}

async function buildAndServe(args: readonly string[]): Promise<void> {
  const { values: options } = parseArgs({
    args: [...args],
    options: { open: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  // Read first, so that a typing error is reported before the build.
  const settings = readSettings(process.env);
  await build();
  // A port that was asked for is not replaced by the next free one.
  const url = await serve(settings, { nextPort: !process.env.PORT });
  // Behind a proxy its address is the one to know.
  if (settings.proxies === 0)
    process.stdout.write(
      aboutOtherDevices(networkInterfaces(), settings.host, Number(new URL(url).port || 80)),
    );
  if (options.open) openInBrowser(url);
}

/** Builds the app where its sources have changed. The package has no sources, and is built. */
async function build(): Promise<void> {
  if (!existsSync(join(root, 'scripts'))) return;
  const { buildApp, isFresh } = await import('../../scripts/build.ts');
  if (await isFresh(root)) return;
  process.stdout.write('Building the app: some seconds, and only when its sources changed ...\n');
  const { seconds } = await buildApp(root);
  process.stdout.write(`Built in ${seconds.toFixed(1)} s.\n`);
}

/** With the system's own command; where there is none, the address was printed anyway. */
function openInBrowser(url: string): void {
  const ways: Partial<Record<NodeJS.Platform, readonly string[]>> = {
    darwin: ['open'],
    win32: ['cmd', '/c', 'start', ''],
  };
  const [command, ...args] = ways[process.platform] ?? ['xdg-open'];
  spawn(command!, [...args, url], { stdio: 'ignore', detached: true })
    .on('error', () => {
      process.stdout.write(`No browser could be opened from here: open ${url} yourself.\n`);
    })
    .unref();
}
