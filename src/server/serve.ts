/** Serves a build that is there. `npm start` builds first. */
import type { Server } from 'node:http';
import { join, resolve } from 'node:path';
import { createApp } from './app.ts';
import { listen, type Listening } from './listen.ts';
import type { Settings } from './settings.ts';

export const root = resolve(import.meta.dirname, '../..');

/** Ports that are tried where the first ones are taken. */
const TRIED = 20;

/**
 * Serves dist/ until a signal ends it. Resolves with its address.
 *
 * @param nextPort - whether to use the next free port if this one is taken.
 */
export async function serve(settings: Settings, { nextPort = false } = {}): Promise<string> {
  const { http, signalling } = await createApp(join(root, 'dist'), settings);
  const last = settings.port + (nextPort ? TRIED : 0);
  const app = await listenUpTo(last, http, settings).catch(async (error: unknown) => {
    // A connection that waits for Redis would keep the process alive.
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
    // A second signal ends it immediately.
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
  return app.url;
}

async function listenUpTo(last: number, http: Server, { port, host }: Settings): Promise<Listening> {
  for (let next = port; ; next++) {
    try {
      const app = await listen(http, next, host);
      if (next > port) process.stdout.write(`Port ${port} is taken by another program.\n`);
      return app;
    } catch (error) {
      if (next >= last || !isTaken(error)) throw error;
    }
  }
}

function isTaken(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  return cause?.code === 'EADDRINUSE';
}

/** Says what went wrong, in its sentence. */
export function explain(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
