/** `npm start`: builds what is not built, serves it, and says where. */
import { join, resolve } from 'node:path';
import { buildApp, isFresh } from '../../scripts/build.ts';
import { createApp } from './app.ts';
import { listen } from './listen.ts';
import { readSettings } from './settings.ts';

const root = resolve(import.meta.dirname, '../..');

async function start(): Promise<void> {
  // Asked first, so that nobody waits for a build to hear of a typing error.
  const settings = readSettings(process.env);
  if (!(await isFresh(root))) {
    process.stdout.write('Building the app: some seconds, and only when its sources changed ...\n');
    const { seconds } = await buildApp(root);
    process.stdout.write(`Built in ${seconds.toFixed(1)} s.\n`);
  }
  const { http, signalling } = await createApp(join(root, 'dist'), settings);
  const app = await listen(http, settings.port, settings.host).catch(async (error: unknown) => {
    // What waits for Redis would keep the process.
    await signalling.close();
    throw error;
  });
  process.stdout.write(
    `Portoon is at ${app.url}\n` +
      'Open it in Chrome, Edge or another Chromium and allow the camera; no picture leaves this machine, but for a call that you start.\n' +
      `No camera? ${app.url}?input=demo\n` +
      'Ctrl+C stops it.\n',
  );

  const stop = () => {
    // A second signal ends it at once.
    process.removeListener('SIGINT', stop);
    process.removeListener('SIGTERM', stop);
    // Pages in a call are told first, so that they come back to the next server.
    signalling
      .close()
      .then(() => app.close())
      .then(
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
