import { parseArgs } from 'node:util';
import type { FilmsQueue, FilmState } from '../queue/films.ts';
import { EXIT } from './convert.ts';
import { redisUrl, UsageError } from './options.ts';
import { clock } from './cli-output.ts';

const HELP = `portoon queue --queue URL [list]       lists films: how far they are, how fast, what is left
portoon queue --queue URL retry ID...  tries films again that failed; what is converted is kept
portoon queue --queue URL remove ID... takes films out of the queue, and removes what was made of them

      --queue URL   redis://host:6379
      --json        a line of JSON for each film, then one for each version that has workers or work
`;

/** `portoon queue`. Resolves with the exit code. */
export async function queue(args: readonly string[]): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.help) {
    process.stdout.write(HELP);
    return EXIT.fine;
  }
  const [verb = 'list', ...ids] = positionals;
  if (!['list', 'retry', 'remove'].includes(verb) || (verb === 'list') !== (ids.length === 0))
    throw new UsageError('portoon queue takes list, retry ID... or remove ID...');
  const url = redisUrl(values.queue);
  const { FilmsQueue } = await import('../queue/films.ts');
  const films = await FilmsQueue.open(url);
  try {
    if (verb === 'list') {
      await list(films, values.json === true);
      return EXIT.fine;
    }
    let code: number = EXIT.fine;
    for (const id of ids) {
      const fresh = verb === 'retry' ? await films.retry(id) : await films.remove(id);
      if (fresh === null || fresh === false) {
        process.stderr.write(`${id} is ${verb === 'retry' ? 'not a failed film' : 'not in the queue'}.\n`);
        code = EXIT.failed;
      } else
        process.stdout.write(verb === 'retry' ? `${id} is tried again as ${fresh}\n` : `${id} removed\n`);
    }
    return code;
  } finally {
    await films.close();
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        queue: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.replace(/\. To specify.*/, '.') : '');
  }
}

async function list(films: FilmsQueue, json: boolean): Promise<void> {
  const [states, loads] = await Promise.all([films.states(), films.load()]);
  if (json) {
    for (const line of [...states, ...loads]) process.stdout.write(`${JSON.stringify(line)}\n`);
    return;
  }
  for (const state of states) process.stdout.write(`${lineOf(state)}\n`);
  if (loads.length === 0) process.stdout.write('No workers\n');
  for (const { version, workers, waiting, active } of loads)
    process.stdout.write(
      `Version ${version}: ${workers} ${workers === 1 ? 'worker' : 'workers'}; segments: ${active} under way, ${waiting} waiting\n`,
    );
}

function lineOf({ id, version, name, state, frames, seconds, total, rate, left, fault }: FilmState): string {
  const share = total > 0 ? `${Math.floor((100 * seconds) / total)} %` : '';
  const speed = rate > 0 ? `${rate.toFixed(1)} frames/s` : '';
  const rest = state === 'converting' && left !== null ? `${clock(left)} left` : (fault?.message ?? '');
  return [
    id,
    version,
    state.padEnd(10),
    share.padStart(5),
    `${frames} frames`.padStart(14),
    speed.padStart(14),
    name.replace(/\s+/g, ' '),
    rest,
  ]
    .join('  ')
    .trimEnd();
}
