import { createServer } from 'node:http';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { JobDone, RunningWorker } from '../queue/worker.ts';
import { readFault } from '../queue/convert-driver.ts';
import { withoutPassword } from '../queue/connection.ts';
import { listen, parsePort, type Listening } from '../server/listen.ts';
import { createAppServer } from '../server/server.ts';
import { buildIfStale, root, workVersion } from './app.ts';
import { EXIT } from './convert.ts';
import { BrowserDriver } from './browser-driver.ts';
import { FilmServer } from './film-server.ts';
import { browserFor } from './get-chromium.ts';
import { numberIn, redisUrl, UsageError } from './options.ts';
import type { CliOutput } from './cli-output.ts';

const HELP = `portoon worker --queue URL   converts films of a queue, beside any number of other workers

      --queue URL      redis://host:6379
      --jobs N         segments at the same time, 1 to 64. Default 1: each takes all cores that it gets
      --stall SECONDS  of silence after which others take a worker's segments. Default 30
      --grace SECONDS  to finish what is under way once it is told to stop. Default 20
      --port N         answers /healthz and /metrics there. Default: nowhere

Ctrl+C or SIGTERM stops it: what does not end in that time goes back to the queue.
`;

/** A browser that makes no progress for this many stall times is given up. */
const HANG_STALLS = 4;

/** `portoon worker`. Resolves with the exit code once it was stopped. */
export async function worker(args: readonly string[], report: CliOutput, stop: AbortSignal): Promise<number> {
  const options = readOptions(args);
  if (!options) {
    process.stdout.write(HELP);
    return EXIT.fine;
  }
  const executablePath = browserFor(report);
  if (executablePath === undefined) return EXIT.noBrowser;
  await buildIfStale(report);
  report.clear();
  // The reader of its output may go away; the work goes on.
  process.stdout.on('error', () => undefined);
  const films = new FilmServer(createAppServer(join(root, 'dist')));
  const listening = await listen(films.http, 0, '127.0.0.1');
  const hang = HANG_STALLS * options.stall;
  const engine = new BrowserDriver({ executablePath, films, site: listening.url, hang });
  // The queue's packages are loaded only where a queue is used.
  const { startQueueWorker: startWorker } = await import('../queue/worker.ts');
  const { WorkerMetrics } = await import('../queue/metrics.ts');
  const metrics = new WorkerMetrics(() => ({ active: running?.active ?? 0, starts: engine.starts }));
  let running: RunningWorker | undefined;
  let figures: Listening | undefined;
  try {
    const version = await workVersion();
    running = await startWorker(engine, {
      ...options,
      version,
      onDone(done) {
        metrics.count(done);
        process.stdout.write(`${lineOf(done)}\n`);
      },
    });
    if (options.port !== null) figures = await serveFigures(options.port, running, metrics);
    process.stdout.write(
      `Takes films of version ${version} from ${withoutPassword(options.url)}${figures ? `; figures at ${figures.url}metrics` : ''}. Ctrl+C stops it.\n`,
    );
    if (!stop.aborted)
      await new Promise((resolve) => {
        stop.addEventListener('abort', resolve);
      });
    const late = setTimeout(() => running?.handBack(), options.grace);
    await running.finish();
    clearTimeout(late);
    return EXIT.fine;
  } finally {
    await engine.close();
    await figures?.close();
    await listening.close();
  }
}

interface Options {
  readonly url: string;
  readonly jobs: number;
  /** Milliseconds. */
  readonly stall: number;
  readonly grace: number;
  readonly port: number | null;
}

function readOptions(args: readonly string[]): Options | null {
  const values = parse(args);
  if (values.help) return null;
  const jobs = numberIn('--jobs', values.jobs ?? '1', 1, 64);
  if (!Number.isInteger(jobs)) throw new UsageError(`--jobs takes a whole number, not ${jobs}.`);
  return {
    url: redisUrl(values.queue),
    jobs,
    stall: 1000 * numberIn('--stall', values.stall ?? '30', 1, 3600),
    grace: 1000 * numberIn('--grace', values.grace ?? '20', 0, 3600),
    port: values.port === undefined ? null : parsePort(values.port),
  };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...{ queue: text, jobs: text, stall: text, grace: text, port: text },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.replace(/\. To specify.*/, '.') : '');
  }
}

function lineOf({ kind, outcome, name, index, count, frames, took, error }: JobDone): string {
  const what = kind === 'film' ? name : `${name}, segment ${index! + 1} of ${count!}`;
  const how =
    outcome === 'done'
      ? `${frames} frames in ${took.toFixed(2)} s`
      : error
        ? `failed: ${readFault(error.message).message}`
        : outcome;
  return `${what}: ${how}`;
}

/** Answers /healthz and /metrics. */
function serveFigures(
  port: number,
  running: RunningWorker,
  metrics: { text(): Promise<string>; type: string },
): Promise<Listening> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0];
    if (path === '/healthz') {
      response.writeHead(running.healthy ? 200 : 503, { 'Content-Type': 'text/plain' });
      response.end(running.healthy ? 'ok\n' : 'not ok\n');
    } else if (path === '/metrics')
      void metrics.text().then((text) => {
        response.writeHead(200, { 'Content-Type': metrics.type });
        response.end(text);
      });
    else response.writeHead(404).end();
  });
  return listen(server, port);
}
