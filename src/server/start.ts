/** `npm start`: builds what is not built, serves it, and says where. */
import { join, resolve } from 'node:path';
import { buildApp, isFresh } from '../../scripts/build.ts';
import { listen, parsePort } from './listen.ts';
import { createAppServer } from './server.ts';

const root = resolve(import.meta.dirname, '../..');

async function start(): Promise<void> {
  // Asked first, so that nobody waits for a build to hear of a typing error.
  const port = parsePort(process.env.PORT);
  if (!(await isFresh(root))) {
    process.stdout.write('Building the app: some seconds, and only when its sources changed ...\n');
    const { seconds } = await buildApp(root);
    process.stdout.write(`Built in ${seconds.toFixed(1)} s.\n`);
  }
  const app = await listen(createAppServer(join(root, 'dist')), port, process.env.HOST);
  process.stdout.write(
    `Portoon is at ${app.url}\n` +
      'Open it in Chrome, Edge or another Chromium and allow the camera; no picture leaves this machine.\n' +
      `No camera? ${app.url}?input=demo\n` +
      'Ctrl+C stops it.\n',
  );

  const stop = () => {
    // A second signal ends it at once.
    process.removeListener('SIGINT', stop);
    process.removeListener('SIGTERM', stop);
    app.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

start().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
