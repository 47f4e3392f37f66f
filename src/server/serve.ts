/** Serves a build that is there: what the container runs. `npm start` builds first. */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createApp } from './app.ts';
import { listen } from './listen.ts';
import { readSettings, type Settings } from './settings.ts';

export const root = resolve(import.meta.dirname, '../..');

/** Serves dist/ until a signal ends it. */
export async function serve(settings: Settings): Promise<void> {
  const { http, signalling } = await createApp(join(root, 'dist'), settings);
  const app = await listen(http, settings.port, settings.host).catch(async (error: unknown) => {
    // What waits for Redis would keep the process.
    await signalling.close();
    throw error;
  });
  process.stdout.write(
    `Portoon is at ${app.url}\n` +
      'Open it in Chrome, Edge or another Chromium and allow the camera; no picture leaves this machine, but for a call or a broadcast that you start.\n' +
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

/** Says what went wrong, in its sentence. */
export function explain(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(resolve(process.argv[1] ?? '')).href) {
  Promise.resolve()
    .then(() => serve(readSettings(process.env)))
    .catch(explain);
}
