/** `npm start`: builds what is not built, serves it, and says where. */
import { spawn } from 'node:child_process';
import { networkInterfaces } from 'node:os';
import { parseArgs } from 'node:util';
import { buildApp, isFresh } from '../../scripts/build.ts';
import { aboutOtherDevices } from './other-devices.ts';
import { explain, root, serve } from './serve.ts';
import { readSettings } from './settings.ts';

const HELP = `npm start                 builds the app where its sources changed, and serves it
npm start -- --open       opens it in the browser as well

PORT   8080 by default, or the next one that is free; 0 picks any
HOST   the address to listen at; all of this machine's by default. HOST=127.0.0.1 keeps others out
The other variables are for servers: docs/guides/deploy.md
`;

async function start(): Promise<void> {
  const { values: options } = parseArgs({
    options: { open: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  // Asked first, so that nobody waits for a build to hear of a typing error.
  const settings = readSettings(process.env);
  if (!(await isFresh(root))) {
    process.stdout.write('Building the app: some seconds, and only when its sources changed ...\n');
    const { seconds } = await buildApp(root);
    process.stdout.write(`Built in ${seconds.toFixed(1)} s.\n`);
  }
  // Who asks for a port means that one.
  const url = await serve(settings, { nextPort: !process.env.PORT });
  // Behind a proxy its address is the one to know.
  if (settings.proxies === 0)
    process.stdout.write(
      aboutOtherDevices(networkInterfaces(), settings.host, Number(new URL(url).port || 80)),
    );
  if (options.open) openInBrowser(url);
}

/** By the system's own way; where there is none, the address was told anyway. */
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

start().catch(explain);
