/** `npm start`: builds what is not built, serves it, and says where. */
import { buildApp, isFresh } from '../../scripts/build.ts';
import { explain, root, serve } from './serve.ts';
import { readSettings } from './settings.ts';

async function start(): Promise<void> {
  // Asked first, so that nobody waits for a build to hear of a typing error.
  const settings = readSettings(process.env);
  if (!(await isFresh(root))) {
    process.stdout.write('Building the app: some seconds, and only when its sources changed ...\n');
    const { seconds } = await buildApp(root);
    process.stdout.write(`Built in ${seconds.toFixed(1)} s.\n`);
  }
  await serve(settings);
}

start().catch(explain);
